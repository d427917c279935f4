import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { type ConfigSources, gameSettings, loadConfig } from "../../src/config/load.ts";
import { configSchema, SIZES } from "../../src/config/schema.ts";
import { configToYaml } from "../../src/config/write.ts";
import { backendNames } from "../../src/nn/backend.ts";
import { estimators } from "../../src/rl/advantages/registry.ts";
import { losses } from "../../src/rl/losses/registry.ts";
import { UserError } from "../../src/util/errors.ts";

const packaged = (name: string): string => readFileSync(new URL(`../../configs/${name}.yaml`, import.meta.url), "utf8");

function fileOf(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "spiral-config-")), "my.yaml");
  writeFileSync(path, text);
  return path;
}

/** The problems with a config, files shortened to their names. */
function problems(sources: ConfigSources): string[] {
  try {
    loadConfig(sources);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.exitCode).toBe(2);
    return error.problems.map((problem) => problem.replaceAll(/\/\S*\/(?=my\.yaml)/g, ""));
  }
  return [];
}

type Json = { properties?: Record<string, Json>; additionalProperties?: Json | boolean; description?: string };

describe("the schema and the packaged files", () => {
  it("describe every key", () => {
    const visit = (json: Json, path: string): void => {
      if (path !== "") expect(json.description, path).toMatch(/\.$/);
      for (const [key, child] of Object.entries(json.properties ?? {})) visit(child, `${path}.${key}`);
      if (typeof json.additionalProperties === "object") visit(json.additionalProperties, `${path}.*`);
    };
    visit(z.toJSONSchema(configSchema) as Json, "");
  });

  it("give every key a value in default.yaml, which alone is a whole config", () => {
    expect(configSchema.safeParse(parse(packaged("default"))).error).toBeUndefined();
  });

  it.each(["default", "mirror", "text", ...SIZES])("give a reason right above every value of %s.yaml", (name) => {
    const lines = packaged(name).split("\n");
    for (const [i, line] of lines.entries()) {
      if (/^\s*[\w-]+: \S/.test(line)) expect(lines[i - 1], `${name}.yaml:${i + 1}`).toMatch(/^\s*# /);
    }
  });

  it.each(SIZES)("load in size %s", (size) => {
    expect(loadConfig({ size }).config.games).toEqual(["kuhn", "ttt", "negotiation"]);
  });

  it("offer exactly the estimators, losses and backends that there are", () => {
    const { advantage, loss } = configSchema.shape.rl.shape;
    expect(advantage.options).toEqual(Object.keys(estimators));
    expect(loss.options).toEqual(Object.keys(losses));
    expect(configSchema.shape.nn.shape.backend.options).toEqual(["auto", ...backendNames]);
  });

  it("make a JSON Schema that takes partial files and knows the defaults", () => {
    const schema = configJsonSchema() as {
      properties: Record<string, Json & { default?: unknown; required?: unknown }>;
    };
    expect(JSON.stringify(schema)).not.toContain('"required"');
    expect(schema.properties.updates?.default).toBe(parse(packaged("default")).updates);
  });
});

describe("layers", () => {
  it("go defaults, size, file, --set, flags, and every value knows its own", () => {
    const file = fileOf("updates: 7\nrl:\n  averaging: 0.5\n  magnet: {every: 3}\nseed: 5\n");
    const { config, origins } = loadConfig({
      size: "xs",
      file,
      sets: ["rl.averaging=0.6", "seed=6"],
      flags: [{ name: "--seed", key: "seed", text: "7" }],
    });
    expect(config).toMatchObject({ updates: 7, seed: 7, rl: { averaging: 0.6, magnet: { every: 3 } } });
    expect(config.run.logEvery).toBe(parse(packaged("xs")).run.logEvery);
    expect(origins.get("seed")).toBe("--seed");
    expect(origins.get("rl.averaging")).toBe("--set");
    expect(origins.get("rl.magnet.every")).toBe(`${file}:4`);
    expect(origins.get("updates")).toBe(`${file}:1`);
    expect(origins.get("run.logEvery")).toMatch(/^size xs \(configs\/xs\.yaml:\d+\)$/);
    expect(origins.get("rl.loss")).toMatch(/^default \(configs\/default\.yaml:\d+\)$/);
  });

  it("merge perGame key by key; a game takes its exact id, its bare id, then default", () => {
    const { config } = loadConfig({
      file: fileOf('perGame:\n  "negotiation:maxQuantity=5": {entropy: 9}\n  kuhn: {entropy: 2}\n'),
    });
    const defaults = loadConfig().config.perGame;
    const base = defaults.default;
    expect(gameSettings(config, "kuhn")).toEqual({ ...base, ...defaults.kuhn, entropy: 2 });
    expect(gameSettings(config, "negotiation:maxQuantity=5")).toEqual({ ...base, ...defaults.negotiation, entropy: 9 });
    expect(gameSettings(config, "negotiation:maxQuantity=4")).toEqual({ ...base, ...defaults.negotiation });
    expect(gameSettings(config, "negotiation-private")).toEqual(base);
  });

  it("spell games as the registry does", () => {
    const { config } = loadConfig({
      sets: ["games=negotiation:maxQuantity=3,kuhn", "perGame.negotiation:maxQuantity=3.entropy=4"],
    });
    expect(config.games).toEqual(["negotiation", "kuhn"]);
    expect(gameSettings(config, "negotiation").entropy).toBe(4);
  });

  it("read --set as YAML, lists with or without brackets, ids with =", () => {
    const { config } = loadConfig({
      sets: ["nn.hidden=[8, 4]", "games=kuhn,ttt", "run.dir=7", "perGame.negotiation:maxQuantity=5.episodes=3"],
    });
    expect(config.nn.hidden).toEqual([8, 4]);
    expect(config.run.dir).toBe("7");
    expect(config.perGame["negotiation:maxQuantity=5"]).toEqual({ episodes: 3 });
    expect(loadConfig({ sets: ["nn.hidden=8,4"] }).config.nn.hidden).toEqual([8, 4]);
    expect(loadConfig({ sets: ["run.keepEpisodes=all"] }).config.run.keepEpisodes).toBe("all");
  });

  it("read --set with a map where the key is one, leaf by leaf, as in a file", () => {
    const sets = ["perGame.leduc={episodes: 64, entropy: 0}", "perGame.negotiation:maxQuantity=5={episodes: 3}"];
    const { config, origins } = loadConfig({ sets: [...sets, "rl={magnet: {every: 7}, averaging: 0.5}"] });
    expect(config.perGame.leduc).toMatchObject({ episodes: 64, entropy: 0 });
    expect(config.perGame["negotiation:maxQuantity=5"]).toEqual({ episodes: 3 });
    expect([config.rl.magnet.every, config.rl.averaging]).toEqual([7, 0.5]);
    expect([origins.get("perGame.leduc.entropy"), origins.get("rl.magnet.every")]).toEqual(["--set", "--set"]);
    expect(origins.get("rl.magnet.kind")).toMatch(/^default/);
    expect(problems({ sets: ["perGame.leduc={episods: 64, entropy: -1}", "seed={a: 1}"] })).toEqual([
      expect.stringMatching(/^--set perGame\.leduc=.*unknown key "perGame\.leduc\.episods"\. Did you mean "episodes"/),
      expect.stringMatching(/perGame\.leduc\.entropy is -1/),
      expect.stringMatching(/seed is \{"a":1\}; it takes a whole number/),
    ]);
  });

  it.each(["", "# nothing\n", "{}\n", "rl:\n", "perGame:\n  kuhn:\n"])("take a file that sets nothing: %j", (text) => {
    expect(loadConfig({ file: fileOf(text) }).config).toEqual(loadConfig().config);
  });

  it.each([
    ["leduc", "leduc", { updates: 1300 }],
    ["connect-four", "connect-four:rows=4:columns=4", { nn: { hidden: [256, 256] } }],
  ])("configs/%s.yaml trains its game by mirror descent, with settings of its own", (name, game, own) => {
    const { config } = loadConfig({ file: fileOf(packaged(name)) });
    expect(config).toMatchObject({ games: [game], rl: { rule: "mirror" }, ...own });
    expect(loadConfig().config).not.toMatchObject(own);
  });

  it("write a YAML that gives the same config and the same YAML", () => {
    const { config } = loadConfig({
      size: "m",
      sets: [
        "perGame.negotiation:maxQuantity=5.entropy=1",
        "run.dir='a: #b'",
        "seed=9007199254740991",
        "run.keepEpisodes=all",
      ],
    });
    const again = loadConfig({ file: fileOf(configToYaml(config)) }).config;
    expect(again).toEqual(config);
    expect(configToYaml(again)).toBe(configToYaml(config));
  });
});

describe("run.queue", () => {
  it.each<[string, ConfigSources]>([
    ["--set", { sets: ["run.queue=nats://h:1"] }],
    ["a map", { sets: ["run={queue: 'nats://h:1'}"] }],
    ["a file", { file: fileOf("run: {queue: 'nats://h:1'}") }],
  ])("of %s is told, and is no setting of a run", (_, sources) => {
    const { config, queue, origins } = loadConfig(sources);
    expect([queue, origins.has("run.queue")]).toEqual(["nats://h:1", true]);
    expect(configToYaml(config)).toBe(configToYaml(loadConfig().config));
  });

  it("is a text, and has no default", () => {
    expect(loadConfig()).toMatchObject({ queue: undefined });
    expect([...loadConfig().origins.keys()]).not.toContain("run.queue");
    expect(problems({ file: fileOf("run: {queue: 3}") })).toEqual([
      expect.stringMatching(/run\.queue is 3; it takes a text/),
    ]);
    expect(problems({ sets: ["run.queue="] })).toHaveLength(1);
  });
});

describe("paths", () => {
  it("may begin with ~, the home folder", () => {
    const { config } = loadConfig({ sets: ["run.dir=~/runs", "nn.policy=~/kind.js"] });
    expect([config.run.dir, config.nn.policy]).toEqual([`${homedir()}/runs`, `${homedir()}/kind.js`]);
  });
});

describe("bad input", () => {
  it.each<[string, string, RegExp[]]>([
    ["a syntax error", "seed: 1\nrl: {averaging: 0.5\nrun: 3", [/^my\.yaml:\d+:\d+: /]],
    ["a tab", "rl:\n\taveraging: 1", [/^my\.yaml:2:1: .*[Tt]ab/]],
    [
      "a duplicate key, and what else is wrong",
      "seed: 1\nseed: 2\nupdates: x",
      [/^my\.yaml:2:1: .*unique/, /^my\.yaml:3:10: updates is "x"/],
    ],
    ["a list at the top", "- seed", [/^my\.yaml:1:1: expected settings/]],
    ["a word at the top", "seed", [/^my\.yaml:1:1: expected settings/]],
    ["two documents", "seed: 1\n---\nseed: 2", [/^my\.yaml:2:1: a file of settings cannot hold multiple documents/]],
    [
      "keys of one name in a map in a list",
      "games: [{a: 1, a: 2}]",
      [/1:16: keys must be unique, and "a"/, /games is/],
    ],
    [
      "deep nesting",
      `rl: ${"[".repeat(2000)}${"]".repeat(2000)}`,
      [/^my\.yaml:1:\d+: this is nested too deeply for settings\./],
    ],
    [
      "very many unknown keys, the first of them named",
      Array.from({ length: 10_000 }, (_, i) => `key${i}: 1`).join("\n"),
      [
        ...Array.from({ length: 20 }, (_, i) => new RegExp(`:${i + 1}:\\d+: unknown key "key${i}"`)),
        /^… and 9,980 more problems\.$/,
      ],
    ],
    ["an alias", "seed: &a 1\nupdates: *a", [/^my\.yaml:2:10: aliases are not supported/]],
    ["an alias that holds itself", "rl: &a\n  b: *a", [/aliases are not supported/]],
    ["an alias in a list", "games: [&a kuhn, *a]", [/^my\.yaml:1:18: aliases are not supported/]],
    ["an alias of nothing in a list", "games: [*x]", [/^my\.yaml:1:9: aliases are not supported/]],
    [
      "an unknown key",
      "rl:\n  lerningRate: {start: 1}",
      [/^my\.yaml:2:24: unknown key "rl\.lerningRate"\. Did you mean "learningRate"\?/],
    ],
    [
      "__proto__",
      "__proto__: {polluted: 1}\nrl: {__proto__: 3, constructor: 2}",
      [/unknown key "__proto__"/, /"rl.__proto__"/, /"rl.constructor"/],
    ],
    ["__proto__ as a game", "perGame: {__proto__: {entropy: 1}}", [/Unknown game "__proto__"/]],
    ["a map for a value", "seed: {a: 1}", [/^my\.yaml:1:11: seed takes a whole number from 0, not a map\./]],
    ["a value for a map", "rl: 5", [/rl is 5; it takes a map with the keys rule, advantage, /]],
    ["a list for a map", "rl: [1]", [/rl is \[1\]; it takes a map/]],
    ["nothing for a value", "seed:\n", [/seed is null; it takes a whole number/]],
    [
      "numbers out of range",
      "rl: {baselineDecay: 1, averaging: -0.1}\nupdates: -1",
      [
        /baselineDecay is 1; it takes a number from 0 to below 1/,
        /averaging is -0\.1/,
        /updates is -1; it takes a whole number from 0 to/,
      ],
    ],
    [
      "no numbers",
      "rl: {averaging: .nan, baselineDecay: .inf}\nseed: 1.5",
      [/averaging is NaN/, /baselineDecay is Infinity/, /seed is 1\.5/],
    ],
    [
      "a misspelt choice",
      "nn: {backend: wsm}",
      [/it takes one of auto, kernels, cuda, webgpu, wasm, node, js\. Did you mean "wasm"\?/],
    ],
    [
      "unknown games and games twice",
      "games: [khn, ttt, ttt]",
      [/Unknown game "khn"\. Did you mean "kuhn"\?/, /names "ttt" twice/],
    ],
    [
      "a game twice under two spellings",
      "games: [negotiation, 'negotiation:maxQuantity=3']",
      [/names "negotiation" twice/],
    ],
    ["a word for a list", "games: kuhn", [/games is "kuhn"; it takes a list of at least 1/]],
    ["an empty list", "games: []", [/games is \[\]/]],
    [
      "a wrong setting of a game",
      "perGame: {kuhn: {episode: 3}, ttt: {episodes: many}}",
      [/unknown key "perGame\.kuhn\.episode"\. Did you mean "episodes"/, /perGame\.ttt\.episodes is "many"/],
    ],
    ["bytes that are no text", "\u0000\u0001\u0002: \u0003", [/^my\.yaml:1:/]],
  ])("%s: says where and what", (_what, text, expected) => {
    const found = problems({ file: fileOf(text) });
    for (const pattern of expected) expect(found, String(pattern)).toContainEqual(expect.stringMatching(pattern));
    if (expected.length > 1) expect(found).toHaveLength(expected.length);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("is reported from all layers at once", () => {
    const found = problems({
      size: "xl",
      file: fileOf("sed: 1"),
      sets: ["x", "=1", "rl.averaging=2", "seed="],
      flags: [{ name: "--seed", key: "seed", text: "-3" }],
    });
    expect(found).toEqual([
      '--size is "xl"; it takes one of xs, s, m.',
      expect.stringMatching(/^--set x: write it as key=value/),
      expect.stringMatching(/^--set =1: write it as key=value/),
      expect.stringMatching(/^my\.yaml:1:6: unknown key "sed"\. Did you mean "seed"\?/),
      expect.stringMatching(/^--set rl\.averaging=2: rl\.averaging is 2; it takes a number from 0 to below 1\./),
      expect.stringMatching(/^--set seed=: seed is null/),
      expect.stringMatching(/^--seed: seed is -3; it takes a whole number from 0\./),
    ]);
  });

  it("missing files: the path, and what games are named by", () => {
    expect(problems({ file: "/nowhere/x.yaml" })).toEqual(["Cannot read /nowhere/x.yaml: no such file or folder."]);
    expect(problems({ file: tmpdir() })).toEqual([`Cannot read ${tmpdir()}: that is a folder, not a file.`]);
    expect(problems({ file: "kuhn,ttt" })).toContain("Games are named by a flag: --games kuhn,ttt");
  });

  it("of any shape is answered with problems, never another error", () => {
    const values = [null, true, -1, 0.5, Number.POSITIVE_INFINITY, "x", "", [], [[]], {}, { a: { b: 1 } }, "kuhn", 12];
    const keys = ["seed", "games", "perGame", "nn", "rl", "run", "toString", "a.b", ""];
    for (const key of keys) {
      for (const value of values) problems({ file: fileOf(stringify({ [key]: value })) });
      for (const sub of ["default", "hidden", "dir", "adam", "valueOf"]) {
        for (const value of values) problems({ file: fileOf(stringify({ [key]: { [sub]: value } })) });
      }
    }
  });
});

it.each<[string, ConfigSources, string]>([
  ["--set", { sets: ["rl.averaging=*a"] }, "--set rl.averaging=*a"],
  ["--set with a list", { sets: ["nn.hidden=[&a 64, *a]"] }, "--set nn.hidden=[&a 64, *a]"],
  ["a flag", { flags: [{ name: "--seed", key: "seed", text: "*x" }] }, "--seed"],
])("an alias in %s is refused", (_, sources, where) => {
  expect(problems(sources)).toEqual([`${where}: aliases are not supported here; write the value out.`]);
});

describe("polish", () => {
  it("comes on top of the package's number of updates, and is a part of a given one", () => {
    const flags = (...more: { name: string; key: string; text: string }[]) => [
      { name: "--policy", key: "nn.policy", text: "text" },
      { name: "--polish", key: "rl.polish", text: "600" },
      ...more,
    ];
    const alone = loadConfig({ flags: flags() });
    expect(alone.config.updates).toBe(1800);
    expect(alone.origins.get("updates")).toMatch(/ and rl\.polish$/);
    const given = { name: "--updates", key: "updates", text: "900" };
    expect(loadConfig({ flags: flags(given) }).config.updates).toBe(900);
    expect(() => loadConfig({ flags: flags({ ...given, text: "600" }) })).toThrow(/must leave some for self-play/);
  });
});
