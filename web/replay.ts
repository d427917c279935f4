/** One logged game, ply by ply: the board, what the mover read, what the policy would do, and what was played. */
import type { Game, Seat } from "../src/games/game.ts";
import { getGame } from "../src/games/registry.ts";
import type { PageEpisode } from "../src/page/contents.ts";
import { replaySteps, type Step } from "../src/record/steps.ts";
import { quoted } from "../src/record/talk.ts";
import { UserError } from "../src/util/errors.ts";
import { printable } from "../src/util/printable.ts";
import { advantage } from "./advantage.ts";
import { board } from "./boards/board.ts";
import { button, choice, el, keepingFocus } from "./dom.ts";
import type { Model } from "./model.ts";
import { probabilityBars } from "./probabilities.ts";
import { positionLink } from "./strategy/walk.ts";
import { capital, resultText, seatName } from "./text.ts";

/** What a person sees: everything, what one seat sees, or what the player to move sees. */
type Viewer = "all" | "0" | "1" | "mover";

/** Choices that stay from game to game. */
export interface ReplaySettings {
  viewer: Viewer;
  /** The update of a checkpoint; undefined for the one that each game was played before. */
  checkpoint: number | undefined;
}

export interface Replay {
  readonly element: HTMLElement;
  /** Goes to a ply; without one, shows again the ply that it is at. */
  readonly goTo: (ply?: number) => void;
  /** Whether it used the key. */
  readonly key: (key: string) => boolean;
}

export const plyLink = (line: number, ply: number): string => `#games/${line}/${ply}`;

export function replay(model: Model, episode: PageEpisode, start: number, settings: ReplaySettings): Replay {
  const { steps, game, problem } = stepsOf(episode);
  const heading = el("h2", {}, titleOf(episode));
  const names = episode.players.map((name, seat) => `Player ${seat}: ${printable(name)}`);
  const players = el("p", {}, [...names, `line ${episode.line} of the log`].join(" · "));
  const alert = problem === undefined ? undefined : el("p", { class: "note", role: "alert" }, problem);
  if (!game || steps.length === 0) {
    return { element: el("article", {}, heading, players, alert), goTo: () => {}, key: () => false };
  }
  const last = steps.length - 1;
  let at = Math.max(0, Math.min(last, start));
  const scrubber = el("input", { type: "range", min: 0, max: last, "aria-label": "ply" });
  const said = el("p", { class: "said", role: "status" });
  const place = el("div", { class: "place" });
  const counter = el("span", { class: "counter" });
  const link = el("a", {}, "Link to this ply");
  const tree = el("a", {}, "This position in Strategy");
  const moves = el("ol", { class: "moves", start: 0 });

  const draw = (): void => {
    const step = steps[at] as Step;
    scrubber.value = String(at);
    scrubber.setAttribute("aria-valuetext", `ply ${at} of ${last}`);
    counter.textContent = `ply ${at} of ${last}`;
    link.setAttribute("href", plyLink(episode.line, at));
    tree.setAttribute("href", positionLink(game, episode.actions.slice(0, at)));
    const items = steps.map((one) => moveItem(game, episode, one, at, viewerAt(settings.viewer, step)));
    keepingFocus(moves, () => moves.replaceChildren(...items));
    said.textContent = sentence(game, episode, step, viewerAt(settings.viewer, step));
    place.replaceChildren(...position(model, game, episode, steps, at, settings));
    history.replaceState(null, "", plyLink(episode.line, at));
  };
  const goTo = (ply = at): void => {
    at = Math.max(0, Math.min(last, ply));
    draw();
  };
  scrubber.addEventListener("input", () => goTo(Number(scrubber.value)));
  const toKey: Readonly<Record<string, () => number>> = {
    ArrowLeft: () => at - 1,
    ArrowRight: () => at + 1,
    Home: () => 0,
    End: () => last,
  };
  const controls = el(
    "div",
    { class: "controls" },
    button("|◀", () => goTo(0), { "aria-label": "first ply" }),
    button("◀", () => goTo(at - 1), { "aria-label": "ply before" }),
    button("▶", () => goTo(at + 1), { "aria-label": "next ply" }),
    button("▶|", () => goTo(last), { "aria-label": "last ply" }),
    scrubber,
    counter,
    link,
    model.learned(game) && tree,
  );
  const options = el(
    "div",
    { class: "options" },
    choice("Show", viewers(game), settings.viewer, (value) => {
      settings.viewer = value as Viewer;
      draw();
    }),
    model.updates.length > 0 &&
      model.learned(game) &&
      choice(
        "Policy",
        checkpoints(model),
        settings.checkpoint === undefined ? "" : String(settings.checkpoint),
        (value) => {
          settings.checkpoint = value === "" ? undefined : Number(value);
          draw();
        },
      ),
  );
  draw();
  return {
    element: el(
      "article",
      { class: "replay" },
      heading,
      players,
      alert,
      controls,
      options,
      said,
      el("div", { class: "body" }, place, moves),
    ),
    goTo,
    key: (key) => {
      const to = toKey[key];
      if (to) goTo(to());
      return to !== undefined;
    },
  };
}

