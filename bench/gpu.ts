/**
 * `npm run bench:gpu`: the speed of training on a GPU. On each GPU backend that works it times the training step of a large network,
 * of small ones and of transformers, and the shipped configs. PyTorch's step of the large network, and the others on the backends
 * that `auto` takes without a GPU, stand beside. Prints a table and writes
 * bench/results/<machine>-gpu.json.
 *
 *   --backend webgpu,cuda   the backends; by default all GPU backends that work
 *   --rows N --hidden LxW   the large network; by default 65536 rows, 4x2048
 *   --updates N             updates of each config; by default 100
 *   --seconds N             about how long each step is timed; by default 10
 *   --peak-tflops N         peak of the card, if bench/lib/cards.ts does not know it
 *   --torch cuda|cpu|none   where PyTorch runs; by default cuda. PYTHON names an interpreter other than python3
 *   --machine NAME          the name of the file of results; --out FILE is another file
 *
 * To try it without a GPU: --backend wasm --rows 256 --hidden 2x64 --updates 5 --seconds 1 --torch none --out FILE
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { type BackendName, backendNames, findBackend } from "../src/nn/backend.ts";
import { writeFileAtomic } from "../src/util/files.ts";
import type { Steps, Task } from "./gpu/step.ts";
import type { WidthStep } from "./gpu/widths.ts";
import { type Card, firstCard } from "./lib/cards.ts";
import { run, runNode, runScript, SPIRAL } from "./lib/child.ts";
import { circumstances, load, thisMachine } from "./lib/machine.ts";
import { type Figure, figure, milliseconds, type Took } from "./lib/measure.ts";
import { terminalTable } from "./lib/report.ts";
import type { TextSteps, TextTask } from "./sections/text.ts";

/** The shipped sizes and configs. Size m is left out: it trains like s, only longer. */
const CONFIGS: readonly (readonly string[])[] = [["--size", "xs"], ["--size", "s"], ["configs/leduc.yaml"]];

