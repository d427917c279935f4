/**
 * Monte Carlo tree search, from the rules alone. Each simulation starts at the decision that is asked about and takes at every
 * node the action with the greatest upper confidence bound (UCT: Kocsis and Szepesvári 2006)
 *
 *   Q(a) / N(a) + c · √(ln N / N(a))          untried actions first, in random order
 *
 * where N and N(a) count the visits to the node and to the action, and Q(a) sums the mover's returns, scaled so that the
 * game's utility range is 0 … 1. Chance is sampled. The first new node is added to the tree, the game is played out at random
 * from there, and its return is added to all nodes on the path. The result is the action with the most visits; ties go to the
 * greater mean, then to the lowest slot.
 *
 * In games with hidden information, every simulation starts from a state drawn by `game.resample`, and a node is an
 * information set of the player who moves: multiple-observer information-set MCTS (Cowling, Powley and Whitehouse 2012). So
 * each player acts on its own knowledge. With one observer, the opponent's nodes would be averages over hands that the
 * opponent can tell apart. The mover knows its legal actions, so all of them are available at every visit of its node, and
 * N equals the paper's availability count. The result is no equilibrium: states are drawn as chance deals them, whatever
 * the moves so far reveal, and in the search the opponent meets only the hand that we hold.
 *
 * It is a policy: its random draws depend on (seed, information set) alone, so it can be evaluated exactly. In a match they
 * depend on a stream as well, which is new for each pair of games.
 */
import type { Game, Seat, Turn } from "../games/game.ts";
import type { Infoset } from "../graph/game-graph.ts";
import { type Distribution, type Policy, type PolicyMaker, sampleSlot } from "../policies/policy.ts";
import { Rng, uniformAt } from "../util/rng.ts";
import type { PolicyPlayer } from "./player.ts";

export interface MctsSettings {
  /** Simulations at each decision. */
  readonly sims: number;
  /** The exploration constant c. */
  readonly c: number;
  readonly seed: number;
  /**
   * 1: play each action in proportion to its visits; 0: play the action with the most visits. By exact NashConv, 1 is better in
   * Kuhn poker and with few simulations in Leduc poker, worse with many, and much worse with perfect information.
   */
  readonly sample: number;
}

/** By exact NashConv in tic-tac-toe and Leduc poker, half of this c was no better and twice this c was worse. */
export const MCTS_DEFAULTS: MctsSettings = { sims: 200, c: 0.7, seed: 1, sample: 0 };

/** The most actions in the tree of one search; after that no node is added. It bounds the memory. */
const MOST_ACTIONS = 2_000_000;

interface Node {
  visits: number;
  /** N(a) and Q(a) by slot. */
  readonly counts: number[];
  readonly totals: number[];
  /** With perfect information: the node after each action or chance outcome, by slot. */
  readonly children: (Node | undefined)[];
}

export function mctsPlayer(settings: Partial<MctsSettings> = {}): PolicyPlayer {
  const all = { ...MCTS_DEFAULTS, ...settings };
  return {
    kind: "policy",
    name: nameOf(all),
    plays: (game) => game.perfectInformation || game.resample !== undefined,
    policy: (game) => mcts(game, all),
    seeded: (game, key) => mcts(game, all, key),
  };
}

/** Makes an MCTS policy from its settings. */
export const makeMcts: PolicyMaker<Partial<MctsSettings>> = ({ settings, game }) => ({
  policy: mctsPlayer(settings).policy(game),
});

/** `mcts:sims=200,seed=3`: the number of simulations, and the other settings that differ from the defaults. */
function nameOf(settings: MctsSettings): string {
  const told = Object.entries(settings).filter(
    ([key, value]) => key === "sims" || value !== MCTS_DEFAULTS[key as keyof MctsSettings],
  );
  return `mcts:${told.map(([key, value]) => `${key}=${value}`).join(",")}`;
}

/** `stream`: of random draws; by default, that of the settings' seed alone. */
function mcts(game: Game, settings: MctsSettings, stream?: number): Policy {
  if (!game.perfectInformation && !game.resample) throw new Error(`${game.id} hides information and cannot resample`);
  return {
    name: nameOf(settings),
    symmetric: true,
    slow: true,
    ...(stream === undefined ? { recipe: { maker: "mcts", settings: { ...settings } } } : {}),
    distributions(infosets) {
      // Information sets with the same representative share one search.
      const searched = new Map<Infoset, Distribution>();
      return infosets.map(({ canonical, toCanonical }) => {
        if (canonical.game.id !== game.id) throw new Error(`mcts for ${game.id} was asked about ${canonical.game.id}`);
        const found = searched.get(canonical) ?? answer(search(canonical, settings, stream), settings.sample === 1);
        searched.set(canonical, found);
        return toCanonical ? found.map((_, slot) => found[toCanonical[slot]]) : found;
      });
    },
  };
}

