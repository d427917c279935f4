/** Play against the policy of a checkpoint, against perfect play or random play, in either seat. */
import type { Game, Seat } from "../src/games/game.ts";
import { isShowdown } from "../src/games/showdown.ts";
import { type Policy, sampleSlot, uniform } from "../src/policies/policy.ts";
import { withSign } from "../src/util/figures.ts";
import { printable } from "../src/util/printable.ts";
import { board } from "./boards/board.ts";
import { button, choice, el, keepingFocus, tick } from "./dom.ts";
import { hint, perfectName } from "./hint.ts";
import type { ActionProbability, Model } from "./model.ts";
import { random } from "./random.ts";
import { capital, resultText, seatName } from "./text.ts";
import type { View } from "./view.ts";

/** With more legal actions than this, a field takes them as text too. */
const FEW = 12;
/** Legal actions with a button. A game may have thousands; the others are typed. */
const MOST_BUTTONS = 500;
const RANDOM = "random";
/** The opponent that plays perfectly, where the page can solve the game. */
const PERFECT = "perfect";

export function play(model: Model): View {
  const [first] = model.games;
  const element = el("div", { class: "play" });
  if (!first) return { element };
  let game: Game = first;
  let seat: Seat = 0;
  let opponent = model.updates.length > 0 ? String(model.updates.at(-1)) : RANDOM;
  let hints = false;
  let state: unknown;
  /** As it was when the opponent began its last moves. */
  let before: unknown;
  let moves: string[] = [];
  let total = 0;
  let played = 0;
  const status = el("p", { class: "said", role: "status" });
  const place = el("div", { class: "place" });
  const history = el("ol", { class: "moves" });
  const setup = el("div", { class: "options" });
  const hinted = el("div");

  let isWaiting = false;
  /** Undefined while the game is being solved; then `begin` is called again. */
  const policy = (): Policy | undefined => {
    if (opponent === RANDOM) return uniform;
    if (opponent === PERFECT) return model.solver.perfectPlay(game, solved);
    return model.policy(Number(opponent));
  };

  const solved = (): void => {
    if (isWaiting) begin();
  };
  const begin = (): void => {
    isWaiting = policy() === undefined;
    state = game.initial();
    moves = [];
    if (!isWaiting) {
      advance();
      return;
    }
    status.textContent = model.solver.status(game);
    history.replaceChildren();
    place.replaceChildren();
  };
  /** Chance and the opponent move until the person must, a round has been shown, or the game ends. */
  const advance = (): void => {
    before = state;
    for (;;) {
      const turn = game.turn(state);
      if (turn.kind === "end") {
        total += turn.returns[seat];
        played++;
        break;
      }
      if ((turn.kind === "player" && turn.player === seat) || isShowdown(game, turn)) break;
      const choices = turn.kind === "chance" ? turn.probabilities : byAction().map(({ probability }) => probability);
      const action = turn.actions[sampleSlot(choices, random())] as number;
      const name = game.actionName(state, action);
      if (turn.kind === "player") moves.push(`${capital(seatName(game, turn.player))} ${name}`);
      else if (game.perfectInformation) moves.push(`Chance ${name}`);
      state = game.apply(state, action);
    }
    draw();
  };
  const byAction = (): readonly ActionProbability[] => model.probabilities(policy() ?? uniform, game, state);
  const move = (action: number): void => make(action, `You ${game.actionName(state, action)}`);
  const make = (action: number, text: string): void => {
    moves.push(text);
    state = game.apply(state, action);
    advance();
    place.querySelector<HTMLElement>("button, input")?.focus();
  };

  const draw = (): void => {
    const turn = game.turn(state);
    history.replaceChildren(...moves.map((text) => el("li", {}, text)));
    history.scrollTop = history.scrollHeight;
    const isOver = turn.kind === "end";
    const parse = (text: string): string | undefined => {
      const parsed = game.parseAction(state, text);
      if (parsed.ok) move(parsed.action);
      return parsed.ok ? undefined : parsed.reason;
    };
    const viewer = isOver ? null : seat;
    const view = game.view?.(state, viewer);
    const last = moves.at(-1);
    const drawn = view
      ? board(view, {
          ...{ before: game.view?.(before, viewer), last },
          play: isOver ? undefined : (name) => void parse(name),
        })
      : el("pre", {}, printable(game.observe(state, seat)));
    if (turn.kind === "end") {
      status.textContent = `${resultText(game, turn.returns)}. ${score(total, played)}`;
      place.replaceChildren(drawn, button("Play again", begin, { class: "main" }));
      return;
    }
    if (isShowdown(game, turn)) {
      const [action = 0] = turn.actions;
      const what = game.actionName(state, action);
      status.textContent = `${last}. ${what}.`;
      const goOn = button("Next round", () => make(action, what), { class: "main" });
      place.replaceChildren(drawn, el("div", { class: "actions" }, goOn));
      return;
    }
    drawHint();
    status.textContent = `${last === undefined ? "" : `${last}. `}Your turn, ${seatName(game, seat)}.`;
    const actions = turn.kind === "player" ? turn.actions : [];
    const buttons = actions
      .slice(0, MOST_BUTTONS)
      .map((action, i) =>
        button(game.actionName(state, action), () => move(action), i < 9 ? { "aria-keyshortcuts": String(i + 1) } : {}),
      );
    place.replaceChildren(
      drawn,
      el("div", { class: "actions", role: "group", "aria-label": "your moves" }, ...buttons),
      ...(actions.length > FEW ? [typed(parse)] : []),
      hinted,
      el(
        "details",
        { open: !view },
        el("summary", {}, "The position in words"),
        el("pre", {}, printable(game.observe(state, seat))),
      ),
    );
  };
  const drawHint = (): void => {
    const isAsked = hints && !isWaiting && game.turn(state).kind === "player";
    const update = opponent === PERFECT ? undefined : opponent === RANDOM ? model.updates.at(-1) : Number(opponent);
    hinted.replaceChildren(...(isAsked ? hint(model, game, state, seat, update, drawHint) : []));
  };
  const restart = (): void => {
    [total, played] = [0, 0];
    keepingFocus(setup, drawSetup);
    begin();
  };
  const drawSetup = (): void => {
    const opponents: [string, string][] = [
      ...model.updates.map((update): [string, string] => [String(update), `the policy after update ${update}`]),
      ...(game.walkable ? [[PERFECT, perfectName(game)] as [string, string]] : []),
      [RANDOM, "random play"],
    ];
    if (!opponents.some(([name]) => name === opponent)) opponent = opponents[0]?.[0] ?? RANDOM;
    setup.replaceChildren(
      choice(
        "Game",
        model.games.map(({ id, title }) => [id, title]),
        game.id,
        (id) => {
          game = model.games.find((one) => one.id === id) ?? first;
          restart();
        },
      ),
      choice(
        "You are",
        [
          ["0", seatName(game, 0)],
          ["1", seatName(game, 1)],
        ],
        String(seat),
        (value) => {
          seat = value === "0" ? 0 : 1;
          restart();
        },
      ),
      choice("Against", opponents, opponent, (name) => {
        opponent = name;
        restart();
      }),
      tick("hints", hints, (ticked) => {
        hints = ticked;
        drawHint();
      }),
      button("New game", begin),
    );
  };
  element.append(
    el("section", {}, el("h2", {}, "Play"), setup, status, place),
    el(
      "section",
      {},
      el("h3", {}, "Moves"),
      history,
      el("p", { class: "small" }, "Keys: 1 to 9 make the first to the ninth of your moves."),
    ),
  );
  let isBegun = false;
  return {
    element,
    show: () => {
      if (isBegun) return;
      isBegun = true;
      restart();
    },
    // There may be another checkpoint to play against. The game goes on.
    refresh: () => {
      if (isBegun && !setup.contains(document.activeElement)) drawSetup();
    },
    key: (key) => {
      if (isWaiting) return false;
      const turn = game.turn(state);
      const action = turn.kind === "player" && /^[1-9]$/.test(key) ? turn.actions[Number(key) - 1] : undefined;
      if (action !== undefined) move(action);
      return action !== undefined;
    },
  };
}

/** A field that takes a move as text; it says why a text names none. */
function typed(parse: (text: string) => string | undefined): HTMLElement {
  const input = el("input", { type: "text", "aria-label": "your move", placeholder: "or type a move" });
  const reason = el("p", { class: "note", role: "alert" });
  const form = el("form", { class: "typed" }, input, el("button", {}, "Play it"), reason);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    reason.textContent = parse(input.value) ?? "";
  });
  return form;
}

const score = (total: number, played: number): string =>
  `You have ${withSign(Number(total.toFixed(4)), "−")} after ${played} ${played === 1 ? "game" : "games"}.`;