export function titleOf({ game, update, index }: Pick<PageEpisode, "game" | "update" | "index">): string {
  const when = update === undefined ? "" : ` · update ${update}`;
  return `${game}${when} · game ${index}`;
}

/** The plies up to where the rules are broken, and in what way. */
function stepsOf(episode: PageEpisode): { game?: Game; steps: readonly Step[]; problem?: string } {
  const steps: Step[] = [];
  let game: Game | undefined;
  try {
    game = getGame(episode.game);
    if (game.version !== episode.version) {
      const problem = `It was played by version ${episode.version} of the rules; this page has version ${game.version}.`;
      return { game, steps, problem };
    }
    for (const step of replaySteps(game, episode)) steps.push(step);
    return { game, steps };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...(game ? { game } : {}), steps, problem: error.message };
  }
}

/** Whose eyes these are at this ply; null sees everything. */
function viewerAt(viewer: Viewer, { turn }: Step): Seat | null {
  if (viewer === "0") return 0;
  if (viewer === "1") return 1;
  return viewer === "mover" && turn.kind === "player" ? turn.player : null;
}

const viewers = (game: Game): [Viewer, string][] => [
  ["all", "everything"],
  ["mover", "what the player to move sees"],
  ["0", `what ${seatName(game, 0)} sees`],
  ["1", `what ${seatName(game, 1)} sees`],
];

const checkpoints = (model: Model): [string, string][] => [
  ["", "as it was then"],
  ...model.updates.map((update): [string, string] => [String(update), `after update ${update}`]),
];

/** The outcomes of chance are hidden from seats, as those of a deal would be. */
function moveText(game: Game, episode: PageEpisode, { turn, name }: Step, viewer: Seat | null): string {
  if (turn.kind === "player") return `${capital(seatName(game, turn.player))} ${name ?? ""}`;
  if (turn.kind === "chance") return `Chance ${viewer === null || game.perfectInformation ? name : "(hidden)"}`;
  const { forfeit } = episode;
  const why = forfeit ? `; ${seatName(game, forfeit.seat)} forfeits: ${printable(forfeit.reason)}` : "";
  return `${resultText(game, turn.returns)}${why}`;
}

function moveItem(game: Game, episode: PageEpisode, step: Step, at: number, viewer: Seat | null): HTMLElement {
  const link = el("a", { href: plyLink(episode.line, step.ply) }, moveText(game, episode, step, viewer));
  if (step.ply === at) link.setAttribute("aria-current", "step");
  return el("li", {}, link);
}

function position(
  model: Model,
  game: Game,
  episode: PageEpisode,
  steps: readonly Step[],
  at: number,
  { viewer: wanted, checkpoint }: ReplaySettings,
): Node[] {
  const step = steps[at] as Step;
  const { state, turn, action } = step;
  const viewer = viewerAt(wanted, step);
  const before = steps[at - 1];
  const shown: Node[] = [];
  if (game.view) {
    const previous = before ? game.view(before.state, viewer) : undefined;
    shown.push(board(game.view(state, viewer), { before: previous }));
  }
  // Both players hear what is said.
  const spoken = episode.talk?.find((one) => one.ply === step.ply);
  if (spoken)
    shown.push(el("p", {}, `${capital(seatName(game, spoken.seat))} says: ${quoted(printable(spoken.text))}`));
  if (turn.kind !== "player") return shown;
  const { player } = turn;
  if (viewer !== null && viewer !== player) {
    shown.push(el("p", { class: "small" }, `What ${seatName(game, player)} reads and thinks is hidden here.`));
    return shown;
  }
  const update = checkpoint ?? model.checkpointOf(episode);
  if (update !== undefined && model.learned(game)) {
    const probabilities = model.probabilities(model.policy(update), game, state);
    shown.push(probabilityBars(`The policy after update ${update}`, probabilities, action));
  }
  shown.push(...advantage(episode, player, model.contents.estimator));
  const words = answers(game, episode, step);
  shown.push(...words);
  const text = printable(game.observe(state, player));
  shown.push(
    el(
      "details",
      { open: !game.view },
      el("summary", {}, words.length > 0 ? "The observation" : `What ${seatName(game, player)} reads`),
      el("pre", {}, text),
    ),
  );
  return shown;
}

function sentence(game: Game, episode: PageEpisode, step: Step, viewer: Seat | null): string {
  const { turn, name } = step;
  if (turn.kind === "player" && name !== undefined) return `${capital(seatName(game, turn.player))} plays ${name}`;
  return moveText(game, episode, step, viewer);
}

/** The prompt and answers of a player that answers in words. */
function answers(game: Game, { said, update }: PageEpisode, { ply, state, turn }: Step): Node[] {
  const found = said?.find((one) => one.ply === ply)?.answers ?? [];
  if (found.length === 0 || turn.kind !== "player") return [];
  const prompt = update !== undefined ? game.prompt?.(state, turn.player) : undefined;
  return [
    el("h3", {}, "In words"),
    ...(prompt === undefined ? [] : [el("pre", { class: "prompt" }, printable(prompt))]),
    ...found.flatMap(({ text, illegal }) => [
      el("pre", { class: "answer" }, printable(text)),
      ...(illegal === undefined ? [] : [el("p", { class: "small" }, `Not legal: ${printable(illegal)}`)]),
    ]),
  ];
}
