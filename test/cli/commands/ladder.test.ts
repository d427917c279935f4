/** `spiral ladder` on one run of a second. */
import { beforeAll, describe, expect, it } from "vitest";
import { folder, spiral } from "../spiral.ts";

const dir = folder();
beforeAll(async () => {
  const tiny = ["--games", "kuhn,ttt", "--size", "xs", "--updates", "20", "--set", "run.checkpointEvery=5"];
  expect(await spiral(dir, "train", ...tiny, "--name", "tiny")).toMatchObject({ code: 0 });
}, 60_000);

const ladder = (...argv: string[]) => spiral(dir, "ladder", ...argv);

describe("spiral ladder", () => {
  it("draws the curve of every game, fixed players beside it", async () => {
    const { code, out } = await ladder("--pairs", "20");
    expect(code).toBe(0);
    for (const title of ["All games", "kuhn", "ttt"]) expect(out).toMatch(new RegExp(`^${title}$`, "m"));
    // Five checkpoints with the first: one row each in three tables.
    expect(out.match(/^0000\d\d(?: ← best)? +[-+\d]/gm)).toHaveLength(15 - 3 * (out.includes("000000") ? 0 : 1));
    expect(out.match(/^0000\d\d ← best /gm)).toHaveLength(3);
    expect(out.match(/^random +0 \[0, 0\] +●$/gm)?.length ?? out.match(/^random +0 \[0, 0\]/gm)?.length).toBe(3);
    expect(out.match(/^minimax /gm)).toHaveLength(1);
    expect(out.match(/^nash /gm)).toHaveLength(1);
    expect(out.split("\n").every((line) => line.length <= 130)).toBe(true);
    expect(out).toContain("tiny, sampling its actions; everyone against everyone, 20 pairs of games");
  });

  it("is the same for the same seed, and takes games, checkpoints and greed", async () => {
    const argv = ["tiny", "--games", "kuhn", "--checkpoints", "2", "--pairs", "10", "--json", "--seed", "4"];
    const [a, b] = [await ladder(...argv), await ladder(...argv)];
    expect(b).toEqual(a);
    const report = JSON.parse(a.out);
    expect(report).toMatchObject({ run: "tiny", greedy: false, seed: 4, pairs: 10, overall: null });
    const updates = report.games.kuhn.curve.map(({ update }: { update: number }) => update);
    expect(updates).toHaveLength(2);
    expect(updates[1]).toBe(20);
    const names = report.games.kuhn.anchors.map(({ player }: { player: string }) => player);
    expect(names.sort()).toEqual(["nash", "random", "sloppy"]);
    const greedy = JSON.parse((await ladder(...argv, "--greedy")).out);
    expect(greedy.greedy).toBe(true);
    expect(greedy.games.kuhn.curve).not.toEqual(report.games.kuhn.curve);
  });

  it.each([
    [["tiny@5"], 2, "A ladder is of a whole run"],
    [["tiny", "--games", "leduc"], 2, "This run has not learned leduc. It has learned kuhn, ttt."],
    [["tiny", "--checkpoints", "0", "--pairs", "x"], 2, "--pairs"],
    [["tny"], 3, 'Did you mean "tiny"?'],
  ])("%j: exit code %d", async (argv, code, message) => {
    const outcome = await ladder(...argv);
    expect({ code: outcome.code, out: outcome.out }).toEqual({ code, out: "" });
    expect(outcome.err).toContain(message);
  });
});
