/** `spiral doctor`: what it finds here, and that nothing that a backend does to its process stops it. */
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { backendNames } from "../../../src/nn/backend.ts";
import { disagreements } from "../documented.ts";
import { folder, spiral } from "../spiral.ts";

// Backends are tried by the built program, in processes of their own.
afterEach(() => {
  vi.unstubAllEnvs();
});

const names: readonly string[] = backendNames;
const lineOf = (out: string, name: string): string => out.split("\n").find((line) => line.startsWith(`${name} `)) ?? "";

/** Ends the half seconds of a measurement soon: what it measures is not the point here. */
const FAST_CLOCK = "const now = performance.now.bind(performance); performance.now = () => 200 * now();";

/** Has the process that tries a backend do this first; `name` is the backend. */
function sabotage(code: string): void {
  const file = join(mkdtempSync(join(tmpdir(), "spiral-doctor-")), "sabotage.cjs");
  const probe = `const name = process.argv[2]; ${FAST_CLOCK} ${code}`;
  writeFileSync(file, `if (process.argv[1]?.endsWith("doctor-probe.js")) { ${probe} }`);
  vi.stubEnv("NODE_OPTIONS", `--require ${file}`);
}

describe("spiral doctor", { timeout: 120_000 }, () => {
  it("says what there is and what runs, and leaves nothing behind", async () => {
    sabotage("");
    const dir = folder();
    const { code, out, err } = await spiral(dir, "doctor");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(
      new RegExp(`^spiral \\S+ {2}Node ${process.version.slice(1)}, \\w+-\\w+\\n\\d+ cores? of .+ GiB free\\n\\n`),
    );
    for (const name of names) expect(lineOf(out, name)).toMatch(/^\w+ +(usable|missing|broken) +\S/);
    for (const name of ["wasm", "js"]) {
      expect(lineOf(out, name)).toMatch(/^\w+ +usable +[\d.]+( k)? GFLOPS +[\d.]+( [kM])? rows\/s/);
    }
    // One mark, at the first that is usable.
    const usable = names.filter((name) => / usable /.test(lineOf(out, name)));
    expect(names.filter((name) => lineOf(out, name).includes("← auto"))).toEqual(usable.slice(0, 1));
    expect(out).toContain(`\nRuns can be written to ${dir}.\n`);
    expect(readdirSync(dir)).toEqual([]);
  });

  it("--json: documented field by field; a backend that crashes, one that prints nonsense and one that fails are broken, and the next is auto's; a folder that is not there yet stays away", async () => {
    sabotage(`
      if (name === "cuda") process.kill(process.pid, "SIGSEGV");
      if (name === "webgpu") { console.log("hello"); process.exit(0); }
      if (name === "kernels") process.exit(4);
      if (name === "node") { console.error("a library is too old"); process.exit(3); }
      if (name === "wasm") { console.log("chatter of a library"); }
      if (name === "js") process.exit(1);
    `);
    const dir = join(folder(), "not", "yet");
    const { code, out, err } = await spiral(dir, "doctor", "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const found = JSON.parse(out);
    expect(disagreements("json.md", "spiral doctor --json", found)).toEqual([]);
    expect(found.backends.map(({ name }: { name: string }) => name)).toEqual(names);
    const of = (name: string) => found.backends.find((backend: { name: string }) => backend.name === name);
    const { product, training, ...wasm } = of("wasm");
    expect(wasm).toEqual({ name: "wasm", status: "usable" });
    expect(Math.min(product.gflops, product.size - 127, training.rows, training.rowsPerSecond)).toBeGreaterThan(0);
    for (const [name, end] of [
      ["cuda", "SIGSEGV"],
      ["webgpu", "0"],
      ["kernels", "4"],
      ["node", "3: a library is too old"],
      ["js", "1"],
    ] as const) {
      expect(of(name)).toEqual({ name, status: "broken", reason: `its process ended with ${end}` });
    }
    expect(found.auto).toBe("wasm");
    expect(found.runs).toEqual({ dir, writable: true, problem: null });
    expect(existsSync(dir)).toBe(false);
  });

  it("ends with 1 where nothing runs, and says so and why runs cannot be written, in JSON too", async () => {
    const nothingRuns = `process.kill(process.pid, "SIGKILL");`;
    sabotage(nothingRuns);
    const file = join(folder(), "file");
    writeFileSync(file, "");
    const dir = join(file, "runs");
    const shown = await spiral(dir, "doctor");
    expect(shown).toMatchObject({ code: 1, err: expect.stringMatching(/^No backend runs here/) });
    expect(shown.out).toContain(`\nRuns cannot be written to ${dir}: ${file} is not a folder.\n`);
    for (const name of names) {
      expect(lineOf(shown.out, name)).toMatch(/^\w+ +broken +its process ended with SIGKILL$/);
    }
    sabotage(nothingRuns);
    const { code, out, err } = await spiral(dir, "doctor", "--json");
    expect(code).toBe(1);
    expect(err).toMatch(/^No backend runs here/);
    const found = JSON.parse(out);
    expect(disagreements("json.md", "spiral doctor --json", { ...found, auto: "" })).toEqual([]);
    expect(found.auto).toBeNull();
    expect(found.backends.map(({ status }: { status: string }) => status)).toEqual(names.map(() => "broken"));
  });
});
