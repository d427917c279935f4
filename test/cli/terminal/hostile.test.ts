/** Texts from files and command lines that hold control sequences: none of them reaches the terminal. */
import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { edit, folder, spiral } from "../spiral.ts";

const OSC = "\x1b]52;c;aGFja2Vk\x07";
const CSI = "\x1b[2J\x9b31m\u202e";
const HOSTILE = `${OSC}${CSI}`;

let dir = "";
beforeAll(async () => {
  dir = folder();
  const run = join(dir, "a");
  await spiral(dir, ..."train --games kuhn --size xs --updates 1 --set perGame.kuhn.episodes=16 --name a".split(" "));
  edit(join(run, "manifest.json"), (text) => {
    const manifest = JSON.parse(text);
    return JSON.stringify({ ...manifest, games: [`kuhn${HOSTILE}`], argv: ["train", HOSTILE], spiral: `1${HOSTILE}` });
  });
  for (const file of readdirSync(join(run, "eval"))) {
    edit(join(run, "eval", file), (text) => text.replace('"kuhn"', JSON.stringify(`kuhn${HOSTILE}`)));
  }
  edit(join(run, "episodes.jsonl"), (text) => text.replaceAll("first@", `${JSON.stringify(HOSTILE).slice(1, -1)}@`));
  renameSync(run, join(dir, `b${OSC}`));
});

it.each([
  ["runs"],
  ["runs --json"],
  [`runs show b${OSC}`],
  [`runs show b${OSC} --json`],
  [`runs shw${HOSTILE}`],
  [`replay b${OSC} --episode 1`],
  [`replay ${HOSTILE}`],
  [`eval b${OSC} --games ${HOSTILE}`],
  [`ladder b${OSC}@1`],
  [`config show --set ${HOSTILE}=1`],
  [`config show --set run.dir=${HOSTILE}`],
  [`games ${HOSTILE}`],
  [`${HOSTILE} x`],
  [`runs --${HOSTILE}`],
])("spiral %j prints no control character", async (line) => {
  const argv = line.split(" ");
  const { out, err } = await spiral(dir, ...argv);
  expect(out + err).not.toBe("");
  expect(out + err).not.toMatch(/[^\P{C}\n]/u);
});

it("JSON holds the value all the same", async () => {
  const { out } = await spiral(dir, "runs", "--json");
  expect(JSON.parse(out)[0].games).toEqual([`kuhn${HOSTILE}`]);
});

it("a command is shown so that pasting it runs nothing else", async () => {
  const name = `q"$(cmd)"`;
  const { err } = await spiral(dir, "runs", "ls", name);
  expect(err).toContain(`spiral runs show 'q"$(cmd)"'\n`);
});
