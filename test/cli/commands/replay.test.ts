/** `spiral replay` on the log of a small run: episodes of one game, and the probabilities of moves. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Episode, formatEpisode } from "../../../src/record/episode.ts";
import { disagreements } from "../documented.ts";
import { copyOf, folder, spiral } from "../spiral.ts";
import { trainWhole } from "./trained.ts";

/** Holds the run `whole`: Kuhn poker, 6 updates, checkpoints after 3 and 6. */
let dir: string;
beforeAll(async () => {
  dir = await trainWhole();
}, 60_000);

interface Shown {
  readonly line: number;
  readonly policy?: string;
  readonly episode: Episode;
  readonly moments: readonly {
    readonly kind: string;
    readonly observation?: string;
    readonly name: string;
    readonly actions?: readonly { readonly name: string; readonly probability: number }[];
  }[];
}
const shown = async (...argv: string[]): Promise<Shown> =>
  JSON.parse((await spiral(dir, "replay", "--json", ...argv)).out);

const ttt: Episode = {
  ...{ game: "ttt", version: 1, index: 0, players: ["a", "b"] },
  ...{ actions: [0, 3, 1, 4, 2], returns: [1, -1] },
};
const kuhn: Episode = { ...ttt, game: "kuhn", actions: [4, 0, 1, 1], returns: [2, -2] };

describe("spiral replay --probabilities", () => {
  it("are those that spiral policy shows of the checkpoint before the game's update", async () => {
    const { policy, episode, moments } = await shown("--probabilities");
    expect({ policy, update: episode.update }).toEqual({ policy: "whole@000003", update: 6 });
    const { rows } = JSON.parse((await spiral(dir, "policy", "whole@3", "--json", "--no-equilibrium")).out);
    const decisions = moments.filter(({ kind }) => kind === "player");
    expect(decisions.length).toBeGreaterThan(1);
    for (const { observation, name, actions = [] } of decisions) {
      const row = rows.find((one: { observation: string }) => one.observation === observation);
      expect(actions.map((action) => action.name)).toEqual(row.actions.map((action: { name: string }) => action.name));
      expect(actions.map((action) => action.name)).toContain(name);
      for (const [i, { probability }] of actions.entries()) {
        expect(probability).toBeCloseTo(row.actions[i].probability, 5);
      }
    }
    expect(moments.filter((moment) => moment.actions)).toEqual(decisions);
  });

  it("are of the first checkpoint if none is earlier, of the one that is named, or of the newest outside of training", async () => {
    const early = await shown("--episode", "1", "--probabilities");
    expect({ policy: early.policy, update: early.episode.update }).toEqual({ policy: "whole@000003", update: 1 });
    expect((await shown("whole@6", "--episode", "1", "--probabilities")).policy).toBe("whole@000006");
    writeFileSync(join(dir, "whole", "match.jsonl"), `${formatEpisode(kuhn)}\n`);
    expect((await shown(join(dir, "whole", "match.jsonl"), "--probabilities")).policy).toBe("whole@000006");
  });

  it("stand below each move in the transcript, and only if they are asked for", async () => {
    const { out } = await spiral(dir, "replay", "--probabilities");
    expect(out).toMatch(/ plays \[\w+\]\n {2}whole@000003: \[\w+\] \d\.\d{3} {2}\[\w+\] \d\.\d{3}\n/);
    const plain = await spiral(dir, "replay");
    expect(plain.out).toBe(out.replaceAll(/\n {2}whole@.*/g, ""));
    expect(await shown()).not.toHaveProperty("policy");
  });

  it("of a seat that is watched alone are those of its own moves", async () => {
    const { moments } = await shown("--probabilities", "--player", "1");
    expect(moments.some(({ actions }) => actions)).toBe(true);
    const all = (await shown("--probabilities")).moments.filter(({ actions }) => actions);
    expect(moments.filter(({ actions }) => actions).length).toBeLessThan(all.length);
  });

  it("of another player: --probabilities-of", async () => {
    const { policy, moments } = await shown("--probabilities-of", "nash");
    expect(policy).toBe("nash");
    for (const { kind, actions = [] } of moments) {
      const sum = actions.reduce((total, { probability }) => total + probability, 0);
      expect(sum).toBeCloseTo(kind === "player" ? 1 : 0, 9);
    }
    const log = join(folder(), "a.jsonl");
    writeFileSync(log, `${formatEpisode(ttt)}\n`);
    const { out } = await spiral(dir, "replay", log, "--probabilities-of", "minimax");
    expect(out).toMatch(/plays \[3\]\n {2}minimax: \[1\] 0\.000 {2}.*\[4\] 1\.000/);
    expect((await shown(log, "--probabilities-of", "whole@3")).policy).toBeUndefined();
  });

  it("are missing, with a note, at a game that the policy does not play", async () => {
    const log = join(dir, "whole", "other.jsonl");
    writeFileSync(log, `${formatEpisode(ttt)}\n`);
    const { code, out, err } = await spiral(dir, "replay", log, "--probabilities");
    expect({ code, err }).toEqual({ code: 0, err: "whole has no probabilities for ttt.\n" });
    expect(out).toContain("plays [3]\n\n");
  });

  it("say why there are none: no run, no checkpoint, a damaged one, no policy", async () => {
    const log = join(folder(), "a.jsonl");
    writeFileSync(log, `${formatEpisode(kuhn)}\n`);
    const tried = (...argv: string[]) => spiral(dir, "replay", ...argv);
    expect(await tried(log, "--probabilities")).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringMatching(/a\.jsonl lies in no run's folder\. Name a policy: --probabilities-of latest\./),
    });
    expect((await tried("whole@4", "--probabilities")).err).toMatch(/has no checkpoint 000004; it has 000003, 000006/);
    const damaged = copyOf(join(dir, "whole"));
    writeFileSync(join(damaged.run, "checkpoints", "000003", "model.safetensors"), "damaged");
    const copy = await spiral(damaged.dir, "replay", "copy", "--probabilities");
    expect(copy).toMatchObject({ code: 3, err: expect.stringMatching(/model\.safetensors has 7 bytes/) });
    expect((await spiral(damaged.dir, "replay", "copy")).code).toBe(0);
    rmSync(join(damaged.run, "checkpoints.jsonl"));
    expect((await spiral(damaged.dir, "replay", "copy", "--probabilities")).err).toMatch(/has no checkpoint/);
    expect(await tried("--probabilities-of", "llm:m")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/cannot play here/),
    });
    expect(await tried("--probabilities-of", "human")).toMatchObject({ code: 2 });
    expect((await tried("--autoplay", "x")).err).toMatch(/--autoplay is "x"; it takes a number/);
    expect((await tried("--autoplay", "0")).code).toBe(2);
  });
});

