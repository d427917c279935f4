/** Which learning rule a config chooses, and which settings belong to it. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gameSettings, loadConfig } from "../../src/config/load.ts";
import { configToYaml } from "../../src/config/write.ts";
import { UserError } from "../../src/util/errors.ts";

function fileOf(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "spiral-rule-")), "my.yaml");
  writeFileSync(path, text);
  return path;
}

const games = (text: string) => ({ flags: [{ name: "--games", key: "games", text }] });

describe("rl.rule: auto", () => {
  it.each([
    ["kuhn,ttt,negotiation", [], "spiral"],
    ["ttt-draw,negotiation:maxQuantity=5", [], "spiral"],
    ["leduc", [], "mirror"],
    ["kuhn,leduc", [], "mirror"],
    ["kuhn-match", [], "mirror"],
    ["leduc", ["rl.advantage=critic"], "spiral"],
    ["leduc", ["rl.ppo.clip=0.1"], "spiral"],
    ["leduc", ["rl.explorers.share=0.2"], "spiral"],
    ["leduc", ["nn.policy=text"], "spiral"],
    ["kuhn", ["rl.mirror.steps=4"], "mirror"],
    ["kuhn", ["rl.exploration=0.1"], "mirror"],
    ["kuhn", ["rl.rule=mirror"], "mirror"],
    ["leduc", ["rl.rule=spiral"], "spiral"],
  ])("%s with %j is %s", (names, sets, rule) => {
    const { config, origins } = loadConfig({ ...games(names), sets });
    expect(config.rl.rule).toBe(rule);
    expect(/auto/.test(origins.get("rl.rule") ?? "")).toBe(!sets.some((set) => set.startsWith("rl.rule")));
  });

  it("takes the settings of the rule, under those that are given", () => {
    const { config, origins } = loadConfig({ ...games("leduc"), sets: ["rl.averaging=0.9"] });
    expect(config.rl.learningRate.start).toBe(0.005);
    expect(origins.get("rl.learningRate.start")).toMatch(/^rule mirror \(configs\/mirror\.yaml:\d+\)$/);
    expect(config.rl.averaging).toBe(0.9);
    expect(config.perGame.leduc).toMatchObject({ entropy: 1, magnet: 1 });
    expect(loadConfig(games("kuhn")).config.rl.learningRate.start).toBe(0.01);
  });

  it("is decided once: the config of a run says which, and loads as the same", () => {
    for (const names of ["leduc", "kuhn"]) {
      const { config } = loadConfig(games(names));
      expect(loadConfig({ file: fileOf(configToYaml(config)) }).config).toEqual(config);
    }
  });

  it("decays by the updates done, but in the runs of earlier versions, whose configs do not say how", () => {
    const { config } = loadConfig(games("leduc"));
    expect(config.rl.decay).toBe("inverse-time");
    const { decay, ...rl } = config.rl;
    const file = fileOf(JSON.stringify({ ...config, rl }));
    expect(loadConfig({ file, recorded: true }).config.rl.decay).toBe("linear");
    expect(loadConfig({ file }).config.rl.decay).toBe("inverse-time");
    const whole = fileOf(configToYaml(config));
    expect(loadConfig({ file: whole, recorded: true }).config).toEqual(config);
  });

  it("leaves a game with the run's default if the config of a run has no settings of its own for it", () => {
    const { config } = loadConfig({ ...games("liars-dice-match"), sets: ["perGame.default.episodes=77"] });
    expect(gameSettings(config, "liars-dice-match:dice=2").episodes).toBe(256);
    const { "liars-dice-match": later, ...perGame } = config.perGame;
    const file = fileOf(JSON.stringify({ ...config, perGame }));
    const of = (recorded: boolean) => gameSettings(loadConfig({ file, recorded }).config, "liars-dice-match");
    expect([of(true), of(false)]).toEqual([config.perGame.default, { ...config.perGame.default, ...later }]);
  });

  it("is spiral for the config of a run from before there were rules, which names every setting of the loss", () => {
    const { config } = loadConfig({ ...games("leduc"), sets: ["rl.rule=spiral"] });
    const { rule, mirror, exploration, ...rl } = config.rl;
    const old = { ...config, rl };
    expect(loadConfig({ file: fileOf(JSON.stringify(old)) }).config).toEqual(config);
  });
});

it.each([
  ["rl.rule=mirror", "rl.loss=ppo", "rl.loss is a setting of rl.rule: spiral, and the rule here is mirror"],
  [
    "rl.rule=spiral",
    "rl.exploration=0.1",
    "rl.exploration is a setting of rl.rule: mirror, and the rule here is spiral",
  ],
  [
    "rl.rule=mirror",
    "rl.magnet.every=5",
    "rl.magnet.every is a setting of rl.rule: spiral, and the rule here is mirror",
  ],
  [
    "games=[leduc]",
    "rl.magnet.every=5",
    "rl.magnet.every is a setting of rl.rule: spiral, and the rule here is mirror",
  ],
  ["rl.advantage=rae", "rl.mirror.steps=2", "rl.mirror.steps is a setting of rl.rule: mirror"],
])("%s with %s is an error that names both", (first, second, message) => {
  const load = () => loadConfig({ ...games("leduc"), sets: [first, second] });
  expect(load).toThrow(UserError);
  expect(load).toThrow(message);
});
