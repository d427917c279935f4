/**
 * `npm run interop [-- --minutes 3] [--trl]`: real clients of the environment server, unmodified: OpenEnv's validator and client, verifiers
 * against a stub of an endpoint, and the examples. They come from PyPI into `.interop/`, which is kept. Where there is no Python,
 * or the packages cannot be had in the time, it says so and ends with 0; where a client fails, with 1. `PYTHON` names an interpreter
 * other than python3. With `--trl`, TRL's GRPOTrainer trains a tiny model with random weights for a step; its packages take 6 GB.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { startStub } from "./interop/stub.ts";
import { SPIRAL } from "./lib/child.ts";

const FOLDER = ".interop";
const PINNED = {
  openenv: ["openenv==0.10.0"],
  verifiers: ["verifiers[openenv]==0.4.0"],
  trl: ["trl==1.16.0", "transformers==5.24.0", "torch==2.15.0", "openenv==0.10.0"],
} as const;
const UV = "uv==0.13.9";
const GAMES = "kuhn,ttt,negotiation,kuhn-match:hands=3";
/** With signs that have a meaning in an address. */
const TOKEN = "a/b:c@d%e";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, trl: { type: "boolean", default: false } },
});
const ends = performance.now() + Number(values.minutes) * 60_000;

/** A seat of verifiers' taskset runs on this machine, without tools. */
const HERE = { harness: { id: "null" }, runtime: { type: "subprocess" } };

/** The packages cannot be had here. */
class Missing extends Error {}

process.exitCode = await main();

