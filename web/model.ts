/** The contents of the page with what is computed from them: games, and the policies of checkpoints. */
import type { Game } from "../src/games/game.ts";
import { getGame } from "../src/games/registry.ts";
import { GameGraph } from "../src/graph/game-graph.ts";
import type { PageContents, PageEpisode } from "../src/page/contents.ts";
import type { Policy } from "../src/policies/policy.ts";
import { embeddedLog, type GameLog } from "./game-log.ts";
import { networkOf, policyOf } from "./policy.ts";
import { Solver } from "./solver/solver.ts";

/** A legal action and its probability. */
export interface ActionProbability {
  readonly action: number;
  readonly name: string;
  readonly probability: number;
}

/** More states than this are forgotten, and visited anew. */
const MOST_STATES = 50_000;

export class Model {
  /** Replaced by main.ts when a run that is followed has gone on. */
  contents: PageContents;
  readonly log: GameLog;
  /** The games that the run learned, in the order of the network. */
  readonly games: readonly Game[];
  readonly solver: Solver;
  readonly #policies = new Map<number, Policy>();
  readonly #graphs = new Map<string, GameGraph>();

  constructor(contents: PageContents, log: GameLog = embeddedLog(contents.episodes)) {
    this.contents = contents;
    this.log = log;
    this.games = contents.games.map((id) => getGame(id));
    this.solver = new Solver(() => this.contents);
  }

  /** Updates of the checkpoints in the page. */
  get updates(): readonly number[] {
    return this.contents.checkpoints.map(({ update }) => update);
  }

  learned(game: Game): boolean {
    return this.games.some(({ id }) => id === game.id);
  }

  /** The policy of a checkpoint. */
  policy(update: number): Policy {
    const known = this.#policies.get(update);
    if (known) return known;
    const network = networkOf(this.contents, update);
    if (!network) throw new Error(`the page holds no checkpoint ${update}`);
    const policy = policyOf(`update ${update}`, network);
    this.#policies.set(update, policy);
    return policy;
  }

  /** The last checkpoint before the update in which the game was played, else the first; undefined if there is none. */
  checkpointOf({ update }: PageEpisode): number | undefined {
    const before = update === undefined ? this.updates.at(-1) : this.updates.findLast((one) => one < update);
    return before ?? this.updates[0];
  }

  /** By legal action, of the player to move. The policy sees only what this player can see. */
  probabilities(policy: Policy, game: Game, state: unknown): readonly ActionProbability[] {
    const { infoset } = this.#graph(game).node(state);
    if (!infoset) return [];
    const [probabilities] = policy.distributions([infoset]);
    return infoset.actions.map((action, slot) => ({
      action,
      name: game.actionName(state, action),
      probability: probabilities?.[slot] ?? 0,
    }));
  }

  #graph(game: Game): GameGraph {
    const known = this.#graphs.get(game.id);
    if (known && known.size < MOST_STATES) return known;
    const graph = new GameGraph(game);
    this.#graphs.set(game.id, graph);
    return graph;
  }
}
