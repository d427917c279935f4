/**
 * The Bradley–Terry model with draws and an advantage of the first seat (Bradley and Terry 1952, Davidson 1970, Davidson and
 * Beaver 1977). If player i sits in seat 0 against player j in game g,
 *
 *   P(win) ∝ exp(δ/2)   P(draw) ∝ exp(η_g)   P(loss) ∝ exp(−δ/2)   δ = θᵢ − θⱼ + γ_g
 *
 * so that a win is exp(δ) times as likely as a loss. θ are the strengths, γ is the advantage of seat 0, and η sets how often
 * games are drawn. The log-likelihood is concave, so Newton's method with step halving finds its only maximum.
 */

/** Results, from the view of `first`, of games with `first` in seat 0 and `second` in seat 1. Counts may be fractions. */
export interface Series {
  readonly first: number;
  readonly second: number;
  readonly game: number;
  readonly wins: number;
  readonly draws: number;
  readonly losses: number;
}

/** The derivatives of δ with respect to θᵢ, θⱼ and γ. */
const SIGNS = [1, -1, 1];

export interface Fit {
  /** θ of every player, in natural log-odds; the first is 0. */
  readonly strengths: Float64Array;
  /** γ by game. */
  readonly firstSeat: Float64Array;
  /** η by game; −Infinity if no game was drawn. */
  readonly draws: Float64Array;
}

/**
 * The maximum of the likelihood. It is finite if series that were neither all won nor all lost connect every player with
 * player 0, and if each game was both won and lost from seat 0. Newton's method begins at `start`.
 */
export function fitDavidson(players: number, games: number, series: readonly Series[], start?: Fit): Fit {
  const drawn = Array.from({ length: games }, (_, g) => series.some(({ game, draws }) => game === g && draws > 0));
  // Parameters: θ₁ … θₙ₋₁, then γ_g, then η_g of the games with draws.
  const seatAt = (g: number): number => players - 1 + g;
  let size = players - 1 + games;
  const drawAt = drawn.map((is) => (is ? size++ : -1));
  const x = new Float64Array(size);
  if (start) {
    x.set(start.strengths.subarray(1), 0);
    x.set(start.firstSeat, players - 1);
    drawAt.forEach((at, g) => {
      const eta = start.draws[g];
      if (at >= 0 && Number.isFinite(eta)) x[at] = eta;
    });
  }

  /** Indices in x of θᵢ, θⱼ and γ of a series. */
  const at = [0, 0, 0];
  const gradient = new Float64Array(size);
  const information = new Float64Array(size * size);
  let value = evaluate(x);
  for (let step = 0; step < 100; step++) {
    const direction = solve(information, gradient, size);
    const largest = direction.reduce((most, d) => Math.max(most, Math.abs(d)), 0);
    if (largest < 1e-8) break;
    const before = x.slice();
    const valueBefore = value;
    // At most three units of log-odds, halved until the likelihood does not fall.
    for (let scale = Math.min(1, 3 / largest); ; scale /= 2) {
      for (let i = 0; i < size; i++) x[i] = before[i] + scale * direction[i];
      value = evaluate(x);
      if (value >= valueBefore - 1e-13 * Math.abs(valueBefore) || scale < 1e-6) break;
    }
  }
  return {
    strengths: Float64Array.from({ length: players }, (_, i) => (i === 0 ? 0 : x[i - 1])),
    firstSeat: x.slice(players - 1, players - 1 + games),
    draws: Float64Array.from(drawAt, (at) => (at < 0 ? Number.NEGATIVE_INFINITY : x[at])),
  };

  /** The log-likelihood at x. Sets `gradient`, and the lower triangle of `information` to the negative second derivatives. */
  function evaluate(x: Float64Array): number {
    gradient.fill(0);
    information.fill(0);
    let sum = 0;
    for (const { first, second, game, wins, draws, losses } of series) {
      const i = first - 1;
      const j = second - 1;
      const seat = seatAt(game);
      const draw = drawAt[game];
      const delta = (i < 0 ? 0 : x[i]) - (j < 0 ? 0 : x[j]) + x[seat];
      const eta = draw < 0 ? Number.NEGATIVE_INFINITY : x[draw];
      const top = Math.max(Math.abs(delta) / 2, eta);
      const win = Math.exp(delta / 2 - top);
      const tie = Math.exp(eta - top);
      const loss = Math.exp(-delta / 2 - top);
      const total = win + tie + loss;
      const pWin = win / total;
      const pTie = tie / total;
      const pLoss = loss / total;
      const n = wins + draws + losses;
      sum += ((wins - losses) * delta) / 2 + (draws > 0 ? draws * eta : 0) - n * (Math.log(total) + top);

      // The model is an exponential family in δ and η with statistics (W − L) / 2 and D.
      const margin = (pWin - pLoss) / 2;
      const byDelta = (wins - losses) / 2 - n * margin;
      const deltaDelta = n * ((pWin + pLoss) / 4 - margin * margin);
      at[0] = i;
      at[1] = j;
      at[2] = seat;
      for (let r = 0; r < 3; r++) {
        const row = at[r];
        if (row < 0) continue;
        const sign = SIGNS[r];
        gradient[row] += sign * byDelta;
        for (let c = 0; c < 3; c++) {
          const column = at[c];
          if (column >= 0 && column <= row) add(row, column, sign * SIGNS[c] * deltaDelta);
        }
        if (draw >= 0) add(draw, row, -sign * n * margin * pTie);
      }
      if (draw < 0) continue;
      gradient[draw] += draws - n * pTie;
      add(draw, draw, n * pTie * (1 - pTie));
    }
    return sum;
  }

  function add(row: number, column: number, x: number): void {
    information[row * size + column] += x;
  }
}

/** A⁻¹ b for a symmetric positive definite A, given its lower triangle, by Cholesky factorisation; 0 in a direction without information. */
function solve(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const l = a.slice();
  const x = b.slice();
  const at = (row: number, column: number): number => l[row * size + column];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = at(row, column);
      for (let k = 0; k < column; k++) sum -= at(row, k) * at(column, k);
      const isDiagonal = row === column;
      const pivot = isDiagonal ? Math.sqrt(Math.max(sum, 1e-12)) : sum / at(column, column);
      l[row * size + column] = pivot;
    }
    let sum = x[row];
    for (let k = 0; k < row; k++) sum -= at(row, k) * x[k];
    x[row] = sum / at(row, row);
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = x[row];
    for (let k = row + 1; k < size; k++) sum -= at(k, row) * x[k];
    x[row] = sum / at(row, row);
  }
  return x;
}
