/** Logged games in few bytes: what many games have in common is stored once. */
import type { Episode } from "../record/episode.ts";
import type { PageContents, PageEpisode } from "./contents.ts";

type Head = Pick<Episode, "game" | "version" | "players">;
type Rest = Pick<PageEpisode, "opening" | "forfeit" | "said" | "advantages">;

/** `head` is an index into `heads`. `rest` is left out of most games. */
type Row = readonly [
  ...[line: number, head: number, update: number | null, index: number],
  ...[actions: readonly number[], returns: readonly [number, number], rest?: Rest],
];

interface PackedEpisodes {
  readonly heads: readonly Head[];
  readonly rows: readonly Row[];
}

/** The contents as they are in the file, with those of the runs that they are of by key. */
export type PackedContents = Omit<PageContents, "episodes"> & {
  readonly episodes: PackedEpisodes;
  readonly pages?: Readonly<Record<string, PackedContents | undefined>>;
};

export const packContents = (contents: PageContents): PackedContents => ({
  ...contents,
  episodes: packEpisodes(contents.episodes),
});

export const unpackContents = ({ pages: _pages, ...packed }: PackedContents): PageContents => ({
  ...packed,
  episodes: unpackEpisodes(packed.episodes),
});

/** Bytes of a game in the file, without what it has in common with others. */
export const packedSize = (episode: PageEpisode): number =>
  new TextEncoder().encode(JSON.stringify(packEpisodes([episode]).rows[0])).length + 1;

function packEpisodes(episodes: readonly PageEpisode[]): PackedEpisodes {
  const places = new Map<string, number>();
  const heads: Head[] = [];
  const rows = episodes.map((episode): Row => {
    const { line, game, version, players, update = null, index, actions, returns, ...rest } = episode;
    const key = JSON.stringify([game, version, players]);
    const head = places.get(key) ?? heads.push({ game, version, players }) - 1;
    places.set(key, head);
    const row = [line, head, update, index, actions, returns] as const;
    return Object.keys(rest).length === 0 ? row : [...row, rest];
  });
  return { heads, rows };
}

function unpackEpisodes({ heads, rows }: PackedEpisodes): PageEpisode[] {
  return rows.map(([line, head, update, index, actions, returns, rest]) => ({
    line,
    ...(heads[head] as Head),
    ...(update === null ? {} : { update }),
    ...{ index, actions, returns },
    ...rest,
  }));
}
