/** `spiral eval` in this process, on one run of a second. */
import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { copyOf, edit, folder, spiral } from "../spiral.ts";

let dir: string;
let run: string;
beforeAll(async () => {
  dir = folder();
  run = join(dir, "tiny");
  const tiny = ["--games", "kuhn,ttt", "--size", "xs", "--updates", "6", "--set", "run.checkpointEvery=3"];
  expect(await spiral(dir, "train", ...tiny, "--name", "tiny")).toMatchObject({ code: 0 });
}, 60_000);

const evaluated = async (...argv: string[]) => {
  const { code, out } = await spiral(dir, "eval", "--json", ...argv);
  return { code, report: JSON.parse(out) };
};

describe("spiral eval", () => {
  it("plays every game's own opponents 1000 times with seed 1, sampling, where nothing is asked for", async () => {
    const { code, report } = await evaluated();
    expect(code).toBe(0);
    expect(report).toMatchObject({ run: "tiny", checkpoint: "000006", seed: 1, greedy: false });
    const opponents = Object.entries<{ versus: { opponent: string; episodes: number }[] }>(report.games).map(
      ([id, { versus }]) => [id, versus.map(({ opponent }) => opponent)],
    );
    expect(opponents).toEqual([
      ["kuhn", ["random", "nash", "sloppy"]],
      ["ttt", ["random", "minimax", "sloppy"]],
    ]);
    for (const { episodes, wins, draws, losses, meanReturn, ci95 } of report.games.kuhn.versus) {
      expect([episodes, wins + draws + losses]).toEqual([1000, 1000]);
      expect(ci95[0] < meanReturn && meanReturn < ci95[1]).toBe(true);
    }
  });

  it("measures what training measured, exactly", async () => {
    const { report } = await evaluated("--vs", "random", "--episodes", "2");
    const shown = await spiral(dir, "runs", "show", "--json");
    for (const [id, measure] of Object.entries(JSON.parse(shown.out).evaluation.games)) {
      expect(report.games[id]).toMatchObject(measure as object);
    }
  });

  it("shows a table and how it was made", async () => {
    const { code, out, err } = await spiral(dir, "eval", "--vs", "random,minimax", "--episodes", "50", "--greedy");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^kuhn {2}NashConv \d\.\d{4}, greedy \d/m);
    // Minimax plays ttt alone.
    expect(out.match(/^ {2}(random|minimax) /gm)).toHaveLength(3);
    expect(out).toMatch(/^ {2}minimax +-?\+?\d\.\d{3} \[.*\] +\d+\.\d \[/m);
    expect(out).toMatch(
      /tiny@000006, its most likely actions; 50 games against each opponent, seed 1\.\nThe games come in pairs .*\n95 % /,
    );
  });

  it("says on stderr how far it is, once it has taken a second", async () => {
    const vs = ["eval", "--vs", "mcts:sims=2", "--episodes", "10", "--games", "ttt"];
    const quick = await spiral(dir, ...vs);
    let time = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => {
      time += 700;
      return time;
    });
    const slow = await spiral(dir, ...vs);
    clock.mockRestore();
    expect(slow).toEqual({
      ...quick,
      err: expect.stringMatching(/^(Playing ttt against mcts:sims=2: \d+ positions so far\n)+$/),
    });
    // A search reports after each position.
    expect(slow.err).toMatch(/: 2 positions so far\n/);
    expect(quick.err).toBe("");
  });

  it("takes a checkpoint, games, a seed, and checkpoints as opponents", async () => {
    const { report } = await evaluated(
      "tiny@3",
      "--games",
      "ttt",
      "--vs",
      "@6,tiny@3",
      "--seed",
      "9",
      "--episodes",
      "4",
    );
    expect(report).toMatchObject({ checkpoint: "000003", seed: 9 });
    expect(Object.keys(report.games)).toEqual(["ttt"]);
    expect(report.games.ttt.versus).toMatchObject([{ opponent: "tiny@000006" }, { opponent: "tiny@000003" }]);
  });

  it("takes anyone as an opponent who is a policy, by the specs of spiral players", async () => {
    const { report } = await evaluated(
      ...["--games", "ttt", "--episodes", "4", "--vs", "latest,tiny@3:greedy, mcts:sims=2,c=1 ,mcts:sims=3,random"],
    );
    expect(report.games.ttt.versus.map(({ opponent }: { opponent: string }) => opponent)).toEqual([
      "tiny@000006",
      "tiny@000003:greedy",
      "mcts:sims=2,c=1",
      "mcts:sims=3",
      "random",
    ]);
    expect(await spiral(dir, "eval", "--vs", "llm:a/b:c,human")).toEqual({
      code: 2,
      out: "",
      err: expect.stringMatching(
        /^error: Language models play in spiral match.*llm:a\/b:c.*\nerror: A person plays in/,
      ),
    });
  });

  it("is the same for the same seed, and another for another", async () => {
    const some = ["--vs", "random", "--episodes", "100", "--games", "kuhn"];
    const [a, b, c] = [await evaluated(...some), await evaluated(...some), await evaluated(...some, "--seed", "2")];
    expect(b).toEqual(a);
    expect(c.report.games.kuhn.versus).not.toEqual(a.report.games.kuhn.versus);
  });

  it("--fail-under ends with 4 and says which return is lower", async () => {
    const some = ["--games", "kuhn", "--vs", "random", "--episodes", "20", "--fail-under"];
    expect(await spiral(dir, "eval", ...some, "3")).toMatchObject({
      code: 4,
      err: expect.stringMatching(/^check failed: kuhn against random: mean return .* is under 3\n$/),
    });
    expect(await spiral(dir, "eval", ...some, "-3")).toMatchObject({ code: 0, err: "" });
  });
});

