import { describe, expect, it } from "vitest";
import { MCTS_DEFAULTS } from "../../src/players/mcts.ts";
import { type Opponent, opponents } from "../../src/players/opponents.ts";
import { fixedNames, type PlayerSpec, parseSpec } from "../../src/players/spec.ts";
import { UserError } from "../../src/util/errors.ts";

const problemsOf = (text: string): readonly string[] => {
  try {
    parseSpec(text);
  } catch (error) {
    if (error instanceof UserError && error.exitCode === 2) return error.problems;
    throw error;
  }
  return [];
};

const named = (name: string) => opponents.find((opponent) => opponent.name === name) as Opponent;

describe("a player's spec", () => {
  it.each<[string, PlayerSpec]>([
    ["random", { kind: "fixed", opponent: named("random") }],
    [" sloppy ", { kind: "fixed", opponent: named("sloppy") }],
    ["human", { kind: "human" }],
    ["mcts", { kind: "mcts", settings: expect.objectContaining({ sims: 200 }) }],
    ["mcts", { kind: "mcts", settings: MCTS_DEFAULTS }],
    ["mcts:sims=50,c=.5,seed=0,sample=1", { kind: "mcts", settings: { sims: 50, c: 0.5, seed: 0, sample: 1 } }],
    ["mcts:sims=7", { kind: "mcts", settings: expect.objectContaining({ sims: 7 }) }],
    ["llm:llama3.2:3b", { kind: "llm", model: "llama3.2:3b" }],
    ["llm:org/model-7B:free", { kind: "llm", model: "org/model-7B:free" }],
    ["llm:random:greedy", { kind: "llm", model: "random:greedy" }],
    ["latest", { kind: "run", run: "latest", greedy: false }],
    ["latest:greedy", { kind: "run", run: "latest", greedy: true }],
    [
      "best-response:of=latest@best:greedy",
      { kind: "best-response", of: { kind: "run", run: "latest@best", greedy: true } },
    ],
    ["2026-11-23_0542_kuhn-ttt_s1@000120", { kind: "run", run: "2026-11-23_0542_kuhn-ttt_s1@000120", greedy: false }],
    ["kuhn_s1@12:greedy", { kind: "run", run: "kuhn_s1@12", greedy: true }],
    // A run that is called as a fixed player is can be reached by its path, or by its checkpoint.
    ["runs/random", { kind: "run", run: "runs/random", greedy: false }],
    ["random@3:greedy", { kind: "run", run: "random@3", greedy: true }],
    ["C:\\runs\\a", { kind: "run", run: "C:\\runs\\a", greedy: false }],
    ["/data/a:b/run:greedy", { kind: "run", run: "/data/a:b/run", greedy: true }],
  ])("%s", (text, expected) => {
    expect(parseSpec(text)).toEqual(expected);
  });

  it("has a place for each fixed name", () => {
    const must: Readonly<Record<string, string | undefined>> = {
      llm: "llm:a",
      "best-response": "best-response:of=latest",
    };
    for (const name of fixedNames) expect(parseSpec(must[name] ?? name).kind).not.toBe("run");
  });

  it.each<[string, RegExp[]]>([
    ["", [/A player has no name\. Players: random, minimax, .*llm:MODEL/]],
    ["llm", [/names no model; write llm:MODEL/]],
    ["best-response", [/names nobody to exploit; write best-response:of=latest/]],
    ["best-response:of=", [/names nobody to exploit/]],
    ["best-response:latest", [/names nobody to exploit/]],
    ["best-response:of=llm:a", [/is of a run or of a fixed opponent/]],
    ["best-response:of=best-response:of=nash", [/is of a run or of a fixed opponent/]],
    ["llm:", [/names no model/]],
    ["random:greedy", [/random takes no parameters; only runs play greedily/]],
    ["nash:sims=3", [/nash takes no parameters\./]],
    ["human:bob", [/human takes no parameters/]],
    ["latest:greedly", [/Unknown player "latest:greedly"\. Did you mean "greedy"\?/]],
    ["latest:greedy:greedy", [/A run takes ":greedy" and nothing else/]],
    ["mtcs:sims=20", [/Unknown player "mtcs:sims=20"\. Did you mean "mcts"\?/]],
    [":greedy", [/Unknown player ":greedy"/]],
    ["mcts:", [/mcts has no parameter ""/]],
    ["mcts:smis=20", [/mcts has no parameter "smis"\. Did you mean "sims"\? Its parameters: sims/]],
    ["mcts:sims", [/mcts:sims is ""; it takes a whole number from 1 to/]],
    ["mcts:sims=0", [/mcts:sims is "0"/]],
    ["mcts:sims=1e3", [/mcts:sims is "1e3"/]],
    ["mcts:sims=99999999999", [/mcts:sims is "99999999999"/]],
    ["mcts:c=-1", [/mcts:c is "-1"; it takes a number from 0 to 1000/]],
    ["mcts:c=1e", [/mcts:c is "1e"/]],
    ["mcts:sample=2,seed=0.5", [/mcts:sample is "2"; it takes a whole number from 0 to 1\./, /mcts:seed is "0.5"/]],
    ["mcts:sims=2=3", [/mcts:sims is "2=3"/]],
    ["mcts:sims=5,sims=6", [/mcts:sims is given twice/]],
    ["mcts:a=1,sims=x", [/no parameter "a"/, /mcts:sims is "x"/]],
  ])("%j is none, and why", (text, expected) => {
    expect(problemsOf(text)).toEqual(expected.map((reason) => expect.stringMatching(reason)));
  });
});
