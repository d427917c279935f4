import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runCommand } from "../../src/cli/main.ts";
import { widthOf } from "../../src/cli/terminal/layout.ts";
import { hasColor, table } from "../../src/cli/terminal/output.ts";
import { loadConfig } from "../../src/config/load.ts";
import { gameIds } from "../../src/games/registry.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { formatEpisode } from "../../src/record/episode.ts";
import { createRun } from "../../src/run/run.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Runs the program in this process. */
async function spiral(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += text;
    return true;
  });
  vi.stubEnv("NO_COLOR", "1");
  const code = await runCommand(argv);
  vi.restoreAllMocks();
  return { code, out, err };
}

const folder = (): string => mkdtempSync(join(tmpdir(), "spiral-cli-"));
const episode = (index: number) => ({
  game: "kuhn",
  version: 1,
  index,
  players: ["a", "b"] as const,
  actions: [4, 0, 1, 1],
  returns: [2, -2] as const,
});

function logOf(...lines: string[]): string {
  const path = join(folder(), "episodes.jsonl");
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

function runIn(dir: string): void {
  const { config } = loadConfig({ sets: [`run.dir=${dir}`] });
  const writer = createRun({ config, name: "first", argv: ["train", "--seed", "1"], backend: "js" });
  writer.metrics({ update: 1, episodes: 1, seconds: 0.1, loss: 0.5 });
  writer.episodes([formatEpisode(episode(0))]);
  writer.evaluation(10, { games: { kuhn: { nashConv: 0.25 } } });
  writer.checkpoint(10, {}, {});
  writer.finish("finished");
}

/** Adds to `loaded` what a source imports when it starts: files of ours, and names of packages. */
function visit(file: string, loaded: Set<string>): void {
  if (loaded.has(file)) return;
  loaded.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, from = ""] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gms)) {
    if (from.startsWith(".")) visit(resolve(dirname(file), from), loaded);
    else loaded.add(from);
  }
}

