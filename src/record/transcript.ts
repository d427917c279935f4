/** An episode as text: the observations and actions of both players, or those of one player. */
import type { Game, Seat } from "../games/game.ts";
import { getGame } from "../games/registry.ts";
import type { View } from "../games/view.ts";
import { UserError } from "../util/errors.ts";
import { withSign } from "../util/figures.ts";
import { oneLine, printable } from "../util/printable.ts";
import type { Episode, Said } from "./episode.ts";
import { replaySteps } from "./steps.ts";
import { quoted, type Spoken } from "./talk.ts";

/** A seat sees its own decisions and the end. `all` sees everything, chance included. */
export type Viewer = Seat | "all";

/** A decision, an outcome of chance or the end, as a viewer sees it. */
export interface Moment {
  /** The number of actions before, chance included. */
  readonly ply: number;
  readonly kind: "chance" | "player" | "end";
  readonly player: Seat | undefined;
  /** The text of `Game.observe` for the player; undefined if the viewer reads none. */
  readonly observation: string | undefined;
  /** The text of `Game.prompt` for the player, if this is what it read: in training, by a policy that answers in words. */
  readonly prompt?: string;
  /** The position as data, as far as the viewer may see it; undefined if the game has no views. */
  readonly view: View | undefined;
  /** The action in brackets, the outcome of chance, or the result. */
  readonly name: string;
  /** What the players have said to each other since the moment before, and what is said with this action; absent if nothing. */
  readonly talk?: readonly Spoken[];
  /** The player's answers, if it answers in words. */
  readonly said?: Said["answers"];
}

/** The moments of an episode that `viewer` sees. Throws a UserError if the episode breaks the rules. */
export function moments(episode: Episode, viewer: Viewer): Moment[] {
  const game = getGame(episode.game);
  if (game.version !== episode.version) {
    throw new UserError(
      1,
      `played with version ${episode.version} of the rules of ${game.id}; this Spiral has version ${game.version}`,
    );
  }
  const sees = (player: Seat): boolean => viewer === "all" || viewer === player;
  const saidAt = (ply: number): Pick<Moment, "said"> => {
    const said = episode.said?.find((entry) => entry.ply === ply)?.answers;
    return said ? { said } : {};
  };
  // Of the players in training, only policies that read text answer in words.
  const wasRead = episode.update !== undefined && episode.said !== undefined;
  const promptOf = (state: unknown, player: Seat): Pick<Moment, "prompt"> =>
    wasRead && game.prompt ? { prompt: game.prompt(state, player) } : {};
  const found: Moment[] = [];
  const talkUntil = (ply: number): Pick<Moment, "talk"> => {
    const from = found.at(-1)?.ply ?? -1;
    const talk = (episode.talk ?? []).filter((spoken) => from < spoken.ply && spoken.ply <= ply);
    return talk.length > 0 ? { talk } : {};
  };
  const viewOf = (state: unknown): View | undefined => game.view?.(state, viewer === "all" ? null : viewer);
  for (const { ply, state, turn, name } of replaySteps(game, episode)) {
    if (turn.kind === "player" && sees(turn.player)) {
      const { player } = turn;
      const shown = { observation: game.observe(state, player), view: viewOf(state), name: name ?? "" };
      const words = { ...talkUntil(ply), ...saidAt(ply) };
      found.push({ ply, kind: "player", player, ...promptOf(state, player), ...shown, ...words });
    } else if (turn.kind === "chance" && viewer === "all") {
      const shown = { observation: undefined, view: viewOf(state), name: name ?? "" };
      found.push({ ply, kind: "chance", player: undefined, ...shown });
    } else if (turn.kind === "end") {
      // With hidden information, no player's observation shows the whole end, and `all` has seen everything before.
      const reader = viewer !== "all" ? viewer : game.perfectInformation ? 0 : undefined;
      const observation = reader === undefined ? undefined : game.observe(state, reader);
      const { forfeit } = episode;
      const said = forfeit && sees(forfeit.seat) ? { ...promptOf(state, forfeit.seat), ...saidAt(ply) } : {};
      const shown = { observation, view: viewOf(state), name: result(game, turn.returns, episode) };
      found.push({ ply, kind: "end", player: undefined, ...shown, ...talkUntil(ply), ...said });
    }
  }
  return found;
}

/** `ttt · update 120 · game 3`, and the players. Names are made printable, as a log may come from anywhere. */
export function heading(episode: Episode): [string, string] {
  const { roles } = getGame(episode.game);
  const update = episode.update === undefined ? [] : [`update ${episode.update}`];
  const seats = ([0, 1] as const).map((seat) => `${seatName(roles, seat)}: ${oneLine(episode.players[seat], 200)}`);
  return [[episode.game, ...update, `game ${episode.index}`].join(" · "), seats.join("   ")];
}

/** `Player 0 (first) plays [bet]`, `Chance: J K`, `Result: …`. */
export function sentence(episode: Episode, moment: Moment): string {
  if (moment.player !== undefined)
    return `${seatName(getGame(episode.game).roles, moment.player)} plays ${moment.name}`;
  return `${moment.kind === "chance" ? "Chance" : "Result"}: ${moment.name}`;
}

/** The whole episode as text. `remarks`: lines below each moment. */
export function transcript(
  episode: Episode,
  viewer: Viewer,
  remarks: (moment: Moment) => readonly string[] = () => [],
): string {
  const lines = [...heading(episode)];
  for (const moment of moments(episode, viewer)) {
    lines.push("");
    if (moment.observation !== undefined) {
      lines.push(...moment.observation.split("\n").map((line) => `  ${line}`.trimEnd()), "");
    }
    const said = saidLines(moment);
    if (said.length > 0) lines.push(...said, "");
    lines.push(sentence(episode, moment), ...remarks(moment).map((line) => `  ${line}`));
  }
  return lines.join("\n");
}

/**
 * What is said at this moment: what the players said before; the prompt and the answers, with the mark `<` or `>` before each
 * line, and why an answer was not legal; and what is said with the action.
 */
export function saidLines({ ply, prompt, talk = [], said = [] }: Moment): string[] {
  const answers = said.flatMap(({ text, illegal }) => [
    ...marked(">", text),
    ...(illegal === undefined ? [] : [`  not legal: ${oneLine(illegal, 300)}`]),
  ]);
  const spoken = (now: boolean): string[] =>
    talk
      .filter((one) => (one.ply === ply) === now)
      .map(({ seat, text }) => printable(`  Player ${seat} says: ${quoted(text)}`));
  return [...spoken(false), ...(prompt === undefined ? [] : marked("<", prompt)), ...answers, ...spoken(true)];
}

const marked = (mark: string, text: string): string[] =>
  printable(text.trimEnd())
    .split("\n")
    .map((line) => `  ${mark} ${line}`.trimEnd());

const seatName = (roles: readonly [string, string], seat: Seat): string => `Player ${seat} (${roles[seat]})`;

function result({ roles }: Game, returns: readonly [number, number], { forfeit }: Episode): string {
  const both = ([0, 1] as const).map((seat) => `${seatName(roles, seat)} ${withSign(returns[seat], "−")}`).join(", ");
  if (!forfeit) return both;
  return `${both}; ${seatName(roles, forfeit.seat)} forfeits: ${oneLine(forfeit.reason, 300)}`;
}
