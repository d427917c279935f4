/**
 * The schema of a run's settings: the meaning and the allowed values of each key. Types, validation, help and JSON Schema are
 * derived from it. The defaults, with reasons, are in configs/default.yaml.
 */
import { z } from "zod";

export const SIZES = ["xs", "s", "m"] as const;
const BACKENDS = ["auto", "kernels", "cuda", "webgpu", "wasm", "node", "js"] as const;
const ADVANTAGES = ["rae", "none", "shared", "group", "group-std", "rloo", "infoset", "critic"] as const;
const TOKENS = ["sum", "mean", "constant"] as const;
const RULES = ["auto", "spiral", "mirror"] as const;
const DECAYS = ["linear", "inverse-time"] as const;
const LOSSES = ["pg", "ppo"] as const;
const MAGNETS = ["averaged", "uniform", "none"] as const;
const POOL_SAMPLING = ["uniform", "winrate"] as const;

/** Letters and digits, as a policy that reads text divides texts into words. */
const WORD = /^[\p{L}\p{N}]+$/u;

const count = (from = 1) => z.int().min(from);
const fraction = () => z.number().min(0).lt(1);
const weight = () => z.number().min(0).max(100);

const gameSettingsSchema = z.strictObject({
  episodes: count().max(1_000_000).describe("Games played per update."),
  entropy: weight().describe("Weight of the entropy bonus in this game, times rl.entropy."),
  magnet: weight().describe("Weight of the pull to the magnet in this game, times rl.magnet.coefficient."),
  floor: weight().describe("Floor of probabilities in this game, times rl.mirror.floor."),
});