describe("the command line", () => {
  it("shows help with every command and an example for each", async () => {
    const { code, out } = await spiral("--help");
    expect(code).toBe(0);
    const commands = ["train", "eval", "policy", "replay", "ablate", "solve", "games", "runs", "config"];
    for (const command of commands) {
      expect(out).toMatch(new RegExp(`^  ${command} `, "m"));
      const help = await spiral(command, "--help");
      expect(help).toMatchObject({ code: 0, err: "" });
      expect(help.out).toMatch(new RegExp(`Example:\n  spiral ${command}`));
    }
    expect((await spiral()).out).toBe(out);
    expect((await spiral("help", "train")).out).toContain("Usage: spiral train");
    // The many flags of language models come last, apart from a command's own.
    expect((await spiral("help", "match")).out).toMatch(
      /--json [\s\S]*\n\nOptions for llm: players[\s\S]* --llm-base-url /,
    );
    expect((await spiral("--version")).out).toMatch(/^\d+\.\d+\.\d+( \(commit [0-9a-f]{12}\))?\n$/);
  });

  it("loads nothing for that but commander", () => {
    const loaded = new Set<string>();
    const cli = fileURLToPath(new URL("../../src/cli/", import.meta.url));
    visit(join(cli, "main.ts"), loaded);
    for (const file of readdirSync(join(cli, "commands"))) visit(join(cli, "commands", file), loaded);
    const packages = [...loaded].filter((name) => !name.startsWith("/") && !name.startsWith("node:"));
    expect(packages).toEqual(["commander"]);
    const rooms = new Set(
      [...loaded].filter((name) => name.startsWith("/")).map((file) => dirname(relative(cli, file))),
    );
    expect([...rooms].sort()).toEqual([".", "../util", "commands", "flags", "terminal"]);
  });

  it("loads nothing that writes a run to read one", () => {
    const of = (name: string): string => fileURLToPath(new URL(`../../src/run/${name}.ts`, import.meta.url));
    const [reading, writing] = [new Set<string>(), new Set<string>()];
    visit(of("read"), reading);
    visit(of("run"), writing);
    expect(writing).toContain("pino");
    expect([...reading].filter((name) => name === "pino" || name === of("run") || name === of("writer"))).toEqual([]);
  });

  it.each([
    [["trian"], ['unknown command "trian". Did you mean "train"?']],
    [["--sed", "1"], ['unknown option "--sed". Its options: spiral --help']],
    [["train", "-x"], ['unknown option "-x". Its options: spiral train --help']],
    [
      ["train", "--gmes", "kuhn", "--sed=1", "a.yaml", "b.yaml"],
      ['"--gmes". Did you mean "--games"?', '"--sed". Did you mean "--seed"?', '"b.yaml" is one argument too many'],
    ],
    [["train", "--games"], ["option --games <ids> needs a value"]],
    [["train", "--games", "--seed", "1"], ["option --games <ids> needs a value"]],
    [["train", "--json=3"], ["option --json takes no value"]],
    [
      ["replay", "--player", "2", "--game", "khn", "--episode", "x"],
      ["--episode is", "Unknown game", "--player is"],
    ],
    [["help", "trian"], ['unknown command "trian". Did you mean "train"?']],
    [["nosuch", "--help"], ['unknown command "nosuch"']],
    [["arena", "nash", "random", "--games", "rows=4"], ['Unknown game "rows=4". Parameters follow a game']],
    [["games", "khn"], ['Unknown game "khn". Did you mean "kuhn"?']],
    [["games", "KuhnPoker-v0"], ["The nearest game is kuhn-match:hands=3:opener=1."]],
    [
      ["probe", "llm:x", "--vary", "ordr", "--samples", "0"],
      ["Name the game", 'no variation "ordr"', "--samples is", "A language model needs an endpoint"],
    ],
    [
      ["eval", "llm:x", "--vs", "random"],
      ["Name the game", "--vs: only for trained policies", "A language model needs an endpoint"],
    ],
    [
      ["policy", "llm:x", "--game", "khn", "--rows", "0"],
      ["Unknown game", "--rows is", "A language model needs an endpoint"],
    ],
    [
      ["export", "games", "no.jsonl", "nor.jsonl", "--format", "messges"],
      ["Name the folder that is made", "no log no.jsonl", "no log nor.jsonl", "--format is"],
    ],
    [
      ["export", "curves", "nowhere", "--tensorboard", "x", "--json", "--limit", "1"],
      ['No run "nowhere"', "takes no --limit", "leave out --out and --json"],
    ],
    [
      ["view", "nowhere", "--port", "x"],
      ['No run "nowhere"', "--port is"],
    ],
    [
      ["report", "nowhere", "--html", "package.json"],
      ['No run "nowhere"', "package.json is there already and is no report"],
    ],
    [
      ["eval", "nowhere", "--game", "kuhn"],
      ['No run "nowhere"', "--game: only for language models"],
    ],
    [
      ["train", "--resume", "nowhere", "--seed", "1", "--updates", "x"],
      ['No run "nowhere"', "leave out --seed", "--updates: updates is"],
    ],
    [["games", "__proto__"], ['Unknown game "__proto__"']],
    [["runs", "shwo"], ['"shwo" is neither ls nor show. Did you mean "show"?']],
    [["runs", "ls", "x"], ["spiral runs show x"]],
    [["config", "my.yaml"], ["spiral config show my.yaml"]],
    [
      ["config", "show", "--set", "a=1", "--size", "q", "--seed", "x"],
      ["--size is", '"a"', "--seed: seed is"],
    ],
    [
      ["config", "show", "kuhn"],
      ["Cannot read kuhn", "--games kuhn"],
    ],
  ])("%j: exit 2 with every problem", async (argv, expected) => {
    const { code, out, err } = await spiral(...argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    const lines = err.trim().split("\n");
    for (const text of expected) expect(lines).toContainEqual(expect.stringContaining(text));
    for (const line of lines) expect(line).toMatch(/^error: /);
    expect(lines).toHaveLength(expected.length);
  });

  it.each([
    [["replay", "nowhere.jsonl"], "There is no log nowhere.jsonl"],
    [["replay", "nowhere"], 'No run "nowhere"'],
    [["compare", "nowhere", "neither"], 'No run "neither"'],
    [["serve", "--vs", "nobody", "--port", "0"], "Players that are no runs: spiral players"],
    [["runs", "show", "--dir", "/nowhere"], "no run in /nowhere yet"],
  ])("%j: exit 3", async (argv, expected) => {
    const { code, err } = await spiral(...argv);
    expect(code).toBe(3);
    expect(err).toContain(expected);
  });
});

describe("a bug of ours", () => {
  it("shows its stack only with --verbose", async () => {
    vi.doMock("../../src/cli/commands/games.ts", async (original) => {
      const { command } = await original<typeof import("../../src/cli/commands/games.ts")>();
      const run = () => {
        throw new TypeError("boom");
      };
      return { command: { ...command, run } };
    });
    const quiet = await spiral("games");
    expect(quiet.code).toBe(1);
    expect(quiet.err).toBe("error: internal error: boom\nThis is a bug in Spiral. With --verbose it shows where.\n");
    for (const argv of [
      ["games", "--verbose"],
      ["--verbose", "games"],
    ]) {
      expect((await spiral(...argv)).err).toMatch(/error: internal error: boom\nTypeError: boom\n {4}at /);
    }
    vi.doUnmock("../../src/cli/commands/games.ts");
  });
});

describe("spiral games", () => {
  it("lists every game, as a table and as JSON", async () => {
    const { out } = await spiral("games");
    for (const id of gameIds) expect(out).toMatch(new RegExp(`^${id} `, "m"));
    const games = JSON.parse((await spiral("games", "--json")).out);
    expect(games[0]).toMatchObject({ id: "ttt", states: 5478, informationSets: 4520, perfectInformation: true });
  });

  it("lists them without walking any", async () => {
    const { expand } = GameGraph.prototype;
    let walked = 0;
    GameGraph.prototype.expand = function (this: GameGraph, limit) {
      walked++;
      return expand.call(this, limit);
    };
    try {
      expect((await spiral("games")).out).toMatch(/^liars-dice .* 24,576 /m);
      expect(walked).toBe(0);
      expect((await spiral("games", "kuhn-match:hands=2")).out).toMatch(/information sets +\d+$/m);
      expect(walked).toBe(1);
    } finally {
      GameGraph.prototype.expand = expand;
    }
  });

  it("describes one, with parameters", async () => {
    const { out } = await spiral("games", "kuhn");
    expect(out).toMatch(/information sets\s+12$/m);
    expect(out).toContain("Your card is:");
    expect(out).toMatch(/\[check\] {2}\[bet\]$/m);
    const described = JSON.parse((await spiral("games", "negotiation:maxQuantity=2", "--json")).out);
    expect(described).toMatchObject({ states: expect.any(Number), parameters: { maxQuantity: { default: 3 } } });
  });
});

describe("spiral runs and config", () => {
  it("show runs", async () => {
    const dir = folder();
    runIn(dir);
    expect((await spiral("runs", "--dir", dir)).out).toMatch(/^first ← latest +finished +10\/\d+ +kuhn, /m);
    const shown = (await spiral("runs", "show", "--dir", dir)).out;
    expect(shown).toMatch(/command +spiral train --seed 1\n.*checkpoints +000010/);
    expect(shown).toContain("games.kuhn.nashConv 0.25");
    const [row] = JSON.parse((await spiral("runs", "--json", "--dir", dir)).out);
    expect(row).toMatchObject({ name: "first", latest: true, checkpoint: 10, status: "finished" });
    const json = JSON.parse((await spiral("runs", "show", "fir", "--json", "--dir", dir)).out);
    expect(json).toMatchObject({ checkpoints: [10], metrics: { loss: 0.5 }, evaluation: { games: {} } });
    writeFileSync(join(dir, "first", "manifest.json"), "{");
    const broken = await spiral("runs", "--dir", dir);
    expect(broken).toMatchObject({ code: 0, err: expect.stringContaining("is not valid JSON") });
    expect(broken.out).toMatch(/first ← latest +unreadable/);
    expect((await spiral("runs", "--dir", folder())).err).toContain("no run in");
  });

  it("show every setting with its origin", async () => {
    const { out } = await spiral("config", "show", "--set", "rl.averaging=0.5", "--games", "kuhn");
    expect(out).toMatch(/^rl\.averaging +0\.5 +--set$/m);
    expect(out).toMatch(/^games +\[kuhn\] +--games$/m);
    const json = JSON.parse((await spiral("config", "show", "--json", "--keep-episodes", "all")).out);
    expect(json["run.keepEpisodes"]).toEqual({ value: "all", origin: "--keep-episodes" });
    expect(JSON.parse((await spiral("config", "schema")).out)).toMatchObject({ type: "object" });
  });
});

describe("spiral replay", () => {
  const [first, second] = [formatEpisode(episode(0)), formatEpisode(episode(1))];

  it("prints the last episode, or the one in a line, as a viewer sees it", async () => {
    const path = logOf(first, second);
    expect((await spiral("replay", path)).out).toMatch(/^kuhn · game 1\n[\s\S]*Chance: K J[\s\S]*:2\n$/);
    expect((await spiral("replay", path, "--episode", "1", "--player", "1")).out).not.toContain("Your card is: K");
    const json = JSON.parse((await spiral("replay", path, "--json")).out);
    expect(json).toMatchObject({ line: 2, episode: { index: 1 }, player: "all" });
    expect(json.moments).toHaveLength(5);
  });

  it("finds the log of a run", async () => {
    const dir = folder();
    runIn(dir);
    expect((await spiral("replay", "--dir", dir)).out).toContain("kuhn · game 0");
    expect((await spiral("replay", "first", "--verify", "--dir", dir)).out).toBe("1 episode verified, 0 mismatches\n");
  });

  it("verifies every line and names each mismatch (exit 4)", async () => {
    const wrong = formatEpisode({ ...episode(2), returns: [1, -1] });
    const path = logOf(first, second.replace('"index":1', '"index":7'), "{}", wrong);
    const { code, out } = await spiral("replay", path, "--verify");
    expect(code).toBe(4);
    expect(out.split("\n")).toEqual([
      expect.stringMatching(/:2: altered/),
      expect.stringMatching(/:3: not an episode/),
      expect.stringMatching(/:4: the game returns 2, -2; the episode says 1, -1/),
      "4 episodes verified, 3 mismatches",
      "",
    ]);
    const json = JSON.parse((await spiral("replay", path, "--verify", "--json")).out);
    expect(json).toMatchObject({ episodes: 4, mismatches: [{ line: 2 }, { line: 3 }, { line: 4 }] });
  });

  it.each([
    [[], []],
    [["--json"], []],
    [["--game", "ttt"], [first]],
  ])("does not call nothing verified: --verify %j (exit 3)", async (options, lines) => {
    const { code, out, err } = await spiral("replay", logOf(...lines), "--verify", ...options);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain("holds no episode");
  });

  it("reads up to a torn last line, with a warning", async () => {
    const path = logOf(first);
    writeFileSync(path, second.slice(0, 40), { flag: "a" });
    const { code, out, err } = await spiral("replay", path, "--verify");
    expect({ code, out }).toEqual({ code: 0, out: "1 episode verified, 0 mismatches\n" });
    expect(err).toMatch(/^warning: .*:2: the last line is torn/);
    expect((await spiral("replay", path)).out).toContain("kuhn · game 0");
  });

  it("says why an episode cannot be shown", async () => {
    expect(await spiral("replay", logOf("{}"))).toMatchObject({
      code: 3,
      err: expect.stringContaining("holds no episode"),
    });
    const unknown = await spiral("replay", logOf(formatEpisode({ ...episode(0), game: "khn" })));
    expect(unknown).toMatchObject({ code: 1, err: expect.stringMatching(/:1: Unknown game "khn"\..*[^.]\.\n$/) });
    const later = await spiral("replay", logOf(formatEpisode({ ...episode(0), version: 2 })));
    expect(later).toMatchObject({ code: 1, err: expect.stringMatching(/:1: played with version 2 of the rules/) });
  });
});

describe("output", () => {
  it("obeys NO_COLOR, then FORCE_COLOR, then the terminal", () => {
    const terminal = { isTTY: true };
    expect(hasColor(terminal, {})).toBe(true);
    expect(hasColor({}, {})).toBe(false);
    expect(hasColor(terminal, { TERM: "dumb" })).toBe(false);
    expect(hasColor(terminal, { NO_COLOR: "1" })).toBe(false);
    expect(hasColor({}, { FORCE_COLOR: "1" })).toBe(true);
    expect(hasColor(terminal, { FORCE_COLOR: "0" })).toBe(false);
    expect(hasColor(terminal, { NO_COLOR: "1", FORCE_COLOR: "1" })).toBe(false);
    expect(hasColor(terminal, { NO_COLOR: "" })).toBe(true);
  });

  it("lines up columns whatever is coloured in them", () => {
    vi.stubEnv("FORCE_COLOR", "1");
    const text = table(
      ["a", "n"],
      [
        ["\x1b[31mlong\x1b[39m", "1"],
        ["x", "10"],
      ],
      { right: [1] },
    );
    expect(text.split("\n").map(widthOf)).toEqual([8, 8, 8]);
  });
});

const bin = fileURLToPath(new URL("../../bin/spiral.js", import.meta.url));

// What only a process shows, where the program is built.
describe.runIf(existsSync(join(dirname(bin), "..", "dist", "cli", "main.js")))("the built program", () => {
  it("ends quietly when the reader of its output has gone", () => {
    const { status, stderr } = spawnSync("bash", ["-c", `"${process.execPath}" "${bin}" config schema | true`], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("leaves its exit code with the process", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, "games", "khn"], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error: Unknown game "khn"/);
  });
});
