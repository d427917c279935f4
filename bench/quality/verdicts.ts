/** How well saved policies play, by code that shares only the rules of the games with the trainer (bench/independent.ts). */
import type { Game } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { opponents } from "../../src/players/opponents.ts";
import type { ReferencePolicy } from "../../test/reference/brute-force.ts";
import { exactResult, greedyReference, judge, savedPolicy, type Verdict } from "../independent.ts";
import { savedTextPolicy } from "../independent-text.ts";
import type { Flags } from "./measurements.ts";

/** The settings of nn.text that the weights do not tell (configs/default.yaml). */
const TEXT = { heads: 4, thoughts: ["hmm", "well"] };
const SCRIPTS = ["fair", "stubborn", "naive", "sloppy"];

/** The largest probability of losing to any script, sampled and greedy; the probability of beating naive. */
interface AgainstScripts {
  readonly loss: number;
  readonly greedyLoss: number;
  readonly naive: number;
  readonly greedyNaive: number;
}

export interface Judged {
  /** By game. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Where negotiation is learned. */
  readonly scripts: AgainstScripts | undefined;
}

/** Judges the policy of a checkpoint, which was trained with these flags. */
export function judgeCheckpoint(checkpoint: string, { games: ids, policy, think = "0" }: Flags): Judged {
  const games = ids.split(",").map(getGame);
  const saved = (game: Game): ReferencePolicy =>
    policy === "text"
      ? savedTextPolicy(checkpoint, game, { ...TEXT, think: Number(think) })
      : savedPolicy(checkpoint, games, game);
  // Made once, as a text policy remembers what it has computed.
  const policies = new Map(games.map((game) => [game.id, saved(game)]));
  const policyFor = ({ id }: Game): ReferencePolicy => policies.get(id) as ReferencePolicy;
  const negotiation = games.find(({ id }) => id === "negotiation");
  return {
    verdicts: Object.fromEntries(games.map((game) => [game.id, judge(game, policyFor(game))])),
    scripts: negotiation && againstScripts(negotiation, policyFor(negotiation)),
  };
}

function againstScripts(game: Game, policy: ReferencePolicy): AgainstScripts {
  const greedy = greedyReference(policy);
  const against = (name: string, own: ReferencePolicy) => {
    const opponent = opponents.find((one) => one.name === name);
    if (!opponent) throw new Error(`no opponent ${name}`);
    return exactResult(game, own, opponent.make(game));
  };
  return {
    loss: Math.max(...SCRIPTS.map((name) => against(name, policy).loss)),
    greedyLoss: Math.max(...SCRIPTS.map((name) => against(name, greedy).loss)),
    naive: against("naive", policy).win,
    greedyNaive: against("naive", greedy).win,
  };
}
