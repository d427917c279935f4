/** The logged games: a list with filters, and the one that is opened. */
import type { ListedGame } from "../src/page/contents.ts";
import { printable } from "../src/util/printable.ts";
import { choice, el, keepingFocus } from "./dom.ts";
import { gameList, MOST_ROWS } from "./game-list.ts";
import type { Model } from "./model.ts";
import { type Replay, type ReplaySettings, replay } from "./replay.ts";
import type { View } from "./view.ts";

type Outcome = "" | "0" | "1" | "draw" | "forfeit";

interface Filter {
  game: string;
  from: number;
  to: number;
  outcome: Outcome;
  /** A player's name; `SELF` for games of the learner against itself. */
  opponent: string;
  least: number;
  most: number;
}

const SELF = "learner";

export function games(model: Model): View {
  const { log } = model;
  const filter: Filter = {
    ...{ game: "", from: 0, to: Number.POSITIVE_INFINITY, outcome: "" },
    ...{ opponent: "", least: 0, most: Number.POSITIVE_INFINITY },
  };
  const settings: ReplaySettings = { viewer: "all", checkpoint: undefined };
  const list = gameList();
  const count = el("p", { class: "small", role: "status" });
  const opened = el("div", { class: "opened" });
  let shown: readonly ListedGame[] = [];
  /** The game that was asked for, and its replay once it is here. */
  let open: { readonly line: number; replay?: Replay } | undefined;
  let known = model.updates.length;

  const drawList = (): void => {
    shown = log.games.filter((game) => passes(game, filter)).reverse();
    const more =
      log.total > log.games.length ? `; reading ${(log.total - log.games.length).toLocaleString("en")} more` : "";
    const cut = shown.length > MOST_ROWS ? `; the newest ${MOST_ROWS.toLocaleString("en")} are listed` : "";
    count.textContent = `${shown.length.toLocaleString("en")} of ${log.games.length.toLocaleString("en")} games${more}${cut}`;
    list.show(shown, open?.line);
  };
  const openGame = async (line: number, ply: number): Promise<void> => {
    const asked: typeof open = { line };
    open = asked;
    try {
      const episode = await log.episode(line);
      // Another game may have been asked for meanwhile.
      if (open !== asked) return;
      asked.replay = replay(model, episode, ply, settings);
      opened.replaceChildren(asked.replay.element);
    } catch (error) {
      if (open !== asked) return;
      opened.replaceChildren(el("p", { class: "note" }, error instanceof Error ? error.message : String(error)));
    }
    list.show(shown, line);
    list.reveal(line);
  };
  /** The game so many places further in the list. */
  const step = (by: number): void => {
    const at = shown.findIndex(({ line }) => line === open?.line);
    const next = shown[at + by];
    if (next) void openGame(next.line, 0);
  };

  const opponents = el("div", { class: "choice" });
  let named = 0;
  /** The list of opponents grows with the log. */
  const drawOpponents = (): void => {
    const names = opponentsIn(log.games);
    if (names.length === named) return;
    named = names.length;
    const made = choice("Opponent", names, filter.opponent, (value) => {
      filter.opponent = value;
      drawList();
    });
    keepingFocus(opponents, () => opponents.replaceChildren(made));
  };
  drawOpponents();
  const ids = [...new Set([...model.contents.games, ...log.games.map(({ game }) => game)])];
  const filters = el(
    "form",
    { class: "options", "aria-label": "filter" },
    choice("Game", [["", "all"], ...ids.map((id): [string, string] => [id, id])], "", (value) => {
      filter.game = value;
      drawList();
    }),
    range("Updates", (from, to) => {
      [filter.from, filter.to] = [from, to];
      drawList();
    }),
    opponents,
    range("Plies", (least, most) => {
      [filter.least, filter.most] = [least, most];
      drawList();
    }),
    choice("Outcome", OUTCOMES, "", (value) => {
      filter.outcome = value as Outcome;
      drawList();
    }),
  );
  filters.addEventListener("submit", (event) => event.preventDefault());
  const hint = "Keys: ← → step, Home and End jump, n and p open the next and the previous game.";
  const element = el(
    "div",
    { class: "games" },
    el("section", { class: "chooser" }, el("h2", {}, "Logged games"), filters, count, list.element),
    el("section", { class: "shown" }, opened, el("p", { class: "small" }, hint)),
  );
  return {
    element,
    show: ([line, ply]) => {
      const wanted = Number(ply ?? 0) || 0;
      if (open?.replay && (line === undefined || Number(line) === open.line)) {
        open.replay.goTo(line === undefined ? undefined : wanted);
        return;
      }
      drawList();
      const asked = line === undefined ? shown[0]?.line : Number(line);
      if (asked !== undefined) void openGame(asked, wanted);
      else opened.replaceChildren(el("p", { class: "note" }, "This run has no logged games."));
    },
    refresh: () => {
      drawOpponents();
      drawList();
      // The policy that played this very game may be here now.
      if (open?.replay && model.updates.length > known) open.replay.goTo();
      known = model.updates.length;
      if (open === undefined && shown[0]) void openGame(shown[0].line, 0);
    },
    key: (key) => {
      if (key === "n" || key === "p") step(key === "n" ? 1 : -1);
      else return open?.replay?.key(key) ?? false;
      return true;
    },
  };
}

const OUTCOMES: readonly [Outcome, string][] = [
  ["", "any"],
  ["0", "player 0 wins"],
  ["1", "player 1 wins"],
  ["draw", "draw"],
  ["forfeit", "forfeit"],
];

/** The players beside the learner. */
function opponentsIn(listed: readonly ListedGame[]): [string, string][] {
  const others = [...new Set(listed.flatMap(({ players }) => players))].filter((name) => name !== SELF).sort();
  return [["", "any"], [SELF, "itself"], ...others.map((name): [string, string] => [name, printable(name)])];
}

function passes({ game, update = 0, players, plies, returns, forfeit }: ListedGame, filter: Filter): boolean {
  if (filter.game !== "" && game !== filter.game) return false;
  if (update < filter.from || update > filter.to) return false;
  if (plies < filter.least || plies > filter.most) return false;
  if (
    filter.opponent === SELF
      ? players.some((name) => name !== SELF)
      : filter.opponent !== "" && !players.includes(filter.opponent)
  )
    return false;
  switch (filter.outcome) {
    case "":
      return true;
    case "draw":
      return returns[0] === returns[1];
    case "forfeit":
      return forfeit !== undefined;
    default:
      return returns[filter.outcome === "0" ? 0 : 1] > returns[filter.outcome === "0" ? 1 : 0];
  }
}

/** Two fields for whole numbers; `change` is called with 0 and infinity for those that are empty. */
function range(noun: string, change: (from: number, to: number) => void): HTMLElement {
  const [from, to] = ["from", "to"].map((end) =>
    el("input", { type: "number", min: 0, step: 1, inputmode: "numeric", "aria-label": `${noun} ${end}` }),
  ) as [HTMLInputElement, HTMLInputElement];
  const read = ({ value, valueAsNumber }: HTMLInputElement, empty: number): number =>
    value === "" ? empty : valueAsNumber;
  const element = el("div", { class: "choice" }, `${noun} `, from, " to ", to);
  element.addEventListener("input", () => change(read(from, 0), read(to, Number.POSITIVE_INFINITY)));
  return element;
}