function answer({ visits, counts, totals }: Node, sample: boolean): Distribution {
  if (sample) return Float64Array.from(counts, (count) => count / visits);
  const mean = (slot: number): number => totals[slot] / counts[slot];
  let best = 0;
  for (let slot = 1; slot < counts.length; slot++) {
    const more = counts[slot] - counts[best];
    if (more > 0 || (more === 0 && mean(slot) > mean(best))) best = slot;
  }
  return new Float64Array(counts.length).fill(1, best, best + 1);
}

/** The node of `infoset` after all simulations. */
function search(
  { game, player, key, actions, state: given }: Infoset,
  { sims, c, seed }: MctsSettings,
  stream: number | undefined,
): Node {
  const drawKey = new Rng(stream === undefined ? `${seed}/mcts` : `${seed}/mcts#${stream}`)
    .fork(`${player}${key}`)
    .key();
  let draws = 0;
  const uniform = (): number => uniformAt(drawKey, 0, draws++);

  const { min, max } = game.utility;
  const rootTurn: Turn = { kind: "player", player, actions };
  const root = newNode(actions.length);
  let room = MOST_ACTIONS - actions.length;
  const resample = game.perfectInformation ? undefined : game.resample?.bind(game);
  const nodes = new Map<string, Node>();
  if (resample) nodes.set(`${player}${key}`, root);

  const path: Node[] = [];
  const slots: number[] = [];
  const movers: Seat[] = [];
  for (let sim = 0; sim < sims; sim++) {
    let state = resample ? resample(given, player, uniform) : given;
    let turn: Turn = rootTurn;
    let node = root;
    let depth = 0;
    while (turn.kind !== "end") {
      let slot: number;
      if (turn.kind === "chance") {
        slot = sampleSlot(turn.probabilities, uniform());
      } else {
        slot = select(node, c, uniform);
        path[depth] = node;
        slots[depth] = slot;
        movers[depth++] = turn.player;
      }
      state = game.apply(state, turn.actions[slot]);
      turn = game.turn(state);
      if (turn.kind === "end") break;
      // With hidden information, players' nodes are found by their information sets; chance needs no nodes.
      if (resample && turn.kind === "chance") continue;
      const known = resample && turn.kind === "player" ? `${turn.player}${game.infosetKey(state, turn.player)}` : "";
      const next = resample ? nodes.get(known) : node.children[slot];
      if (next) {
        node = next;
        continue;
      }
      room -= turn.actions.length;
      if (room >= 0) {
        const added = newNode(turn.actions.length);
        if (resample) nodes.set(known, added);
        else node.children[slot] = added;
      }
      turn = playOut(game, state, turn, uniform);
    }
    const first = (turn.returns[0] - min) / (max - min);
    for (let i = 0; i < depth; i++) {
      const visited = path[i];
      const slot = slots[i];
      visited.visits++;
      visited.counts[slot]++;
      visited.totals[slot] += movers[i] === 0 ? first : 1 - first;
    }
  }
  return root;
}

const newNode = (actions: number): Node => ({
  visits: 0,
  counts: Array<number>(actions).fill(0),
  totals: Array<number>(actions).fill(0),
  children: [],
});

/** An untried slot, uniformly at random; if there is none, the slot with the greatest upper confidence bound. */
function select({ visits, counts, totals }: Node, c: number, uniform: () => number): number {
  if (visits < counts.length) {
    // Every visit so far tried another slot.
    let skip = Math.floor(uniform() * (counts.length - visits));
    for (let slot = 0; ; slot++) if (counts[slot] === 0 && skip-- === 0) return slot;
  }
  const width = c * Math.sqrt(Math.log(visits));
  let best = 0;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let slot = 0; slot < counts.length; slot++) {
    const count = counts[slot];
    const bound = totals[slot] / count + width / Math.sqrt(count);
    if (bound > greatest) {
      greatest = bound;
      best = slot;
    }
  }
  return best;
}

/** Plays the game at random to its end. → the terminal turn */
function playOut(game: Game, from: unknown, fromTurn: Turn, uniform: () => number): Turn & { kind: "end" } {
  let state = from;
  let turn = fromTurn;
  while (turn.kind !== "end") {
    const u = uniform();
    const slot = turn.kind === "chance" ? sampleSlot(turn.probabilities, u) : Math.floor(u * turn.actions.length);
    state = game.apply(state, turn.actions[slot]);
    turn = game.turn(state);
  }
  return turn;
}
