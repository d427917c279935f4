/**
 * `npm run bench`: measures all figures of docs/performance.md, prints one table and writes
 * bench/results/<machine>.json. Nothing is asserted; figures that miss their target are marked.
 *
 *   --only engines,peers   measures these parts; the file of results keeps those of the others
 *   --quick                fewer repetitions: under 2 minutes in all instead of under 10; its file is <machine>-quick.json
 *   --machine NAME         the name of the file of results; by default the processor and the number of cores
 *   --report               writes docs/performance.md from the file of results, after measuring; with `--only none`
 *                          without measuring
 *
 * Parts: engines, exact, merging, backends, perceptron, training, startup, games, width, turns, text, page, serve, peers. Each runs
 * in a separate process.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../src/util/files.ts";
import { runScript } from "./lib/child.ts";
import { circumstances, load, type Machine, thisMachine } from "./lib/machine.ts";
import type { Measured } from "./lib/measure.ts";
import { type Results, type SectionResult, terminalTable, withResults } from "./lib/report.ts";
import { sections } from "./sections.ts";

const PAGE = "docs/performance.md";

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(sections).join(",") },
    quick: { type: "boolean", default: false },
    machine: { type: "string" },
    report: { type: "boolean", default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const names = flags.only.split(",").filter((name) => name !== "none");
  const unknown = names.filter((name) => !Object.hasOwn(sections, name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no part ${unknown.join(", ")}. Parts: ${Object.keys(sections).join(", ")}.\n`);
    return 2;
  }
  const machine = thisMachine(flags.machine);
  const file = join("bench/results", `${machine.name}${flags.quick ? "-quick" : ""}.json`);
  if (names.length === 0 && !existsSync(file)) {
    process.stderr.write(`There is no ${file} to report. Measure first: npm run bench\n`);
    return 2;
  }
  let results = saved(file, machine);
  let failures = 0;
  for (const name of names) {
    process.stderr.write(`${name} …\n`);
    const result = await measure(name);
    if (!result) {
      failures++;
      continue;
    }
    results = { machine, sections: { ...results.sections, [name]: result } };
    mkdirSync("bench/results", { recursive: true });
    writeFileAtomic(file, `${JSON.stringify(results, null, 2)}\n`);
    process.stdout.write(`\n${sections[name]?.title}, ${result.seconds} s\n${terminalTable(result)}\n`);
  }
  if (flags.report) writeFileAtomic(PAGE, withResults(readFileSync(PAGE, "utf8"), results));
  process.stderr.write(`\n${names.length > 0 ? `Written: ${file}` : ""}${flags.report ? ` ${PAGE}` : ""}\n`);
  return failures > 0 ? 1 : 0;
}

function saved(file: string, machine: Machine): Results {
  if (!existsSync(file)) return { machine, sections: {} };
  return JSON.parse(readFileSync(file, "utf8")) as Results;
}

/** Prints a failure and returns undefined, so that the other parts are still measured. */
async function measure(name: string): Promise<SectionResult | undefined> {
  const before = load();
  const outcome = await runScript("section.js", [name, flags.quick ? "quick" : "full"]);
  if (outcome.code !== 0) {
    process.stderr.write(`${name} failed:\n${outcome.err}\n`);
    return undefined;
  }
  const measured = JSON.parse(outcome.out) as Measured;
  return { ...circumstances(before), quick: flags.quick, seconds: Math.round(outcome.wall), ...measured };
}
