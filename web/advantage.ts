/** The advantage that a decision of a logged game was given, and what it consists of. */
import type { Seat } from "../src/games/game.ts";
import type { PageEpisode } from "../src/page/contents.ts";
import { withSign } from "../src/util/figures.ts";
import { el } from "./dom.ts";
import { valueText } from "./text.ts";

/** Nothing where the advantage is not known. */
export function advantage({ advantages, returns }: PageEpisode, seat: Seat, estimator: string | undefined): Node[] {
  const given = advantages?.[seat];
  if (given === undefined || given === null) return [];
  const parts =
    estimator === "none"
      ? "the return; there is no baseline"
      : `return ${withSign(returns[seat], "−")} − baseline ${valueText(returns[seat] - given)}`;
  const what = estimator === "rae" ? RAE : estimator === "shared" ? SHARED : "";
  return [
    el("p", { class: "advantage" }, `Advantage ${valueText(given)} = ${parts}`),
    what !== "" && el("p", { class: "small" }, what),
  ].filter((node) => node !== false);
}

const RAE =
  "The baseline is the moving mean of the returns in this game and role before this game was counted (RAE). " +
  "All decisions of the role in the game get the same advantage.";
const SHARED =
  "The baseline is the moving mean of the returns in this game, both roles together, before this game was counted.";
