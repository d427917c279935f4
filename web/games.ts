/** The logged games: a list with filters, and the one that is opened. */
import type { PageEpisode } from "../src/page/contents.ts";
import { printable } from "../src/util/printable.ts";
import { button, choice, el, keepingFocus } from "./dom.ts";
import type { Model } from "./model.ts";
import { plyLink, type Replay, type ReplaySettings, replay, titleOf } from "./replay.ts";
import { returnsText } from "./text.ts";
import type { View } from "./view.ts";

/** Games that are listed at once; more of them on demand. */
const LISTED = 200;

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
  const episodes = model.contents.episodes.toReversed();
  const filter: Filter = {
    ...{ game: "", from: 0, to: Number.POSITIVE_INFINITY, outcome: "" },
    ...{ opponent: "", least: 0, most: Number.POSITIVE_INFINITY },
  };
  const settings: ReplaySettings = { viewer: "all", checkpoint: undefined };
  const list = el("ol", { class: "list", "aria-label": "games" });
  const count = el("p", { class: "small", role: "status" });
  const opened = el("div", { class: "opened" });
  let shown: readonly PageEpisode[] = episodes;
  let listed = LISTED;
  let open: { readonly line: number; readonly replay: Replay } | undefined;

  const drawList = (): void => {
    shown = episodes.filter((episode) => passes(episode, filter));
    count.textContent = `${shown.length.toLocaleString("en")} of ${episodes.length.toLocaleString("en")} games`;
    const items = shown.slice(0, listed).map((episode) => {
      const { line, returns, actions } = episode;
      const link = el("a", { href: plyLink(line, 0) }, titleOf(episode));
      if (line === open?.line) link.setAttribute("aria-current", "true");
      return el("li", {}, link, el("div", { class: "small" }, `${returnsText(returns)}, ${actions.length} plies`));
    });
    keepingFocus(list, () => list.replaceChildren(...items));
    if (shown.length > listed) {
      const more = button(`Show ${Math.min(LISTED, shown.length - listed)} more`, () => {
        listed += LISTED;
        drawList();
      });
      list.append(el("li", {}, more));
    }
  };
  const openGame = (episode: PageEpisode, ply: number): void => {
    open = { line: episode.line, replay: replay(model, episode, ply, settings) };
    opened.replaceChildren(open.replay.element);
    const at = shown.indexOf(episode);
    if (at >= listed) listed = at + 1;
    drawList();
  };
  const refilter = (): void => {
    listed = LISTED;
    drawList();
  };
  /** The game so many places further in the list. */
  const step = (by: number): void => {
    const at = shown.findIndex(({ line }) => line === open?.line);
    const next = shown[at + by];
    if (next) openGame(next, 0);
  };

  const ids = [...new Set(episodes.map(({ game }) => game))];
  const filters = el(
    "form",
    { class: "options", "aria-label": "filter" },
    choice("Game", [["", "all"], ...ids.map((id): [string, string] => [id, id])], "", (value) => {
      filter.game = value;
      refilter();
    }),
    range("Updates", (from, to) => {
      [filter.from, filter.to] = [from, to];
      refilter();
    }),
    choice("Opponent", opponentsIn(episodes), "", (value) => {
      filter.opponent = value;
      refilter();
    }),
    range("Plies", (least, most) => {
      [filter.least, filter.most] = [least, most];
      refilter();
    }),
    choice("Outcome", OUTCOMES, "", (value) => {
      filter.outcome = value as Outcome;
      refilter();
    }),
  );
  filters.addEventListener("submit", (event) => event.preventDefault());
  const hint = "Keys: ← → step, Home and End jump, n and p open the next and the previous game.";
  const element = el(
    "div",
    { class: "games" },
    el("section", { class: "chooser" }, el("h2", {}, "Logged games"), filters, count, list),
    el("section", { class: "shown" }, opened, el("p", { class: "small" }, hint)),
  );
  return {
    element,
    show: ([line, ply]) => {
      const wanted = Number(ply ?? 0) || 0;
      if (open && (line === undefined || Number(line) === open.line)) {
        open.replay.goTo(line === undefined ? undefined : wanted);
        return;
      }
      drawList();
      const episode = line === undefined ? shown[0] : episodes.find((one) => one.line === Number(line));
      if (episode) openGame(episode, wanted);
      else {
        open = undefined;
        const why = episodes.length === 0 ? "This run has no logged games." : `Game ${line} is not in this file.`;
        opened.replaceChildren(el("p", { class: "note" }, why));
      }
    },
    key: (key) => {
      if (key === "n" || key === "p") step(key === "n" ? 1 : -1);
      else return open?.replay.key(key) ?? false;
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
function opponentsIn(episodes: readonly PageEpisode[]): [string, string][] {
  const others = [...new Set(episodes.flatMap(({ players }) => players))].filter((name) => name !== SELF).sort();
  return [["", "any"], [SELF, "itself"], ...others.map((name): [string, string] => [name, printable(name)])];
}

function passes({ game, update = 0, players, actions, returns, forfeit }: PageEpisode, filter: Filter): boolean {
  if (filter.game !== "" && game !== filter.game) return false;
  if (update < filter.from || update > filter.to) return false;
  if (actions.length < filter.least || actions.length > filter.most) return false;
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
