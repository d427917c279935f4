/** The script of bash, tried in bash; those of zsh and fish are held against the commands. */
import { execFileSync, spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { allCommands } from "../../src/cli/registry.ts";
import { gameIds } from "../../src/games/registry.ts";
import { folder, spiral } from "./spiral.ts";

const script = async (shell: string): Promise<string> => {
  const argv = ["completion", shell];
  const { out } = await spiral(folder(), ...argv);
  return out;
};

describe.skipIf(process.platform === "win32")("in bash", () => {
  let bash = "";
  beforeAll(async () => {
    bash = await script("bash");
  });

  /** What is offered at the end of a line, whose words are separated by spaces. */
  function offered(line: string): string[] {
    const words = line.split(" ");
    const set = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}`;
    const run = `${bash}\n${set}; _spiral; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["--norc", "-c", run], { encoding: "utf8" }).split("\n").filter(Boolean);
  }

  it.each<[string, string[]]>([
    ["spiral pol", ["policy"]],
    ["spiral policy --no", ["--no-equilibrium", "--no-color"]],
    ["spiral --verbose tra", ["train"]],
    ["spiral train --games kuhn-", ["kuhn-match"]],
    ["spiral train --games kuhn,le", ["kuhn,leduc"]],
    ["spiral solve li", ["liars-dice", "liars-dice-match"]],
    ["spiral completion f", ["fish"]],
    ["spiral help ev", ["eval"]],
    ["spiral eval --dir ru", []],
    ["spiral eval la", ["latest", "latest@best"]],
    ["spiral eval --vs", ["--vs"]],
  ])("%s", (line, expected) => {
    expect(offered(line)).toEqual(expected);
  });

  it("every command and every game", async () => {
    const names = (await allCommands()).map(({ command }) => command.usage.split(" ")[0]);
    expect(offered("spiral ")).toEqual(expect.arrayContaining(names));
    expect(offered("spiral play --game ")).toEqual(gameIds);
  });

  it("is registered", () => {
    const run = `${bash}\ncomplete -p spiral`;
    expect(spawnSync("bash", ["--norc", "-c", run], { encoding: "utf8" }).stdout).toBe(
      "complete -o default -F _spiral spiral\n",
    );
  });
});

it.each(["zsh", "fish"])("%s: every flag of every command", async (shell) => {
  const text = await script(shell);
  for (const { command } of await allCommands()) {
    for (const { usage } of Object.values(command.flags)) {
      const flag = usage.split(" ")[0] as string;
      expect(text).toContain(shell === "fish" ? ` -l ${flag.slice(2)}` : flag);
    }
  }
});
