/**
 * Which learning rule `rl.rule: auto` stands for. The paper's rule is that of the games that it is here to show, and of policies
 * that write. Mirror descent is that of all other games, as it solves poker too. A setting that only one of them has chooses it.
 */
import type { Leaf } from "./yaml.ts";

type RuleName = "spiral" | "mirror";

/** The games of the paper, by id without parameters. */
const PAPER_GAMES = ["kuhn", "ttt", "ttt-draw", "negotiation"];

/** Settings that only one rule has: these keys, and those below them. */
const OWN: Readonly<Record<RuleName, readonly string[]>> = {
  spiral: ["advantage", "baselineDecay", "critic", "tokens", "loss", "ppo", "demonstrations", "explorers"],
  mirror: ["exploration", "mirror"],
};

/** The rule of a run whose settings are `given`, of which a later one counts. `games`: those of a run that names none. */
export function chosenRule(given: readonly Leaf[], games: readonly string[], problems: string[]): RuleName {
  const rule = ruleOf(given, games);
  problems.push(...given.flatMap((leaf) => strange(leaf, rule)));
  return rule;
}

function ruleOf(given: readonly Leaf[], games: readonly string[]): RuleName {
  const last = (key: string): unknown => given.findLast(({ path }) => path.join(".") === key)?.value;
  const rule = last("rl.rule");
  if (rule === "spiral" || rule === "mirror") return rule;
  const owner = (["spiral", "mirror"] as const).find((name) => given.some((leaf) => isOf(leaf, name)));
  if (owner) return owner;
  const named = last("games");
  const ids = Array.isArray(named) ? named.map(String) : games;
  if (last("nn.policy") === "text") return "spiral";
  return ids.every((id) => PAPER_GAMES.includes(id.split(":")[0])) ? "spiral" : "mirror";
}

const isOf = ({ path }: Leaf, rule: RuleName): boolean => path[0] === "rl" && OWN[rule].includes(path[1]);

/** A problem if the command line gives a setting that the rule does not have. A file may hold the settings of both. */
function strange(leaf: Leaf, rule: RuleName): string[] {
  const other = rule === "spiral" ? "mirror" : "spiral";
  const key = leaf.path.join(".");
  // The sizes give it for both rules, so it chooses none.
  const isUnused = rule === "mirror" && key === "rl.magnet.every";
  if (!leaf.where.startsWith("--") || !(isUnused || isOf(leaf, other))) return [];
  return [`${leaf.where}: ${key} is a setting of rl.rule: ${other}, and the rule here is ${rule}.`];
}
