/** How commands are defined: what each kind of flag gives, and that the registry has every command. */
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { describe, expect, expectTypeOf, it } from "vitest";
import { checkAll } from "../../src/cli/check-all.ts";
import { type ArgumentsOf, defineCommand, type Invocation } from "../../src/cli/command.ts";
import { checked, finite, type OptionsOf, text, textOrTrue, texts, toggle, whole } from "../../src/cli/flags/flag.ts";
import { makeProgram } from "../../src/cli/program.ts";
import { commandsFor } from "../../src/cli/registry.ts";
import { UserError } from "../../src/util/errors.ts";

const shout = (_name: string, word: string): string => `${word}!`;

const calls: { args: readonly unknown[]; options: TriedOptions; how: Invocation }[] = [];

const command = defineCommand({
  usage: "try <first> [second]",
  example: "spiral try one",
  flags: {
    word: text("--word <text>", "a text"),
    known: text("--known <text>", "a text with a default", "so"),
    every: texts("--every <text>", "several texts"),
    fast: toggle("--fast", "whether"),
    maybeText: textOrTrue("--maybe-text [text]", "a text, or alone"),
    loud: checked("--loud <text>", "a text that is checked", shout),
    louder: checked("--louder <text>", "one with a default", shout, "hey"),
    rows: whole("--rows <n>", "a whole number", { min: 1, max: 9 }),
    seed: whole("--seed <n>", "one with a default", { min: 0 }, "1"),
    least: finite("--least <x>", "any number"),
  },
  async run(args, options, how) {
    expectTypeOf(args).toEqualTypeOf<[string, string | undefined]>();
    expectTypeOf(options).toEqualTypeOf<TriedOptions>();
    calls.push({ args, options, how });
    return 7;
  },
});
const listed = { usage: command.usage, summary: "try all kinds of flags" };

interface TriedOptions {
  readonly word: string | undefined;
  readonly known: string;
  readonly every: readonly string[];
  readonly fast: boolean;
  readonly maybeText: string | true | undefined;
  readonly loud: () => string | undefined;
  readonly louder: () => string;
  readonly rows: () => number | undefined;
  readonly seed: () => number;
  readonly least: () => number | undefined;
}

/** Runs `spiral try …`; gives what its `run` is handed. */
async function typed(...argv: string[]) {
  calls.length = 0;
  const codes: number[] = [];
  const program = makeProgram([{ ...listed, command }], (code) => codes.push(code));
  await program.parseAsync(["try", ...argv], { from: "user" });
  const [call] = calls;
  if (!call) throw new Error("the command did not run");
  return { ...call, codes };
}

describe("a command", () => {
  it("gives arguments and options their types", () => {
    expectTypeOf<ArgumentsOf<"play">>().toEqualTypeOf<[]>();
    expectTypeOf<ArgumentsOf<"match <first> <second>">>().toEqualTypeOf<[string, string]>();
    expectTypeOf<ArgumentsOf<"runs [ls|show] [run]">>().toEqualTypeOf<[string | undefined, string | undefined]>();
    expectTypeOf<ArgumentsOf<"arena <players...>">>().toEqualTypeOf<[readonly string[]]>();
    expectTypeOf<OptionsOf<typeof command.flags>>().toEqualTypeOf<Readonly<TriedOptions>>();
  });

  it("stands for what is not given", async () => {
    const { args, options, how, codes } = await typed("one");
    expect(args).toEqual(["one", undefined]);
    expect(how).toEqual({ verbose: false, given: [] });
    expect(codes).toEqual([7]);
    const { loud, louder, rows, seed, least, ...plain } = options;
    expect(plain).toEqual({ word: undefined, known: "so", every: [], fast: false, maybeText: undefined });
    expect([loud(), louder(), rows(), seed(), least()]).toEqual([undefined, "hey!", undefined, 1, undefined]);
  });

  it("reads what is given, in any order", async () => {
    const line = "--seed 5 one --every a --fast --every b two --maybe-text --verbose --loud x --rows 9 --least=-0.5";
    const { args, options, how } = await typed(...line.split(" "), "--word", "", "--known", "thus");
    expect(args).toEqual(["one", "two"]);
    expect(how).toEqual({
      verbose: true,
      given: ["--known", "--seed", "--every", "--fast", "--maybe-text", "--loud", "--rows", "--least", "--word"],
    });
    const { loud, louder, rows, seed, least, ...plain } = options;
    expect(plain).toEqual({ word: "", known: "thus", every: ["a", "b"], fast: true, maybeText: true });
    expect([loud(), louder(), rows(), seed(), least()]).toEqual(["x!", "hey!", 9, 5, -0.5]);
    expect((await typed("one", "--maybe-text", "x")).options.maybeText).toBe("x");
  });

  it("has every wrong value reported at once, by the flag's name", async () => {
    const { options } = await typed("one", "--rows", "10", "--seed", "1.5", "--least", "x");
    try {
      checkAll(options.seed, options.least, options.louder, options.rows);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      expect(error.problems).toEqual([
        '--seed is "1.5"; it takes a whole number from 0.',
        '--least is "x"; it takes a number.',
        '--rows is "10"; it takes a whole number from 1 to 9.',
      ]);
      return;
    }
    throw new Error("nothing was wrong");
  });

  it("names each option as commander does", () => {
    const wrong = { ...command, flags: { failBelow: finite("--fail-under <x>", "") } };
    expect(() => makeProgram([{ ...listed, command: wrong }], () => {})).toThrow(
      "--fail-under <x> is declared as failBelow, not failUnder",
    );
  });
});

describe("the registry", () => {
  it("has a line for every file of commands, under the name that is typed", async () => {
    const files = readdirSync(new URL("../../src/cli/commands", import.meta.url));
    const names = (await commandsFor([])).map(({ usage }) => usage.split(" ")[0] as string);
    expect([...names].sort()).toEqual(files.map((file) => file.replace(/\.ts$/, "")).sort());
    for (const name of names) {
      for (const argv of [
        [name, "--help"],
        ["help", name],
        ["--verbose", name],
      ]) {
        const loaded = (await commandsFor(argv)).filter(({ command }) => command);
        expect(loaded.map(({ usage }) => usage)).toEqual([loaded[0]?.command?.usage]);
        expect(loaded[0]?.usage.split(" ")[0]).toBe(name);
        expect(loaded[0]?.command?.example).toMatch(new RegExp(`^spiral ${name}\\b`));
      }
      const [{ command } = {}] = (await commandsFor([name])).filter(({ command }) => command);
      const flags = Object.values(command?.flags ?? {}).filter(({ usage }) => /<(file|folder)>/.test(usage));
      for (const { usage, read } of flags) expect([usage, read("~/x")]).toEqual([usage, `${homedir()}/x`]);
    }
  });

  it("lists all of them and loads none where the line names none", async () => {
    const all = (await commandsFor([])).length;
    expect(all).toBeGreaterThan(10);
    for (const argv of [[], ["--help"], ["help"], ["evl"], ["--verbose"], ["__proto__"]]) {
      const commands = await commandsFor(argv);
      expect(commands).toHaveLength(all);
      expect(commands.filter(({ command }) => command)).toEqual([]);
    }
  });
});
