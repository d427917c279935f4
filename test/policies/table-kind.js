/**
 * A kind of policy that the program does not know: a table of logits, one for each action of each information set, which
 * Adam without momentum moves. It imports nothing, so that any thread can load it.
 */

/** @type {import("../../src/policies/policy-kind.ts").PolicyKind} */
export const kind = {
  model(settings, games) {
    const { firstOf, size } = entriesOf(games);
    const tensors = [{ name: "logits", shape: [size] }];
    return {
      settings,
      games,
      tensors,
      optimizerTensors: () => [{ name: "squares", shape: [size] }],
      firstWeights: (rng) => [
        { ...tensors[0], values: Float32Array.from({ length: size }, () => 0.01 * rng.normal()) },
      ],
      network: (weights) => new Table(firstOf, weights),
      learner: (weights, adam) => new Table(firstOf, weights, adam),
    };
  },
};

const keyOf = (game, player, key) => `${game.id} ${player} ${key}`;

/** Where the logits of each information set start, and how many there are. */
function entriesOf(games) {
  const firstOf = new Map();
  let size = 0;
  for (const game of games) {
    const seen = new Set();
    const open = [game.initial()];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      const key = game.stateKey(state);
      const turn = game.turn(state);
      if (seen.has(key) || turn.kind === "end") continue;
      seen.add(key);
      for (const action of turn.actions) open.push(game.apply(state, action));
      if (turn.kind !== "player") continue;
      const infoset = keyOf(game, turn.player, game.infosetKey(state, turn.player));
      if (firstOf.has(infoset)) continue;
      firstOf.set(infoset, size);
      size += turn.actions.length;
    }
  }
  return { firstOf, size };
}

class Table {
  constructor(firstOf, weights, adam) {
    this.firstOf = firstOf;
    this.adam = adam;
    this.steps = 0;
    this.load(weights);
    this.squares = new Float32Array(this.logits.length);
  }

  load(weights) {
    this.logits = Float32Array.from(weights.find(({ name }) => name === "logits").values);
  }

  save() {
    return [{ name: "logits", shape: [this.logits.length], values: this.logits.slice() }];
  }

  firstAt({ game, player, key }) {
    return this.firstOf.get(keyOf(game, player, key));
  }

  policyAt(infosets) {
    const starts = new Int32Array(infosets.length + 1);
    infosets.forEach(({ actions }, r) => {
      starts[r + 1] = starts[r] + actions.length;
    });
    const policy = new Float64Array(starts[infosets.length]);
    infosets.forEach((infoset, r) => {
      const first = this.firstAt(infoset);
      const powers = infoset.actions.map((_, slot) => Math.exp(this.logits[first + slot]));
      const sum = powers.reduce((a, b) => a + b);
      policy.set(
        powers.map((p) => p / sum),
        starts[r],
      );
    });
    return { starts, policy, logPolicy: policy.map(Math.log) };
  }

  gradient(infosets, lossGradient) {
    const at = this.policyAt(infosets);
    const inLogPolicy = lossGradient(at);
    const gradient = new Float64Array(this.logits.length);
    infosets.forEach((infoset, r) => {
      const first = this.firstAt(infoset);
      const [start, end] = [at.starts[r], at.starts[r + 1]];
      const sum = inLogPolicy.subarray(start, end).reduce((a, b) => a + b, 0);
      for (let i = start; i < end; i++) gradient[first + i - start] += inLogPolicy[i] - at.policy[i] * sum;
    });
    return gradient;
  }

  step(infosets, lossGradient, learningRate) {
    const { beta2, epsilon } = this.adam;
    const correction = 1 - beta2 ** ++this.steps;
    this.gradient(infosets, lossGradient).forEach((g, i) => {
      this.squares[i] = beta2 * this.squares[i] + (1 - beta2) * g * g;
      this.logits[i] -= (learningRate * g) / (Math.sqrt(this.squares[i] / correction) + epsilon);
    });
  }

  moveTowards(other, keep) {
    this.logits.forEach((w, i) => {
      this.logits[i] = keep * w + (1 - keep) * other.logits[i];
    });
  }

  saveOptimizer() {
    return {
      arrays: [{ name: "squares", shape: [this.squares.length], values: this.squares.slice() }],
      steps: this.steps,
    };
  }

  restoreOptimizer({ arrays, steps }) {
    this.squares = Float32Array.from(arrays.find(({ name }) => name === "squares").values);
    this.steps = steps;
  }

  dispose() {}
}