export const configSchema = z.strictObject({
  seed: count(0).describe("Where all randomness comes from: the same seed gives the same run."),
  updates: count(0).max(10_000_000).describe("Gradient updates in the whole run; 0: until it is stopped."),
  games: z.array(z.string()).min(1).describe("Ids of the games to learn, with parameters where they have any."),
  perGame: z
    .object({ default: gameSettingsSchema.describe("For games, or settings, that are not listed.") })
    .catchall(gameSettingsSchema.partial().describe("For one game, by its id with or without parameters."))
    .describe("Settings by game id."),
  nn: z
    .strictObject({
      backend: z
        .enum(BACKENDS)
        .describe(
          "What computes: our kernels, or a backend of TensorFlow.js; auto takes the first that works and suits the network.",
        ),
      policy: z.string().min(1).describe("Name of the kind of policy, or the path of a module that exports one."),
      hidden: z.array(count().max(8192)).min(1).max(16).describe("Width of each hidden layer."),
      outputScale: z.number().gt(0).max(10).describe("Scale of the output layer's initial weights."),
      text: z
        .strictObject({
          width: count(8).max(1024).describe("Width of the transformer: numbers per word."),
          layers: count().max(24).describe("Blocks of attention and multilayer perceptron."),
          heads: count().max(32).describe("Heads of attention; 4 times as many must divide the width."),
          context: count(8).max(1024).describe("Words of a prompt and a response at most."),
          outputScale: z.number().gt(0).max(10).describe("Scale of the output layer's initial weights."),
          decoding: z
            .enum(["legal", "free"])
            .describe("Words that may be written: those that lead to a legal action, or any; illegal answers forfeit."),
          think: count(0).max(64).describe("Words of thought before the action at most."),
          thoughts: z
            .union([z.array(z.string().regex(WORD)).min(1).max(64).readonly(), z.literal("all")])
            .describe("The words that a thought may consist of, or all."),
        })
        .describe("The transformer of nn.policy: text, and how it writes."),
    })
    .describe("The network."),
  rl: z
    .strictObject({
      rule: z
        .enum(RULES)
        .describe(
          "The learning rule: spiral, mirror, or auto, which is spiral for kuhn, ttt, ttt-draw and negotiation, for policies that write and where its own settings are given.",
        ),
      advantage: z.enum(ADVANTAGES).describe("How returns become advantages."),
      baselineDecay: fraction().describe("How slowly the baseline of each game and role follows the returns."),
      critic: z
        .strictObject({
          lambda: z.number().min(0).max(1).describe("λ of generalised advantage estimation."),
          learningRate: z.number().gt(0).max(1).describe("Learning rate of the critic."),
          hidden: z.array(count().max(8192)).min(1).max(16).describe("Width of each hidden layer of the critic."),
        })
        .describe("The value network of rl.advantage: critic."),
      tokens: z.enum(TOKENS).describe("How the words of a response add up to its loss, for nn.policy: text."),
      polish: count(0)
        .max(10_000_000)
        .describe("Of the updates, how many at the end teach a text policy to write freely instead of self-play."),
      loss: z.enum(LOSSES).describe("The policy loss."),
      ppo: z
        .strictObject({
          clip: z.number().gt(0).max(1).describe("ε: how far the probability ratio may move."),
          epochs: count().max(100).describe("Passes over each batch."),
          minibatches: count().max(1000).describe("Parts that a batch's rows are dealt into, in each pass."),
        })
        .describe("What rl.loss: ppo needs."),
      exploration: fraction().describe("Of rl.rule: mirror: probability of a random action, for both players."),
      mirror: z
        .strictObject({
          stepSize: z
            .number()
            .gt(0)
            .max(100)
            .describe("η: how far an advantage of 1 moves the logarithm of a probability."),
          floor: fraction().describe(
            "δ: an action less likely than this share of uniform play is judged as if it had that share.",
          ),
          steps: count().max(1000).describe("Optimizer steps an update."),
          minibatches: count().max(1000).describe("Parts that a batch's rows are dealt into; a step takes one."),
          critic: z
            .strictObject({
              hidden: z.array(count().max(8192)).min(1).max(16).describe("Width of each hidden layer of the critic."),
              learningRate: z
                .strictObject({
                  start: z.number().gt(0).max(1).describe("Learning rate of the critic in the first update."),
                  end: z.number().min(0).max(1).describe("Learning rate of the critic in the last, or at least."),
                })
                .describe("The critic's step size."),
              steps: count().max(1000).describe("Optimizer steps of the critic an update."),
              after: count(0).max(10_000_000).describe("Updates before the critic is asked."),
            })
            .describe("The network of action values."),
        })
        .describe("What rl.rule: mirror needs."),
      explorers: z
        .strictObject({
          share: z.number().min(0).max(1).describe("Share of the games of self-play that are against explorers."),
          exploration: fraction().describe("Probability of a random action of an explorer."),
          after: count(0).max(10_000_000).describe("Updates before explorers come."),
        })
        .describe(
          "Of rl.rule: spiral, in games of perfect information and for policies that do not write: opponents that are the learner, but for a random action now and then.",
        ),
      opponents: z
        .string()
        .describe(
          "Who the learner trains against: self, pool, a fixed opponent, or a mixture such as self=0.7,pool=0.3.",
        ),
      pool: z
        .strictObject({
          every: count().describe("Updates between checkpoints that join the pool."),
          size: count().max(1000).describe("Checkpoints in the pool at most; the oldest leaves first."),
          sampling: z.enum(POOL_SAMPLING).describe("Which is played: each alike, or more often the harder ones."),
        })
        .describe("The past checkpoints that rl.opponents: pool plays against."),
      demonstrations: z
        .strictObject({
          from: z
            .string()
            .min(1)
            .describe(
              "Whose games are learned from: none, a fixed opponent's, or those of an episode log, by its path.",
            ),
          updates: z
            .union([count().max(10_000_000), z.literal("all")])
            .describe("Updates that learn from them, before self-play begins; or all."),
          games: count().max(1_000_000).describe("Games of each game at most; they are repeated."),
        })
        .describe("Games of an expert, which are learned from by cross-entropy."),
      learningRate: z
        .strictObject({
          start: z.number().gt(0).max(1).describe("Learning rate of the first update."),
          end: z.number().min(0).max(1).describe("Learning rate of the last update, or at least."),
          warmup: count(0).max(1_000_000).describe("Updates in which the rate rises linearly from 0 to its value."),
        })
        .describe("The optimizer's step size."),
      decay: z
        .enum(DECAYS)
        .describe(
          "How learning rates and the entropy bonus fall: linearly over the run, or by the updates done whatever the run's length.",
        ),
      halfLife: count()
        .max(10_000_000)
        .describe(
          "For decay: inverse-time, and in a run until it is stopped (updates: 0): updates until a learning rate is half of its start.",
        ),
      adam: z
        .strictObject({
          beta1: fraction().describe("Decay of the mean of gradients: momentum."),
          beta2: fraction().describe("Decay of the mean of squared gradients."),
          epsilon: z.number().gt(0).max(1).describe("Added to the divisor."),
          clip: z.number().gt(0).max(100).describe("Root mean square of a step at most, in learning rates."),
        })
        .describe("The Adam optimizer."),
      magnet: z
        .strictObject({
          kind: z
            .enum(MAGNETS)
            .describe("What the policy is pulled to: its average at the last refresh, uniform play, nothing."),
          coefficient: weight().describe("Weight of the KL divergence to the magnet policy."),
          every: count().describe(
            "Updates between refreshes of an averaged magnet, for rl.rule: spiral; that of mirror follows rl.averaging.",
          ),
        })
        .describe("The policy that the learner is pulled to."),
      averaging: fraction().describe("Decay of the moving average of the weights, which is what is saved."),
      entropy: z
        .strictObject({
          start: weight().describe("Weight of the entropy bonus in the first update."),
          end: weight().describe("Weight of the entropy bonus in the last update, or at least."),
        })
        .describe("The bonus for unpredictable play."),
    })
    .describe("The learning rule."),
  run: z
    .strictObject({
      dir: z.string().min(1).describe("The folder that holds runs."),
      evaluateEvery: count().describe("Updates between evaluations."),
      logEvery: count().describe("Updates between lines of metrics."),
      checkpointEvery: count().describe("Updates between checkpoints."),
      keepCheckpoints: z
        .union([count(2), z.literal("all")])
        .describe("Checkpoints that are kept, the best and the last among them, or all."),
      keepEpisodes: z
        .union([count(0), z.literal("all")])
        .describe("Games per game id and update that are logged, or all."),
      workers: z
        .union([count(0).max(64), z.literal("auto")])
        .describe(
          "Threads that play beside the main one; auto: one less than there are cores, at least 1, at most 8, where that is quicker.",
        ),
      queue: z
        .string()
        .min(1)
        .optional()
        .describe(
          "Of `spiral ablate`: the NATS server whose workers train the runs, or none. It is not kept in a run.",
        ),
    })
    .describe("What is written, where and how often; and with how many threads."),
});

type Written = z.infer<typeof configSchema>;
/**
 * Settings as they were loaded: `rl.rule: auto` has become one of the rules, and `run.queue` is left out, as where a run is trained
 * does not change it.
 */
export type Config = Omit<Written, "run"> & {
  rl: { rule: Exclude<Written["rl"]["rule"], "auto"> };
  run: Omit<Written["run"], "queue">;
};
export type GameSettings = z.infer<typeof gameSettingsSchema>;

/** The schema at a key path. For an unknown key it is undefined; `known` are the keys at `depth`, where the path fails. */
export function schemaAt(path: readonly string[]): { schema?: z.ZodType; known: readonly string[]; depth: number } {
  let schema: z.ZodType = configSchema;
  for (const [depth, key] of path.entries()) {
    if (!(schema instanceof z.ZodObject)) return { known: [], depth };
    const shape = schema.shape as Record<string, z.ZodType>;
    const rest = schema.def.catchall;
    const next = Object.hasOwn(shape, key) ? shape[key] : rest instanceof z.ZodObject ? rest : undefined;
    if (!next) return { known: Object.keys(shape), depth };
    schema = next;
  }
  return {
    schema: schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema,
    known: [],
    depth: path.length,
  };
}
