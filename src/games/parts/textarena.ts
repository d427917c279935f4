/**
 * TextArena's ids of environments (version 0.7.4): the games of Spiral whose rules agree, and for the others why they do not.
 * docs/games/textarena.md has the same in a table, and test/games/textarena.test.ts plays TextArena's games again.
 */
import { UserError } from "../../util/errors.ts";

/** Spiral's game, or the nearest to it and how TextArena's differs, as a clause. */
type Environment = { readonly game: string } | { readonly nearest: string; readonly differs: string };

const liarsDice = (dice: number): Environment => ({
  game: `liars-dice-match:dice=${dice}:wild=off:lowerFace=off:loserOpens=off`,
});
const kuhnPoker = (hands: number): Environment => ({
  nearest: `kuhn-match:hands=${hands}:opener=1`,
  differs: "bets and calls put no chips into the pot, so that every hand is won for one chip",
});
const pigDice = (target: number, limit: number): Environment => ({
  nearest: `pig:target=${target}`,
  differs: `after ${limit} rolls and holds the turn in play is the last, and the higher score wins; a turn may end without a roll`,
});
const negotiation = (maxTurns: number): Environment => ({
  nearest: `negotiation-private:maxTurns=${Math.min(maxTurns, 20)}:talk=on:bundles=on`,
  differs: "an offer that was denied can still be accepted, and amounts have no bound",
});

const ENVIRONMENTS: Readonly<Record<string, Environment | undefined>> = {
  "TicTacToe-v0": { game: "ttt" },
  "ConnectFour-v0": { game: "connect-four" },
  "ConnectFour-v0-blind": { nearest: "connect-four", differs: "the players do not see the board" },
  "ConnectFour-v0-large": { nearest: "connect-four", differs: "the board has 12 rows and 15 columns" },
  "LiarsDice-v0-small": liarsDice(3),
  "LiarsDice-v0": liarsDice(5),
  "LiarsDice-v0-large": liarsDice(12),
  "KuhnPoker-v0": kuhnPoker(3),
  "KuhnPoker-v0-short": kuhnPoker(5),
  "KuhnPoker-v0-medium": kuhnPoker(9),
  "KuhnPoker-v0-long": kuhnPoker(15),
  "KuhnPoker-v0-extreme": kuhnPoker(25),
  "PigDice-v0": pigDice(100, 100),
  "PigDice-v0-short": pigDice(50, 25),
  "PigDice-v0-long": pigDice(500, 500),
  ...Object.fromEntries(
    [50, 100, 150, 200, 250, 300, 350, 400, 450, 500].map((n) => [`PigDice-v0-${n}`, pigDice(n, n)]),
  ),
  "SimpleNegotiation-v0-short": negotiation(6),
  "SimpleNegotiation-v0": negotiation(10),
  "SimpleNegotiation-v0-long": negotiation(30),
};

/** The ids that stand for a game of Spiral. */
export const textArenaIds: readonly string[] = Object.entries(ENVIRONMENTS).flatMap(([id, environment]) =>
  environment && "game" in environment ? [id] : [],
);

/**
 * A spec of a game with Spiral's own id: that of the game which an id of TextArena stands for, and any other spec as it is. The endings
 * -raw and -train are TextArena's ways to tell a player of the same game. Throws a UserError (exit 2) if TextArena's game is none of
 * Spiral's, or is given parameters.
 */
export function ownSpec(spec: string): string {
  const [name = "", ...settings] = spec.split(/[:,]/).map((part) => part.trim());
  const id = name.replace(/-(raw|train)$/, "");
  const environment = Object.hasOwn(ENVIRONMENTS, id) ? ENVIRONMENTS[id] : undefined;
  if (!environment) return spec;
  if ("nearest" in environment) {
    const { nearest, differs } = environment;
    throw new UserError(
      2,
      `TextArena's ${id} has other rules than Spiral's games: ${differs}. The nearest game is ${nearest}.`,
    );
  }
  if (settings.length > 0) throw new UserError(2, `${name} takes no parameters. Change those of ${environment.game}.`);
  return environment.game;
}
