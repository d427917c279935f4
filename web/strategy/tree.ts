/** One position of a game: its board, its moves by policy, and what the mover reads. */
import type { Game, Seat } from "../../src/games/game.ts";
import { printable } from "../../src/util/printable.ts";
import { board } from "../boards/board.ts";
import { el } from "../dom.ts";
import type { Model } from "../model.ts";
import type { Tree, Values } from "../solver/answer.ts";
import { capital, resultText, seatName } from "../text.ts";
import { type Column, movesTable } from "./moves.ts";
import { nodeAt, type Position, positionLink } from "./walk.ts";

/** A policy that is shown, and its values if they are known. */
export interface Player {
  readonly title: string;
  /** The update of a checkpoint; undefined for perfect play. */
  readonly update: number | undefined;
  readonly values: Values | undefined;
}

/** The colour of perfect play, whether or not there are two policies before it. */
const PERFECT = 2;

/** `go` is called with the actions of the position that is chosen on the board. */
export function positionOf(
  model: Model,
  game: Game,
  at: Position,
  players: readonly Player[],
  tree: Tree | undefined,
  go: (actions: readonly number[]) => void,
): Node[] {
  const { state, turn, actions } = at;
  const drawn = game.view && boardOf(game, game.view, at, go);
  if (turn.kind === "end") return drawn ? [drawn] : [];
  const moves = turn.actions.map((action) => ({
    name: game.actionName(state, action),
    href: positionLink(game, [...actions, action]),
  }));
  const moving =
    turn.kind === "chance"
      ? movesTable(
          `The outcomes of chance; values are to ${seatName(game, 0)}`,
          "outcome",
          moves,
          ofChance(game, at, players, tree),
        )
      : movesTable(
          `The moves of ${seatName(game, turn.player)}, and their values to it`,
          "move",
          moves,
          ofMover(model, game, at, players, tree),
        );
  return [...(drawn ? [drawn] : []), moving, ...(turn.kind === "player" ? [knowledge(game, state, turn.player)] : [])];
}

function boardOf(
  game: Game,
  view: NonNullable<Game["view"]>,
  { state, before, turn, actions, names }: Position,
  go: (actions: readonly number[]) => void,
): Element {
  const play = (name: string): void => {
    const parsed = game.parseAction(state, name);
    if (parsed.ok) go([...actions, parsed.action]);
  };
  return board(view(state, null), {
    before: before === undefined ? undefined : view(before, null),
    last: names.at(-1),
    play: turn.kind === "player" ? play : undefined,
  });
}

/** What the player to move knows. */
const knowledge = (game: Game, state: unknown, player: Seat): HTMLElement =>
  el(
    "div",
    { class: "known" },
    !game.perfectInformation && el("p", { class: "small" }, `Its information set is ${game.infosetKey(state, player)}`),
    el(
      "details",
      { open: !game.view },
      el("summary", {}, `What ${seatName(game, player)} reads`),
      el("pre", {}, printable(game.observe(state, player))),
    ),
  );

/** `After [bet]: player 1 (second) is to move.` */
export function sentence(game: Game, { turn, names }: Position): string {
  const last = names.length > 0 ? `After ${names.at(-1)}: ` : "";
  const next =
    turn.kind === "end"
      ? resultText(game, turn.returns)
      : turn.kind === "chance"
        ? "chance is to act"
        : `${seatName(game, turn.player)} is to move`;
  return `${last === "" ? capital(next) : last + next}.`;
}

function ofChance(
  game: Game,
  { turn, actions }: Position,
  players: readonly Player[],
  tree: Tree | undefined,
): Column[] {
  const probabilities = turn.kind === "chance" ? turn.probabilities : [];
  const columns: Column[] = [{ title: "probability", probabilities, policy: 0 }];
  if (!tree) return columns;
  const node = nodeAt(tree, game, actions);
  const [first, end] = [tree.firstEdge[node], tree.firstEdge[node + 1]];
  for (const { title, values } of players) {
    if (!values) continue;
    const after = Float64Array.from(tree.target.subarray(first, end), (child) => values.value[child] ?? Number.NaN);
    columns.push({ title: `value, ${title}`, values: after, total: values.value[node] ?? Number.NaN });
  }
  return columns;
}

function ofMover(
  model: Model,
  game: Game,
  { state, actions }: Position,
  players: readonly Player[],
  tree: Tree | undefined,
): Column[] {
  const infoset = tree ? (tree.infoset[nodeAt(tree, game, actions)] ?? 0) : 0;
  const [first, end] = [tree?.firstEntry[infoset], tree?.firstEntry[infoset + 1]];
  return players.flatMap(({ title, update, values }, i): Column[] => {
    const known = tree && values;
    const probabilities = known
      ? values.strategy.subarray(first, end)
      : update === undefined
        ? undefined
        : model.probabilities(model.policy(update), game, state).map(({ probability }) => probability);
    if (!probabilities) return [];
    const column = { title, probabilities, policy: update === undefined ? PERFECT : i };
    if (!known) return [column];
    const q = values.q.subarray(first, end);
    // An action that is never taken adds nothing, even where its value is not known.
    const total = q.reduce(
      (sum, value, slot) => sum + (probabilities[slot] ? (probabilities[slot] ?? 0) * value : 0),
      0,
    );
    return [column, { title: "value", values: q, total }];
  });
}
