/** `spiral doctor`: describes the machine, tries and times each backend, and checks whether runs can be written. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { packageFile, spiralVersion } from "../../util/package.ts";
import { JOINED } from "../../util/printable.ts";
import { defineCommand } from "../command.ts";
import type { Probe } from "../doctor-probe.ts";
import { json, runFolder } from "../flags/common.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { columnsOf, note, print, printJson, type Style, styleFor } from "../terminal/output.ts";

/** Seconds until a backend that does not answer counts as broken. */
const PATIENCE = 60;

export const command = defineCommand({
  usage: "doctor",
  example: "spiral doctor",
  flags: { ...runFolder, ...json },

  async run(_args, options) {
    const style = styleFor(process.stdout);
    const machine = describeMachine();
    const dir = await runsFolder(options);
    if (!options.json) for (const line of machineLines(machine, style)) print(line);

    const { configSchema } = await import("../../config/schema.ts");
    const names = configSchema.shape.nn.shape.backend.options.filter((name) => name !== "auto");
    const backends: Probe[] = [];
    // One after another: side by side they would slow one another.
    for (const name of names) {
      const probe = await probeApart(name);
      const isFirst = probe.status === "usable" && !backends.some(({ status }) => status === "usable");
      backends.push(probe);
      if (!options.json) print(backendLine(probe, isFirst, style));
    }
    const auto = backends.find(({ status }) => status === "usable")?.name ?? null;
    const problem = problemOfWriting(dir);
    if (options.json) {
      printJson({
        ...machine,
        backends,
        auto,
        runs: { dir, writable: problem === undefined, problem: problem ?? null },
      });
    } else {
      for (const line of remarks(backends, auto)) print(style.dim(line));
      const where = `${problem === undefined ? "can" : "cannot"} be written to ${dir}`;
      print(problem === undefined ? `\nRuns ${where}.` : style.red(`\nRuns ${where}: ${problem}.`));
    }
    if (auto !== null) return 0;
    note("No backend runs here, not even plain JavaScript: this installation is damaged. Try: npm ci");
    return 1;
  },
});

interface Machine {
  readonly spiral: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: { readonly model: string; readonly cores: number };
  /** In bytes; of the container if it has a limit. */
  readonly memory: { readonly total: number; readonly free: number };
}

function describeMachine(): Machine {
  const limit = process.constrainedMemory() ?? 0;
  return {
    spiral: spiralVersion(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: { model: cpus()[0]?.model.trim() ?? "unknown", cores: availableParallelism() },
    memory: { total: limit > 0 ? Math.min(limit, totalmem()) : totalmem(), free: freemem() },
  };
}

function machineLines({ spiral, node, platform, cpu, memory }: Machine, { bold, dim }: Style): string[] {
  const gb = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const cores = cpu.cores === 1 ? "1 core" : `${cpu.cores} cores`;
  return [
    `${bold(`spiral ${spiral}`)}  Node ${node.slice(1)}, ${platform}`,
    `${cores} of ${cpu.model}, ${gb(memory.total)} of memory, ${gb(memory.free)} free\n`,
    ...(isNarrow() ? [] : [dim("backend  status   product        training")]),
  ];
}

/** Whether the columns of backends do not fit the terminal. */
const isNarrow = (): boolean => columnsOf(process.stdout) < 64;

function backendLine(
  { name, status, reason, device, product, training }: Probe,
  isFirst: boolean,
  style: Style,
): string {
  const paint = { usable: style.green, missing: style.dim, broken: style.red }[status];
  const start = `${name.padEnd(7)}  ${paint(status.padEnd(7))}`;
  if (!product || !training) return `${start}  ${reason}`;
  const arrow = isFirst ? style.cyan(`←${JOINED}auto`) : "";
  if (isNarrow()) {
    const figures = [`${short(product.gflops)} GFLOPS`, `${short(training.rowsPerSecond)} rows/s`];
    const facts = [...figures, ...(device === undefined ? [] : [device])].map((fact) => fact.replaceAll(" ", JOINED));
    return `${start}  ${facts.join("  ")}  ${arrow}`.trimEnd();
  }
  const speed = `${short(product.gflops)} GFLOPS`.padEnd(13);
  const rows = `${short(training.rowsPerSecond)} rows/s`.padEnd(14);
  return `${start}  ${speed}  ${rows}  ${device ?? ""}${device && isFirst ? " " : ""}${arrow}`.trimEnd();
}

function remarks(backends: readonly Probe[], auto: string | null): string[] {
  const rows = backends.find(({ training }) => training)?.training?.rows;
  const timed = [
    `Products of square matrices, as wide as take a while, and training steps of the default network, ${rows} rows each;`,
    "half a second of either, so the figures are rough, and lower while the machine does other work.",
  ];
  const next = backends.slice(backends.findIndex(({ name }) => name === auto) + 1);
  const wider = next.find(({ status }) => status === "usable")?.name;
  const suiting =
    auto === "kernels" && wider === "wasm"
      ? ["kernels compute multilayer perceptrons; for wide ones and for text, auto takes wasm."]
      : auto === "kernels" && wider
        ? [
            `kernels compute multilayer perceptrons; auto takes ${wider} for wide networks, and wasm for text of the default width.`,
          ]
        : [];
  const toInstall = ["What each backend is for and how to install it: docs/gpu.md"];
  return [
    "",
    ...(rows === undefined ? [] : timed),
    ...suiting,
    ...(backends.some((b) => b.status !== "usable") ? toInstall : []),
  ];
}

function short(value: number): string {
  const [scaled, unit] = value >= 1e6 ? [value / 1e6, " M"] : value >= 1e3 ? [value / 1e3, " k"] : [value, ""];
  return `${scaled >= 100 ? scaled.toFixed(0) : scaled.toPrecision(2)}${unit}`;
}

/** Runs the built program, whatever this is run from. */
function probeApart(name: string): Promise<Probe> {
  const child = spawn(process.execPath, [packageFile("dist/cli/doctor-probe.js"), name], { timeout: PATIENCE * 1000 });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  return new Promise((done) => {
    const broken = (reason: string): void => done({ name, status: "broken", reason });
    child.on("error", ({ message }) => broken(message));
    child.on("close", (code, signal) => {
      try {
        // A native library may have printed before.
        done(JSON.parse(out.trim().split("\n").at(-1) ?? "") as Probe);
      } catch {
        const last = err.trim().split("\n").at(-1);
        const how =
          signal === "SIGTERM" ? `no answer within ${PATIENCE} s` : `its process ended with ${signal ?? code}`;
        broken(last ? `${how}: ${last}` : how);
      }
    });
  });
}

/** The reason why no run can be written to the folder, which need not exist yet; undefined if one can. Leaves nothing behind. */
function problemOfWriting(dir: string): string | undefined {
  let nearest = resolve(dir);
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    rmdirSync(mkdtempSync(join(nearest, ".spiral-")));
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") return `${nearest} is not a folder`;
    if (code === "EACCES" || code === "EPERM") return `no permission to write in ${nearest}`;
    if (code === "EROFS") return `${nearest} is on a disk that is read-only`;
    return message;
  }
}