describe("spiral replay of a text policy's games", () => {
  const TEXT = ["--policy", "text", "--games", "kuhn", "--updates", "2", "--workers", "0"];
  const small = ["--set", "perGame.kuhn.episodes=32", "--set", "nn.text.width=16", "--set", "nn.text.layers=1"];
  const trainText = async (...settings: string[]): Promise<string> => {
    const parent = folder();
    const flags = settings.flatMap((setting) => ["--set", setting]);
    expect((await spiral(parent, "train", ...TEXT, ...small, ...flags, "--name", "text")).code).toBe(0);
    return parent;
  };
  interface Written {
    readonly ply: number;
    readonly prompt?: string;
    readonly said?: readonly { readonly text: string }[];
    readonly actions?: readonly { readonly name: string; readonly probability: number }[];
    readonly words?: readonly { readonly word: string; readonly probability?: number }[];
  }
  const written = async (parent: string, ...argv: string[]): Promise<Written[]> => {
    const { out } = await spiral(parent, "replay", "--json", ...argv);
    expect(disagreements("json.md", "spiral replay --json", JSON.parse(out))).toEqual([]);
    return JSON.parse(out).moments.filter(({ said }: Written) => said);
  };

  it("has the prompt and the probability of each word, which is that of the move if nothing else is a choice", async () => {
    const parent = await trainText();
    for (const asked of [["--probabilities"], ["--probabilities-of", "latest@2"]]) {
      const decisions = await written(parent, ...asked);
      expect(decisions.length).toBeGreaterThan(1);
      for (const { prompt, said = [], actions = [], words = [] } of decisions) {
        expect(prompt).toMatch(/^Kuhn Poker\. You are player [01]\. .*Action:$/);
        expect(`[${words[1]?.word}]`).toBe(said[0]?.text);
        const move = actions.find(({ name }) => name === said[0]?.text);
        expect(words.map(({ probability }) => probability)).toEqual([undefined, move?.probability, undefined]);
      }
    }
    expect((await written(parent)).map(({ prompt, words }) => [typeof prompt, words])).toEqual(
      (await written(parent)).map(() => ["string", undefined]),
    );
  });

  it("has those of the answer that forfeited", async () => {
    const parent = await trainText("nn.text.decoding=free");
    const [last, ...more] = (await written(parent, "--probabilities")).reverse();
    expect(last?.words?.every(({ probability = 0 }) => probability > 0 && probability < 0.9)).toBe(true);
    expect(last?.actions).toBeUndefined();
    expect(more.every(({ actions }) => actions)).toBe(true);
  });
});

describe("spiral replay --game --episode", () => {
  it("counts the episodes of the game", async () => {
    const log = join(folder(), "a.jsonl");
    writeFileSync(log, `${[kuhn, ttt, kuhn, ttt].map((one, index) => formatEpisode({ ...one, index })).join("\n")}\n`);
    expect(await shown(log, "--game", "ttt", "--episode", "1")).toMatchObject({ line: 2, episode: { index: 1 } });
    expect(await shown(log, "--game", "ttt", "--episode", "2")).toMatchObject({ line: 4, episode: { index: 3 } });
    expect(await shown(log, "--episode", "2")).toMatchObject({ line: 2 });
    expect(await spiral(dir, "replay", log, "--game", "ttt", "--episode", "3")).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringMatching(/a\.jsonl has no episode 3 of ttt; there are 2\./),
    });
  });
});
