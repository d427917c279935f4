/** The contents of a page that `spiral view` serves: asked for piece by piece, and followed as the run goes on. */
import type {
  ListedGame,
  LiveContents,
  LiveState,
  PageCheckpoint,
  PageContents,
  PageEpisode,
} from "../src/page/contents.ts";
import { type PackedList, unpackList } from "../src/page/listed.ts";
import type { GameLog } from "./game-log.ts";

/** Games that are asked for at once. The first list is short, so that it is there soon. */
const [FIRST, MORE] = [2000, 20_000];
/** Milliseconds between two askings for contents, and how many times as long as the last one took. */
const [PAUSE, FACTOR] = [500, 5];

export type Connection = "following" | "lost";

export interface Live {
  readonly contents: PageContents;
  readonly log: GameLog;
  /** Calls `changed` whenever there is more, until the page closes. */
  follow(changed: (contents: PageContents) => void, connection: (state: Connection) => void): void;
}

/** The run of this address: `/?run=2`. Throws an Error that says why if the server has no such run. */
export async function openLive(): Promise<Live> {
  const checkpoints: PageCheckpoint[] = [];
  const log = new LiveLog();
  let state: LiveState | undefined;
  let catchUp = (): void => {};
  let tell: (connection: Connection) => void = () => {};
  // Before the contents come, so that the server reads the log meanwhile.
  listen(
    (now) => {
      state = now;
      catchUp();
    },
    (connection) => tell(connection),
  );
  const first = await contentsOf(checkpoints);
  return {
    contents: first,
    log,
    follow(changed, connection) {
      let seen: LiveState = { contents: first.mark, games: 0, log: 0 };
      let contents: PageContents = first;
      const readTo = async (wanted: LiveState): Promise<void> => {
        if (wanted.contents !== seen.contents) contents = await contentsOf(checkpoints);
        await log.grow(wanted, () => changed(contents));
        seen = wanted;
        changed(contents);
      };
      let isBusy = false;
      const run = async (): Promise<void> => {
        if (isBusy) return;
        isBusy = true;
        for (let tried: LiveState | undefined; state && state !== tried; ) {
          tried = state;
          const started = performance.now();
          // If the server has ended or the folder is gone, what is shown stays.
          await readTo(tried).catch(() => {});
          const took = performance.now() - started;
          await new Promise((resolve) => setTimeout(resolve, Math.max(PAUSE, FACTOR * took)));
        }
        isBusy = false;
      };
      catchUp = () => void run();
      tell = connection;
      connection("following");
      catchUp();
    },
  };
}

/** Listens to the server's events while the page is in sight: a browser allows one server few connections, over all its pages. */
function listen(told: (state: LiveState) => void, tell: (connection: Connection) => void): void {
  let events: EventSource | undefined;
  const connect = (): void => {
    events?.close();
    events = undefined;
    if (document.hidden) return;
    events = new EventSource(address("/events"));
    events.addEventListener("message", ({ data }) => told(JSON.parse(data) as LiveState));
    events.addEventListener("open", () => tell("following"));
    events.addEventListener("error", () => tell("lost"));
  };
  document.addEventListener("visibilitychange", connect);
  connect();
}

/** The log of a run on the server. */
class LiveLog implements GameLog {
  readonly isLive = true;
  total = 0;
  #games: ListedGame[] = [];
  #log = 0;

  get games(): readonly ListedGame[] {
    return this.#games;
  }

  episode(line: number): Promise<PageEpisode> {
    return ask(`/game/${line}.json`);
  }

  /** Fetches what is new, the last games first. `changed` is called after each part. */
  async grow({ games, log }: LiveState, changed: () => void): Promise<void> {
    if (log !== this.#log) [this.#games, this.#log, this.total] = [[], log, 0];
    const [known, before] = [this.total, this.#games];
    this.total = games;
    let added: ListedGame[] = [];
    for (let to = games; to > known; ) {
      const from = Math.max(known, to - (added.length === 0 ? FIRST : MORE));
      added = [...unpackList(await ask<PackedList>("/games.json", { from, to })), ...added];
      this.#games = [...before, ...added];
      to = from;
      if (to > known) changed();
    }
  }
}

/** The contents, whose list of checkpoints is `checkpoints`, to which new ones are added. */
async function contentsOf(checkpoints: PageCheckpoint[]): Promise<LiveContents> {
  const contents = await ask<LiveContents>("/contents.json");
  const missing = contents.updates.filter((update) => checkpoints.every((one) => one.update !== update));
  const notes: string[] = [];
  const fetched = missing.map(async (update) => {
    try {
      checkpoints.push(await ask<PageCheckpoint>(`/checkpoint/${update}.json`));
    } catch (error) {
      notes.push(`The checkpoint of update ${update} was left out: ${error instanceof Error ? error.message : error}`);
    }
  });
  await Promise.all(fetched);
  checkpoints.sort((a, b) => a.update - b.update);
  return { ...contents, checkpoints, notes: [...contents.notes, ...notes] };
}

const address = (path: string, parameters: Readonly<Record<string, number>> = {}): string => {
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
  const run = new URLSearchParams(location.search).get("run");
  if (run !== null) query.set("run", run);
  return `${path}?${query}`;
};

async function ask<T>(path: string, parameters?: Readonly<Record<string, number>>): Promise<T> {
  const response = await fetch(address(path, parameters));
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json() as Promise<T>;
}
