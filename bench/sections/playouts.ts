/**
 * Random games through the public `Game` API, for any game; and tic-tac-toe in a plain loop without any API, for comparison.
 */
import type { Game } from "../../src/games/game.ts";

/** Sums over all that was played: they keep the compiler from dropping work, and tests compare them. */
export interface Played {
  readonly decisions: number;
  /** Sum of seat 0's returns. */
  readonly returns: number;
  /** Ones in the features of the last rows, or the characters of all texts. */
  readonly written: number;
}

/** Rows of features that are zeroed together, as those of a batch are. */
const ROWS = 128;

/** Marsaglia's xorshift of 32 bits: fast, and good enough to choose moves. The state is never 0. */
function xorshift(x: number): number {
  x ^= x << 13;
  x ^= x >>> 17;
  return x ^ (x << 5);
}

/** Uniform in 0 … n − 1, from the upper 16 bits. */
const below = (x: number, n: number): number => ((x >>> 16) * n) >>> 16;

/** The slot of a chance outcome. */
function outcome(x: number, probabilities: readonly number[]): number {
  let u = (x >>> 0) / 4294967296;
  let slot = 0;
  while (slot < probabilities.length - 1) {
    u -= probabilities[slot] as number;
    if (u < 0) break;
    slot++;
  }
  return slot;
}

/** initial · turn · encode for every decision, into a slice of zeros · apply. */
export function withFeatures<S>(game: Game<S>, games: number, seed: number): Played {
  const width = game.featureCount;
  const rows = new Float32Array(ROWS * width);
  let [x, at, decisions, returns] = [seed, 0, 0, 0];
  for (let i = 0; i < games; i++) {
    let state = game.initial();
    for (;;) {
      const turn = game.turn(state);
      if (turn.kind === "end") {
        returns += turn.returns[0];
        break;
      }
      x = xorshift(x);
      let slot: number;
      if (turn.kind === "chance") slot = outcome(x, turn.probabilities);
      else {
        if (at === rows.length) {
          rows.fill(0);
          at = 0;
        }
        game.encode(state, turn.player, rows, at);
        at += width;
        decisions++;
        slot = below(x, turn.actions.length);
      }
      state = game.apply(state, turn.actions[slot] as number);
    }
  }
  return { decisions, returns, written: rows.reduce((sum, value) => sum + value, 0) };
}

/** initial · turn · observe for every decision · actionName of the move chosen · parseAction of that text · apply. */
export function withText<S>(game: Game<S>, games: number, seed: number): Played {
  let [x, decisions, returns, written] = [seed, 0, 0, 0];
  for (let i = 0; i < games; i++) {
    let state = game.initial();
    for (;;) {
      const turn = game.turn(state);
      if (turn.kind === "end") {
        returns += turn.returns[0];
        break;
      }
      x = xorshift(x);
      if (turn.kind === "chance") {
        state = game.apply(state, turn.actions[outcome(x, turn.probabilities)] as number);
        continue;
      }
      const text = game.observe(state, turn.player);
      // Reading a character flattens the string, which may have been a rope of pieces.
      written += text.charCodeAt(text.length >> 1) > 0 ? text.length : 0;
      decisions++;
      const parsed = game.parseAction(
        state,
        game.actionName(state, turn.actions[below(x, turn.actions.length)] as number),
      );
      if (!parsed.ok) throw new Error(parsed.reason);
      state = game.apply(state, parsed.action);
    }
  }
  return { decisions, returns, written };
}

const LINES = [0o007, 0o070, 0o700, 0o111, 0o222, 0o444, 0o421, 0o124];

/** Tic-tac-toe with 27 features per move and no API: it shows what this machine can do at this moment. */
export function plainLoop(games: number, seed: number): Played {
  const rows = new Float32Array(ROWS * 27);
  const empty = new Uint8Array(9);
  let [x, at, decisions, returns] = [seed, 0, 0, 0];
  for (let i = 0; i < games; i++) {
    let [own, other, result] = [0, 0, 0];
    for (let ply = 0; ply < 9; ply++) {
      if (at === rows.length) {
        rows.fill(0);
        at = 0;
      }
      let count = 0;
      for (let cell = 0; cell < 9; cell++) {
        const third = 2 - 2 * ((own >> cell) & 1) - ((other >> cell) & 1);
        rows[at + 9 * third + cell] = 1;
        empty[count] = cell;
        count += third >> 1;
      }
      at += 27;
      decisions++;
      x = xorshift(x);
      own |= 1 << (empty[below(x, count)] as number);
      if (hasLine(own)) {
        result = ply % 2 === 0 ? 1 : -1;
        break;
      }
      [own, other] = [other, own];
    }
    returns += result;
  }
  return { decisions, returns, written: rows.reduce((sum, value) => sum + value, 0) };
}

function hasLine(cells: number): boolean {
  for (let i = 0; i < 8; i++) if ((cells & (LINES[i] as number)) === (LINES[i] as number)) return true;
  return false;
}