const { values: flags } = parseArgs({
  options: {
    backend: { type: "string" },
    rows: { type: "string", default: "65536" },
    hidden: { type: "string", default: "4x2048" },
    updates: { type: "string", default: "100" },
    seconds: { type: "string", default: "10" },
    "peak-tflops": { type: "string" },
    torch: { type: "string", default: "cuda" },
    machine: { type: "string" },
    out: { type: "string" },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const wrong = problems();
  for (const problem of wrong) process.stderr.write(`${problem}\n`);
  if (wrong.length > 0) return 2;
  const [layers = 0, width = 0] = flags.hidden.split("x").map(Number);
  const task = { rows: Number(flags.rows), hidden: Array<number>(layers).fill(width), seconds: Number(flags.seconds) };
  const peak = flags["peak-tflops"];
  const card = await firstCard(peak === undefined ? undefined : Number(peak));
  const before = load();
  const notes = typeof card === "string" ? [`No share of a peak: ${card}.`] : [];
  const figures: Figure[] = [];

  for (const backend of flags.backend?.split(",") ?? ["webgpu", "cuda"]) {
    const found = findBackend(backend as BackendName);
    if (found.status !== "usable") notes.push(`${backend}: ${found.reason}.`);
    else figures.push(...(await ofBackend({ ...task, backend: backend as BackendName }, card, notes)));
  }
  if (figures.length > 0) {
    for (const backend of ["kernels", "wasm"] as const) figures.push(...(await widths(backend, task.seconds, notes)));
    figures.push(...(await transformers("wasm", task.seconds, notes)));
    for (const config of CONFIGS) figures.push(...(await training("kernels", config, notes)));
  } else {
    process.stderr.write(`Nothing could be measured.\n${notes.map((note) => `  ${note}\n`).join("")}`);
    process.stderr.write(
      "docs/gpu.md says what each needs. To try this without a GPU: the last line of bench/gpu.ts's header.\n",
    );
    return 1;
  }
  const measured = { figures, notes };
  process.stdout.write(`${terminalTable(measured)}\n`);
  const machine = thisMachine(flags.machine);
  const file = flags.out ?? join("bench/results", `${machine.name}-gpu.json`);
  mkdirSync(dirname(file), { recursive: true });
  const gpu = typeof card === "string" ? null : card;
  const results = { machine, gpu, task, ...circumstances(before), ...measured };
  writeFileAtomic(file, `${JSON.stringify(results, null, 2)}\n`);
  process.stderr.write(`\nWritten: ${file}\n`);
  return 0;
}

function problems(): string[] {
  const unknown = (flags.backend?.split(",") ?? []).filter(
    (name) => !(backendNames as readonly string[]).includes(name),
  );
  const numbers = ["rows", "updates", "seconds", "peak-tflops"] as const;
  return [
    ...unknown.map((name) => `There is no backend ${name}. Backends: ${backendNames.join(", ")}.`),
    ...numbers.filter((name) => !(Number(flags[name] ?? 1) > 0)).map((name) => `--${name} takes a number above 0.`),
    ...(/^[1-9]\d*x[1-9]\d*$/.test(flags.hidden) ? [] : ["--hidden takes layers and width: 4x2048."]),
    ...(["cuda", "cpu", "none"].includes(flags.torch) ? [] : ["--torch takes cuda, cpu or none."]),
  ];
}

/** The large network's step, PyTorch's for the first backend, and the configs. Failures are noted. */
async function ofBackend(task: Task, card: Card | string, notes: string[]): Promise<Figure[]> {
  const { backend, rows } = task;
  process.stderr.write(`${backend}: ${flags.hidden} with ${rows} rows …\n`);
  const outcome = await runScript("gpu/step.js", [JSON.stringify(task)]);
  if (outcome.code !== 0) {
    notes.push(`${backend}: ${lastLine(outcome.err)}.`);
    return [];
  }
  const steps = JSON.parse(lastLine(outcome.out)) as Steps;
  notes.push(`${backend} computes on ${steps.device ?? "the CPU"}.`);
  const of = (name: string, took: readonly Took[]): Figure => {
    const rates = took.map(({ wall }) => rows / wall);
    const flops = figure(name, "", rates).median * (steps.operations / rows);
    const peak = typeof card === "string" ? undefined : card.peakTflops;
    const also: Record<string, number> = { rows, "GFLOP/s": Math.round(flops / 1e9) };
    if (peak !== undefined) also["% of peak"] = Math.round((flops / (peak * 1e12)) * 10_000) / 100;
    return figure(name, "rows/s", rates, { cpu: took.map(({ cpu }) => cpu), also });
  };
  const figures = [
    of(`${backend}, ${flags.hidden}, step`, steps.step),
    of(`${backend}, ${flags.hidden}, the learner's update`, steps.update),
  ];
  const torch = await torchSteps(task, steps);
  if (typeof torch === "string") notes.push(torch);
  else if (torch) figures.push(of(`PyTorch on ${flags.torch} beside ${backend}, step`, torch));
  figures.push(...(await widths(backend, task.seconds, notes)));
  figures.push(...(await transformers(backend, task.seconds, notes)));
  for (const config of CONFIGS) figures.push(...(await training(backend, config, notes)));
  return figures;
}

/** Steps of small networks: wall time. */
async function widths(backend: BackendName, seconds: number, notes: string[]): Promise<Figure[]> {
  process.stderr.write(`${backend}: networks of several widths …\n`);
  const outcome = await runScript("gpu/widths.js", [JSON.stringify({ backend, seconds: seconds / 10 })]);
  if (outcome.code !== 0) {
    notes.push(`${backend}, networks of several widths: ${lastLine(outcome.err)}.`);
    return [];
  }
  const steps = JSON.parse(lastLine(outcome.out)) as WidthStep[];
  return steps.map(({ width, rows, took }) => milliseconds(`${backend}, 2x${width}, step`, took, { also: { rows } }));
}

/** Steps of transformers of several widths, 2,048 tokens each: wall time. */
async function transformers(backend: BackendName, seconds: number, notes: string[]): Promise<Figure[]> {
  process.stderr.write(`${backend}: transformers of several widths …\n`);
  const figures: Figure[] = [];
  for (const [width, layers] of [
    [32, 2],
    [64, 2],
    [128, 4],
    [256, 4],
  ] as const) {
    const engine = backend === "wasm" ? "kernels" : "tensors";
    const task: TextTask = { backend, engine, width, layers, seconds: seconds / 10 };
    const outcome = await runScript("sections/text-step.js", [JSON.stringify(task)]);
    const name = `${backend}, transformer ${layers}x${width}, step`;
    if (outcome.code !== 0) notes.push(`${name}: ${lastLine(outcome.err)}.`);
    else figures.push(milliseconds(name, (JSON.parse(lastLine(outcome.out)) as TextSteps).distinct));
  }
  return figures;
}

async function torchSteps(
  { rows, hidden, seconds }: Task,
  { inputs, outputs }: Steps,
): Promise<Took[] | string | undefined> {
  if (flags.torch === "none") return undefined;
  process.stderr.write("PyTorch …\n");
  const task = { device: flags.torch, rows, inputs, hidden, outputs, seconds };
  try {
    const python = process.env.PYTHON ?? "python3";
    const outcome = await run(python, ["bench/peers/torch_step.py", JSON.stringify(task)]);
    if (outcome.code !== 0) return `PyTorch is left out: ${lastLine(outcome.err)}.`;
    const { values, cpu } = JSON.parse(outcome.out) as { values: number[]; cpu: number[] };
    return values.map((wall, i) => ({ wall, cpu: cpu[i] as number }));
  } catch (error) {
    return `PyTorch is left out: ${(error as Error).message}.`;
  }
}

/** Rows per second of a whole training run with self-play, in four quarters after a warm-up of a tenth. */
async function training(backend: string, config: readonly string[], notes: string[]): Promise<Figure[]> {
  const updates = Math.max(10, Number(flags.updates));
  const name = config.at(-1) as string;
  process.stderr.write(`${backend}: ${updates} updates of ${name} …\n`);
  const dir = mkdtempSync(join(tmpdir(), "spiral-bench-gpu-"));
  try {
    const sets = ["run.logEvery=1", `run.evaluateEvery=${updates}`, `run.checkpointEvery=${updates}`];
    const argv = [
      "train",
      ...config,
      "--updates",
      String(updates),
      "--backend",
      backend,
      "--dir",
      dir,
      "--name",
      "run",
    ];
    const outcome = await runNode(SPIRAL, [...argv, ...sets.flatMap((set) => ["--set", set])]);
    if (outcome.code !== 0) {
      notes.push(`${backend}, ${name}: ${lastLine(outcome.err)}.`);
      return [];
    }
    const lines = readFileSync(join(dir, "run", "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    const points = lines.map((line) => JSON.parse(line) as { update: number; rows?: number; seconds: number });
    const from = Math.ceil(updates / 10);
    const quarters = [0, 1, 2, 3].map((quarter) => {
      const [first, last] = [quarter, quarter + 1].map((i) => from + Math.round(((updates - from) * i) / 4));
      const part = points.filter(({ update }) => update >= (first as number) && update <= (last as number));
      const seconds = (part.at(-1)?.seconds ?? 0) - (part[0]?.seconds ?? 0);
      return part.slice(1).reduce((sum, { rows = 0 }) => sum + rows, 0) / seconds;
    });
    return [figure(`${backend}, train ${name}`, "rows/s", quarters)];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
