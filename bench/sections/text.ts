/**
 * Training tokens per CPU second of the transformer, by backend and width, beside PyTorch's on one core in the same run. PyTorch
 * is that of `python3`, or of the interpreter that `PYTHON` names; without it, a note says so.
 *
 * A step reads 32 sequences of 64 tokens of a vocabulary of 72, with a loss at each token: forward, gradient and Adam. Either no
 * two sequences begin alike, or 8 sequences each have their first 40 tokens in common, which the prefix tree computes once.
 */
import { type BackendName, backendNames, findBackend } from "../../src/nn/backend.ts";
import { run, runScript } from "../lib/child.ts";
import { type Figure, figure, type Measured, type Took } from "../lib/measure.ts";

/** What one process measures. */
export interface TextTask {
  readonly backend: BackendName;
  readonly engine: "kernels" | "tensors";
  readonly width: number;
  readonly layers: number;
  readonly seconds: number;
}

/** The time of its training steps; `rows` tokens have a loss in each. */
export interface TextSteps {
  readonly rows: number;
  /** No two sequences begin alike. */
  readonly distinct: readonly Took[];
  /** Sequences have their first tokens in common, by groups. */
  readonly shared: readonly Took[];
}

const SIZES = [
  { width: 32, layers: 2 },
  { width: 64, layers: 2 },
  { width: 128, layers: 4 },
] as const;

export async function text(quick: boolean): Promise<Measured> {
  const seconds = quick ? 1 : 4;
  const figures: Figure[] = [];
  const notes: string[] = [];
  const measure = async (task: TextTask, what: string): Promise<void> => {
    const outcome = await runScript("sections/text-step.js", [JSON.stringify(task)]);
    if (outcome.code !== 0) notes.push(`${what}: ${outcome.err.trim().split("\n").at(-1)}`);
    else figures.push(...figuresOf(task, JSON.parse(outcome.out) as TextSteps));
  };
  for (const { width, layers } of quick ? SIZES.slice(0, 1) : SIZES) {
    // Plain JavaScript is for tests: a step takes seconds. The backend kernels is for perceptrons.
    for (const backend of backendNames.filter((name) => name !== "js" && name !== "kernels")) {
      const found = findBackend(backend);
      const engines = backend === "wasm" ? (["kernels", "tensors"] as const) : (["tensors"] as const);
      for (const engine of engines) {
        // A step of the wider networks by TensorFlow.js's own operations on wasm takes seconds too.
        const isSlow = backend === "wasm" && engine === "tensors" && width > 32;
        if (found.status === "usable" && !isSlow) {
          await measure({ backend, engine, width, layers, seconds }, `${backend}, width ${width}`);
        }
      }
      if (found.status !== "usable" && width === 32) notes.push(`${backend}: ${found.reason}.`);
    }
    const peer = await torch(width, layers, seconds);
    if (typeof peer === "string") {
      if (width === 32) notes.push(`PyTorch: left out, ${peer}. Install it with: pip install torch`);
    } else figures.push(peer);
  }
  return { figures, notes };
}

function figuresOf({ backend, engine, width, layers }: TextTask, { rows, distinct, shared }: TextSteps): Figure[] {
  const operations = engine === "kernels" ? "own kernels" : "TensorFlow.js";
  const of = (what: string, took: readonly Took[]): Figure => {
    const cpu = took.map((each) => each.cpu);
    const perSecond = cpu.map((each) => rows / each);
    return figure(`${backend}, ${operations}, ${what}`, "tokens / CPU s", perSecond, { cpu, also: { width, layers } });
  };
  return [of("distinct", distinct), of("shared beginnings", shared)];
}

/** PyTorch's figure, or why there is none. */
async function torch(width: number, layers: number, seconds: number): Promise<Figure | string> {
  const task = JSON.stringify({ width, layers, heads: 4, tokens: 72, context: 64, sequences: 32, seconds });
  try {
    const outcome = await run(process.env.PYTHON ?? "python3", ["bench/peers/torch_transformer.py", task]);
    if (outcome.code !== 0) return outcome.err.trim().split("\n").at(-1) ?? "it failed";
    const { version, values, cpu } = JSON.parse(outcome.out) as { version: string; values: number[]; cpu: number[] };
    return figure(`PyTorch ${version}, one thread, distinct`, "tokens / CPU s", values, {
      cpu,
      also: { width, layers },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
