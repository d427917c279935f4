/**
 * Kuhn poker whole: the probability of a bet or a call at each of the 12 information sets, checkpoint by checkpoint, over the
 * family of equilibria. The family is a segment, α from 0 to 1/3, so its ends give its range at every information set.
 */
import { compiledGame } from "../../src/exact/compiled-game.ts";
import type { Game } from "../../src/games/game.ts";
import { CARDS } from "../../src/games/kuhn.ts";
import type { Infoset } from "../../src/graph/game-graph.ts";
import { el, table } from "../dom.ts";
import type { Model } from "../model.ts";
import { type Path, path } from "./path.ts";

/** The slot of a bet or a call. */
const BET = 1;
/** Rows of the picture: the acts before the decision, as in the key of an information set. */
const SITUATIONS: readonly (readonly [history: string, words: string])[] = [
  ["", "First player, to open"],
  ["k", "Second player, after a check"],
  ["b", "Second player, facing a bet"],
  ["kb", "First player, facing a bet after its check"],
];

export function family(model: Model, game: Game, update: number | undefined): HTMLElement {
  const { updates } = model;
  const { infosets } = compiledGame(game);
  const rows = rowsOf(model, game, infosets, update);
  const alpha = rows.find(({ key }) => key === "J:")?.nearest;
  const member =
    alpha === undefined
      ? ""
      : ` The dashed line is its member nearest to the policy after update ${update}: α = ${alpha.toFixed(3)}.`;
  const pictures = SITUATIONS.map(([history, words]) =>
    el(
      "section",
      { class: "situation" },
      el("h4", {}, words),
      el(
        "div",
        {},
        ...CARDS.flatMap((card) => rows.filter(({ key }) => key === `${card}:${history}`)).map((row) =>
          path(row, updates, update),
        ),
      ),
    ),
  );
  const header = ["information set", "action", ...updates.map((one) => `update ${one}`), "nearest", "family"];
  const cells = rows.map(({ key, action, probabilities, nearest, range }) => [
    key,
    action,
    ...probabilities.map((p) => p.toFixed(3)),
    nearest === undefined ? "–" : nearest.toFixed(3),
    rangeText(range),
  ]);
  return el(
    "div",
    { class: "family" },
    el("h3", {}, "All 12 information sets"),
    el(
      "p",
      {},
      `Each picture is of the probability of a bet or a call${updates.length > 0 ? ", checkpoint by checkpoint" : ""}. ` +
        `The green band is Kuhn's family of equilibria, α from 0 to 1/3.${member}`,
    ),
    ...pictures,
    el("details", {}, el("summary", {}, "The same as a table"), table("Probability of a bet or a call", header, cells)),
  );
}

function rowsOf(model: Model, game: Game, infosets: readonly Infoset[], update: number | undefined): Path[] {
  const played = model.updates.map((one) => model.policy(one).distributions(infosets));
  const at = played[model.updates.indexOf(update ?? Number.NaN)];
  const byKey = new Map(infosets.map(({ key }, i) => [key, at?.[i] && [...at[i]]]));
  const least = game.equilibrium?.(() => [1, 0]);
  const greatest = game.equilibrium?.(() => [0, 1]);
  const nearest = at && game.equilibrium?.((key) => byKey.get(key));
  return infosets.map(({ key, actions, state }, i) => ({
    key,
    action: game.actionName(state, actions[BET] ?? 0),
    probabilities: played.map((distributions) => distributions[i]?.[BET] ?? 0),
    range: [least?.get(key)?.[BET] ?? 0, greatest?.get(key)?.[BET] ?? 0],
    nearest: nearest?.get(key)?.[BET],
  }));
}

/** `0.000 – 0.333`, or the one number of the whole family. */
const rangeText = ([low, high]: readonly [number, number]): string =>
  low === high ? low.toFixed(3) : `${low.toFixed(3)} – ${high.toFixed(3)}`;