async function main(): Promise<number> {
  const [open, guarded] = await Promise.all([served({}), served({ SPIRAL_SERVE_TOKEN: TOKEN })]);
  const { url } = open;
  const stub = await startStub();
  try {
    await uv();
    const openenv = await environment("openenv");
    await check(
      "openenv validate",
      join(openenv, "openenv"),
      ["validate", "--url", url],
      /Verdict: PASS|"passed": true/,
    );
    const python = join(openenv, "python");
    for (const opponent of ["nash", "self"]) {
      await check(
        `100 games of each against ${opponent}`,
        python,
        ["examples/play.py", url, "100", opponent],
        /^(?:[^\n]* sum of both seats 0\n)+$/,
      );
    }
    await check("examples/trl_grpo.py --try", python, ["examples/trl_grpo.py", "--try"], /rewards: \[/, {
      SPIRAL_URL: url,
    });

    const verifiers = await environment("verifiers");
    const resets = GAMES.split(",").map((game, seed) => ({ game, seed, seat: seed % 2 }));
    const env = {
      PATH: `${resolve(verifiers)}:${resolve(FOLDER, "uv/bin")}:${process.env.PATH}`,
      PYTHONPATH: "examples",
      STUB_KEY: "none",
    };
    // Its client sends no headers, so the token stands in the address.
    const withToken = guarded.url.replace("//", `//spiral:${encodeURIComponent(TOKEN)}@`);
    await evaluated("vf-eval openenv, with a token", verifiers, env, {
      ...{ model: "stub", push: false, client: { base_url: stub.url, api_key_var: "STUB_KEY" } },
      env: { taskset: { id: "openenv", base_url: withToken, resets }, player: HERE },
    });
    await evaluated("vf-eval examples/spiral_self_play.py", verifiers, env, {
      ...{ model: "stub", push: false, client: { base_url: stub.url, api_key_var: "STUB_KEY" } },
      env: { taskset: { id: "spiral_self_play", base_url: url, games: ["kuhn", "ttt"], seeds: 2 } },
    });
    if (values.trl) await trained(url);
    else console.log("interop: examples/trl_grpo.py: not trained: its packages take 6 GB. Train a step with -- --trl");
    return 0;
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    console.log(`interop: the rest is left out: ${error.message}`);
    return 0;
  } finally {
    stub.close();
    for (const { stop } of [open, guarded]) stop();
  }
}

/** A server that listens. */
async function served(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; readonly stop: () => void }> {
  const args = ["serve", "--games", GAMES, "--vs", "nash,random", "--port", "0", "--json"];
  const child = spawn(process.execPath, [SPIRAL, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { url } = JSON.parse(line) as { readonly url: string };
  return { url, stop: () => child.kill("SIGTERM") };
}

/** Trains a model of two layers for a step of GRPO. Some of its games must be won or lost, so that rewards differ. */
async function trained(url: string): Promise<void> {
  const python = join(await environment("trl"), "python");
  const model = join(FOLDER, "tiny-model");
  const offline = { CUDA_VISIBLE_DEVICES: "", HF_HUB_OFFLINE: "1", SPIRAL_URL: url };
  await check("a tiny model", python, ["bench/interop/tiny_model.py", model], /^/, offline);
  const learns = /'reward_std': '(?!0')/;
  await check("examples/trl_grpo.py, a step", python, ["examples/trl_grpo.py", model, "1"], learns, offline);
}

/** Runs a client. Throws if it fails, or prints something else. */
async function check(
  name: string,
  program: string,
  args: readonly string[],
  says: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, out } = await run(program, args, env);
  if (code === undefined) throw new Missing(`the time is over (--minutes ${values.minutes}) at ${name}`);
  if (code !== 0 || !says.test(out)) throw new Error(`${name} failed (${code}):\n${out}`);
  console.log(`interop: ${name}: passed\n${out.replace(/^/gm, "  ").trimEnd()}`);
}

/** Runs vf-eval with a config; all rollouts must succeed. */
async function evaluated(
  name: string,
  bin: string,
  env: Readonly<Record<string, string>>,
  config: object,
): Promise<void> {
  const output = join(FOLDER, "outputs");
  rmSync(output, { recursive: true, force: true });
  const file = join(FOLDER, "eval.json");
  writeFileSync(file, JSON.stringify({ ...config, output_dir: output }));
  await check(name, join(bin, "vf-eval"), ["@", file, "--clean"], /err 0\.00/, env);
}

/** Installs uv, which installs the rest quickly, and which verifiers runs programs with. */
async function uv(): Promise<void> {
  if (existsSync(join(FOLDER, "uv/bin/uv"))) return;
  const python = process.env.PYTHON ?? "python3";
  await install([python, "-m", "venv", join(FOLDER, "uv")], "there is no Python with venv");
  await install([join(FOLDER, "uv/bin/python"), "-m", "pip", "install", "--quiet", UV], `${UV} cannot be had`);
}

/** → the folder of its programs. */
async function environment(name: keyof typeof PINNED): Promise<string> {
  const folder = join(FOLDER, name);
  const mark = join(folder, "installed");
  const packages = PINNED[name];
  const wanted = packages.join(" ");
  if (!existsSync(mark) || readFileSync(mark, "utf8") !== wanted) {
    const program = join(FOLDER, "uv/bin/uv");
    rmSync(folder, { recursive: true, force: true });
    await install([program, "venv", "--quiet", folder], "uv makes no environment");
    const python = join(folder, "bin/python");
    await install([program, "pip", "install", "--quiet", "--python", python, ...packages], `${wanted} cannot be had`);
    writeFileSync(mark, wanted);
  }
  return join(folder, "bin");
}

async function install([program = "", ...args]: readonly string[], otherwise: string): Promise<void> {
  const { code, out } = await run(program, args);
  if (code === undefined) throw new Missing(`${otherwise} within ${values.minutes} minutes`);
  if (code !== 0) throw new Missing(`${otherwise}: ${out.trim().split("\n").at(-1) ?? ""}`);
}

/** The exit code and all output; no code if the time is over, and −1 if the program cannot be started. */
async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | undefined; readonly out: string }> {
  const child = spawn(program, args, {
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let isOver = false;
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (out += chunk));
  const timer = setTimeout(
    () => {
      isOver = true;
      child.kill("SIGKILL");
    },
    Math.max(0, ends - performance.now()),
  );
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return { code: isOver ? undefined : (code ?? -1), out };
  } catch (error) {
    return { code: -1, out: String(error) };
  } finally {
    clearTimeout(timer);
  }
}