describe("spiral eval with bad input", () => {
  it.each<[string[], RegExp[]]>([
    [
      ["--vs", "randm,nash,mini", "--games", "kunh", "--episodes", "7", "--seed", "x", "--fail-under", "low"],
      [
        /--episodes is 7.*even/,
        /--seed is "x"/,
        /--fail-under is "low"/,
        /Unknown game "kunh"\. Did you mean "kuhn"/,
        /Unknown player "randm"\. Did you mean "random"/,
        /No run "mini"/,
      ],
    ],
    [["--games", "negotiation"], [/has not learned negotiation. It has learned kuhn, ttt/]],
    [["--vs", "fair,random"], [/Opponent fair does not play kuhn, ttt/]],
    [["--vs", "minimax", "--games", "kuhn"], [/Opponent minimax does not play kuhn/]],
    [["--episode", "4"], [/"--episode"\. Did you mean "--episodes"/]],
    [
      ["nowhere", "--episodes", "0"],
      [/No run "nowhere"/, /--episodes is "0"/],
    ],
  ])("%j: exit 2, every problem", async (argv, expected) => {
    const { code, out, err } = await spiral(dir, "eval", ...argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err.trim().split("\n")).toEqual(expected.map((problem) => expect.stringMatching(problem)));
  });

  it.each<[string[], RegExp]>([
    [["nowhere"], /No run "nowhere".*Runs in .*: tiny/],
    [["tini"], /Did you mean "tiny"/],
    [["tiny@5"], /tiny has no checkpoint 000005; it has 000003, 000006/],
    [["--vs", "tiny@5"], /tiny has no checkpoint 000005/],
  ])("%j: exit 3", async (argv, reason) => {
    const { code, out, err } = await spiral(dir, "eval", ...argv);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toMatch(reason);
  });

  it.each<[string, (run: string) => void, RegExp]>([
    [
      "truncated network",
      (r) => truncateSync(join(r, "checkpoints/000006/model.safetensors"), 99),
      /model\.safetensors has 99 bytes, \d+ were saved.*An earlier one is whole: copy@000003/,
    ],
    [
      "corrupted state.json",
      (r) => edit(join(r, "checkpoints/000006/state.json"), (t) => t.slice(1)),
      /state\.json is not valid JSON.*copy@000003/,
    ],
    [
      "missing checkpoint",
      (r) => rmSync(join(r, "checkpoints"), { recursive: true }),
      /Cannot read .*No earlier one is whole/,
    ],
    ["empty list of checkpoints", (r) => writeFileSync(join(r, "checkpoints.jsonl"), ""), /copy has no checkpoint/],
    [
      "list of something else",
      (r) => writeFileSync(join(r, "checkpoints.jsonl"), "{}\n"),
      /checkpoints\.jsonl:1: not the entry of a checkpoint/,
    ],
    [
      "network of another width",
      (r) => edit(join(r, "config.yaml"), (t) => t.replace("[64, 64]", "[64]")),
      /not of this run's network: its layer1\.weight is \[64, 64\], and \[64, 11\] is needed/,
    ],
    [
      "network of other games",
      (r) => edit(join(r, "config.yaml"), (t) => t.replace("[kuhn, ttt]", "[ttt, kuhn]")),
      /of a policy for kuhn, ttt, the run's config says ttt, kuhn/,
    ],
    ["broken config", (r) => writeFileSync(join(r, "config.yaml"), "seed: 1\ngames: [kuhn\n"), /config\.yaml:3:1: /],
  ])("a run with a %s: exit 3 and why", async (_, damage, reason) => {
    const copy = copyOf(run);
    damage(copy.run);
    const { code, out, err } = await spiral(copy.dir, "eval");
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toMatch(reason);
    expect(err).not.toMatch(/internal error|^ +at /m);
  });
});
