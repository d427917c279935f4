/** The strategy of the policy: a tree to walk from the root of a game, and for Kuhn poker all of it beside its equilibria. */
import type { Game } from "../../src/games/game.ts";
import { sampleSlot } from "../../src/policies/policy.ts";
import { button, choice, el, keepingFocus } from "../dom.ts";
import type { Model } from "../model.ts";
import { random } from "../random.ts";
import { figure } from "../text.ts";
import type { View } from "../view.ts";
import { family } from "./family.ts";
import { type Player, positionOf, sentence } from "./tree.ts";
import { actionsIn, type Position, positionLink, walk } from "./walk.ts";

const NONE = "";

export function strategy(model: Model): View {
  const [first] = model.games;
  const element = el("div", { class: "strategy" });
  if (!first) return { element };
  let game: Game = first;
  let at: Position = walk(game, []);
  /** Whether the address leads nowhere. */
  let isBroken = false;
  let update = model.updates.at(-1);
  /** The last checkpoint so far. */
  let known = update;
  let beside = model.updates.length > 1 ? model.updates[0] : undefined;
  const setup = el("div", { class: "options" });
  const whole = el("div");
  const walked = el("nav", { class: "walked", "aria-label": "moves so far" });
  const said = el("p", { class: "said", role: "status" });
  const state = el("p", { class: "note", role: "status" });
  const measures = el("p");
  const place = el("div", { class: "place" });
  const meaning = el("p", { class: "small" }, MEANING);

  const go = (actions: readonly number[]): void => {
    location.hash = positionLink(game, actions);
  };
  /** The policies that are shown. Those values that are not known are asked for. */
  const players = (): Player[] => {
    const chosen = [update, beside].flatMap((one) => (one === undefined ? [] : [one]));
    return [
      ...[...new Set(chosen)].map((one) => ({
        title: `update ${one}`,
        update: one,
        values: game.walkable ? model.solver.values(game, one, arrived) : undefined,
      })),
      ...(game.walkable
        ? [
            {
              title: game.perfectInformation ? "perfect play" : "equilibrium",
              update: undefined,
              values: model.solver.equilibrium(game, update, arrived),
            },
          ]
        : []),
    ];
  };
  const drawPlace = (): void => {
    const tree = game.walkable ? model.solver.tree(game, arrived) : undefined;
    const shown = players();
    meaning.hidden = !game.walkable;
    const status = game.walkable ? model.solver.status(game) : game.withoutTalk ? TALK : TOO_LARGE;
    state.textContent = isBroken ? BROKEN : status;
    measures.textContent = shown
      .flatMap(({ title, values }) => (values ? [`${title}: ${figure(exact(values.nashConv))}`] : []))
      .map((text, i) => (i === 0 ? `NashConv, exact: ${text}` : text))
      .join(" · ");
    place.replaceChildren(...positionOf(model, game, at, shown, tree, go));
  };
  const arrived = (): void => keepingFocus(place, drawPlace);
  const draw = (): void => {
    const links = at.names.map((name, i) =>
      el("li", {}, el("a", { href: positionLink(game, at.actions.slice(0, i + 1)) }, name)),
    );
    links.at(-1)?.firstElementChild?.setAttribute("aria-current", "location");
    walked.replaceChildren(
      el("ol", {}, el("li", {}, el("a", { href: positionLink(game, []) }, "start")), ...links),
      ...(at.turn.kind === "chance" ? [button("Let chance decide", decide)] : []),
    );
    said.textContent = sentence(game, at);
    drawPlace();
  };
  /** Chance acts until a player must. */
  const decide = (): void => {
    let next = at;
    while (next.turn.kind === "chance") {
      const { actions, probabilities } = next.turn;
      next = walk(game, [...next.actions, actions[sampleSlot(probabilities, random())] as number]);
    }
    go(next.actions);
  };
  const drawWhole = (): void => {
    whole.replaceChildren(...(game.equilibrium ? [family(model, game, update)] : []));
  };
  const setUp = (): void => {
    const updates = model.updates.map((one) => [String(one), `after update ${one}`] as const);
    const chosen = (one: number | undefined): string => (one === undefined ? NONE : String(one));
    setup.replaceChildren(
      choice(
        "Game",
        model.games.map(({ id, title }) => [id, title]),
        game.id,
        (id) => {
          location.hash = `#strategy/${id}`;
        },
      ),
      ...(model.updates.length > 0
        ? [
            choice("Policy", updates, chosen(update), (value) => {
              update = Number(value);
              drawWhole();
              drawPlace();
            }),
            ...(updates.length > 1
              ? [
                  choice("Beside it", [[NONE, "no other"], ...updates], chosen(beside), (value) => {
                    beside = value === NONE ? undefined : Number(value);
                    drawPlace();
                  }),
                ]
              : []),
          ]
        : [el("p", { class: "note" }, "The page computes no policy of this run, so that perfect play stands alone.")]),
    );
  };
  element.append(
    el("section", {}, el("h2", {}, "Strategy"), setup, whole),
    el(
      "section",
      {},
      el("h3", {}, "The tree, move by move"),
      walked,
      said,
      state,
      place,
      measures,
      meaning,
      el(
        "p",
        { class: "small" },
        "Keys: 1 to 9 make the first to the ninth move of the table, ← takes one back, Home goes to the start.",
      ),
    ),
  );
  let isSetUp = false;
  return {
    element,
    show: ([id, actions]) => {
      const named = model.games.find((one) => one.id === id);
      const next = named ?? (id === undefined ? game : first);
      if (next !== game || !isSetUp) {
        game = next;
        isSetUp = true;
        keepingFocus(setup, setUp);
        drawWhole();
      }
      const wanted = id === undefined ? at.actions : named ? actionsIn(actions) : [];
      at = walk(game, wanted);
      isBroken = id !== undefined && (!named || at.actions.length < wanted.length);
      keepingFocus(element, draw, () => place.querySelector<HTMLElement>("tbody a") ?? walked.querySelector("a"));
      if (at.actions.length > 0 && walked.getBoundingClientRect().top > innerHeight / 2) walked.scrollIntoView();
      if (id === undefined) history.replaceState(null, "", positionLink(game, at.actions));
    },
    refresh: () => {
      const latest = model.updates.at(-1);
      // Who looks at the last checkpoint follows it.
      if (update === known) update = latest;
      if (beside === undefined && known === undefined && model.updates.length > 1) beside = model.updates[0];
      if (latest === known) return;
      known = latest;
      keepingFocus(setup, setUp);
      drawWhole();
      arrived();
    },
    key: (key) => {
      if (key === "ArrowLeft" && at.actions.length > 0) go(at.actions.slice(0, -1));
      else if (key === "Home") go([]);
      else if (/^[1-9]$/.test(key)) place.querySelectorAll<HTMLElement>("tbody a")[Number(key) - 1]?.click();
      else return false;
      return true;
    },
  };
}

/** Without the rounding of an equilibrium that is exact. */
const exact = (nashConv: number): number => (Math.abs(nashConv) < 1e-12 ? 0 : nashConv);

const TOO_LARGE = "This game has too many states to be solved here, so the probabilities stand without values.";
const TALK = "Exact values leave talk out, so there are none of this game; the same game without talk has them.";
const BROKEN = "The address names a game or a move that there is not here; this is as far as it leads.";
const MEANING =
  "A value is the exact mean return to the player who moves, if it makes the move and both sides then play on as the column says; " +
  "where states are hidden from it, the mean over those that it cannot tell apart. NashConv is what perfect opponents in both " +
  "seats would win. “–” marks a value at a position that the play of the column never reaches.";
