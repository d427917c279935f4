/** What `spiral eval` measures: the games of a run, the opponents that play them, and how the policy does. */
import { isForcedPair } from "../../arena/deterministic.ts";
import { type Versus, versus } from "../../arena/versus.ts";
import { illegalRate } from "../../exact/illegal-rate.ts";
import { evaluateExactly } from "../../exact/nash-conv.ts";
import type { Game } from "../../games/game.ts";
import { gameWithoutTalk, getGame, splitGames } from "../../games/registry.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { defaultOpponents, opponents } from "../../players/opponents.ts";
import type { PolicyPlayer } from "../../players/player.ts";
import type { Distribution, Policy } from "../../policies/policy.ts";
import type { ResolvedRun } from "../../run/directory.ts";
import type { Executor } from "../../selfplay/plan.ts";
import { UserError } from "../../util/errors.ts";
import { Rng } from "../../util/rng.ts";
import { checkAll } from "../check-all.ts";
import { withProgressAwaited } from "../terminal/counter.ts";
import { compiledAloud, solveAloud } from "./exact.ts";
import { checkPlayers, fixedPlayer, type PlayersToOpen } from "./players.ts";

export interface GameReport {
  /** Null if the game cannot be walked. */
  readonly nashConv: number | null;
  readonly greedyNashConv: number | null;
  /** By seat, for a policy that writes freely: answers that are no legal action, per turn of its self-play. */
  readonly illegal?: readonly [number, number] | undefined;
  readonly versus: (Versus & {
    /** Whether every pair would be the same two games, so that one was played. */
    readonly deterministic: boolean;
  })[];
}

/** The named games, or all that the policy has learned. Throws if it has not learned one of them, if `learned` is known. */
export function chosenGames(ids: string | undefined, learned: readonly string[] | undefined): Game[] {
  if (ids === undefined) return (learned ?? []).map(getGame);
  return checkAll(
    ...splitGames(ids).map((id) => () => {
      const game = gameWithoutTalk(id);
      if (!learned || learned.map((id) => getGame(id).id).includes(game.id)) return game;
      throw new UserError(2, `This policy has not learned ${game.id}. It has learned ${learned.join(", ")}.`);
    }),
  ) as Game[];
}

/** The beginning of `@000120` or `best-response:of=@000120`. */
const OWN = /^(best-response:of=)?@/;

/** Checks the specs of opponents; returns a function that opens them. `@000120` is a checkpoint of the evaluated run. */
export function chosenOpponents(
  specs: string | undefined,
  runs: string,
  evaluated: ResolvedRun | undefined,
): PlayersToOpen<PolicyPlayer> | undefined {
  if (specs === undefined) return undefined;
  const own = (spec: string): string =>
    evaluated ? spec.replace(OWN, `$1${evaluated.dir.replaceAll("$", "$$$$")}@`) : spec;
  // A comma parts opponents, and parameters of one: `mcts:sims=200,c=1,random`.
  const open = checkPlayers(
    specs.split(/,(?!\s*\w+=)/).map((spec) => own(spec.trim())),
    { runs, backendRuns: true },
  );
  const opened = async () => (await open()).flatMap((player) => (player.kind === "policy" ? [player] : []));
  return Object.assign(opened, { networks: open.networks });
}

export function checkThatEachPlays(rivals: readonly PolicyPlayer[], games: readonly Game[]): void {
  const ids = games.map(({ id }) => id).join(", ");
  const idle = rivals.filter(({ plays }) => !games.some(plays));
  if (idle.length > 0)
    throw new UserError(
      2,
      idle.map(({ name }) => `Opponent ${name} does not play ${ids}.`),
    );
}

interface Measured {
  readonly game: Game;
  /** Whose NashConv is measured. */
  readonly policy: Policy;
  /** The policy that plays: `policy`, or its greedy version. */
  readonly playing: Policy;
  /** The game's default opponents if undefined. */
  readonly rivals: readonly PolicyPlayer[] | undefined;
  readonly episodes: number;
  readonly seed: number;
  readonly executor: Executor;
}

export async function measureGame({
  game,
  policy,
  playing,
  rivals,
  episodes,
  seed,
  executor,
}: Measured): Promise<GameReport> {
  const illegal = game.walkable ? illegalRate(compiledAloud(game), policy) : undefined;
  const exact = evaluateExactly(game, policy);
  const against = rivals ?? opponents.filter(({ name }) => defaultOpponents(game).includes(name)).map(fixedPlayer);
  if (against.some(({ name }) => name === "nash" || name === "sloppy")) solveAloud(game);
  const rng = new Rng(seed).fork("eval").fork(game.id);
  const results: GameReport["versus"] = [];
  for (const rival of against.filter(({ plays }) => plays(game))) {
    const result = await withProgressAwaited(`Playing ${game.id} against ${rival.name}`, async (tell) => {
      let positions = 0;
      const onPositions = (count: number): void => {
        positions += count;
        tell(`${positions.toLocaleString("en-US")} positions so far`);
      };
      const [one, other] = [counting(playing, onPositions), counting(rival.policy(game), onPositions)];
      const deterministic = isForcedPair(game, one, other);
      const games = deterministic ? 2 : episodes;
      return { ...(await versus(game, one, other, games, rng.fork(rival.name), { executor })), deterministic };
    });
    results.push({ ...result, opponent: rival.name });
  }
  return { nashConv: exact?.nashConv ?? null, greedyNashConv: exact?.greedyNashConv ?? null, illegal, versus: results };
}

/** The same policy, which tells how many distributions it has just given; a slow one after each. */
function counting(policy: Policy, onPositions: (count: number) => void): Policy {
  const told = (infosets: readonly Infoset[]): Distribution[] => {
    const given = policy.distributions(infosets);
    onPositions(infosets.length);
    return given;
  };
  return {
    ...policy,
    distributions: policy.slow ? (infosets) => infosets.flatMap((infoset) => told([infoset])) : told,
  };
}
