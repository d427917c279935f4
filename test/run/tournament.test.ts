/** The folder of a tournament: its settings cannot change, and its log loses nothing but an incomplete last line. */
import { appendFileSync, chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTournament, type Planned } from "../../src/run/tournament.ts";
import { UserError } from "../../src/util/errors.ts";

const planned: Planned = {
  players: [
    { name: "a", identity: "1" },
    { name: "b", identity: "" },
  ],
  games: [{ id: "ttt", version: 1 }],
  pairs: 10,
  seed: 1,
  gauntlet: false,
};
const fresh = (): string => join(mkdtempSync(join(tmpdir(), "spiral-tournament-")), "new", "one");
const open = (dir: string, changes: Partial<Planned> = {}) => openTournament(dir, { ...planned, ...changes }, "1.0.0");

function refusal(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("the folder of a tournament", () => {
  it("is made, and opened again by the same tournament", () => {
    const dir = fresh();
    const first = open(dir);
    first.append("one\n");
    first.close();
    const manifest = readFileSync(join(dir, "tournament.json"), "utf8");
    const second = openTournament(dir, planned, "2.0.0");
    second.append("two\nthree\n");
    second.close();
    expect(readFileSync(second.log, "utf8")).toBe("one\ntwo\nthree\n");
    expect(readFileSync(join(dir, "tournament.json"), "utf8")).toBe(manifest);
    expect(JSON.parse(manifest)).toEqual({ schema: 1, spiral: "1.0.0", ...planned });
  });

  it.each<[string, Partial<Planned>, RegExp]>([
    ["pairs", { pairs: 11 }, /pairs: 10 there, 11 now/],
    ["seed", { seed: 2 }, /seed: 1 there, 2 now/],
    ["format", { gauntlet: true }, /gauntlet: false there, true now/],
    ["games", { games: [{ id: "kuhn", version: 1 }] }, /games: .*ttt.* there, .*kuhn.* now/],
    ["version of the rules", { games: [{ id: "ttt", version: 2 }] }, /"version":1.* there, .*"version":2.* now/],
    ["players", { players: planned.players.slice(0, 1) }, /players: a, b there, a now/],
    ["order of players", { players: [...planned.players].reverse() }, /players: a, b there, b, a now/],
    [
      "player of the same name",
      {
        players: [
          { name: "a", identity: "2" },
          { name: "b", identity: "" },
        ],
      },
      /a is not the player that it was/,
    ],
  ])("is refused to another %s", (_what, changes, reason) => {
    const dir = fresh();
    open(dir).close();
    const error = refusal(() => open(dir, changes));
    expect(error.exitCode).toBe(2);
    expect(error.message).toMatch(reason);
    expect(error.message).toContain("--out");
    open(dir).close();
  });

  it("is written by one at a time", () => {
    const dir = fresh();
    const first = open(dir);
    expect(refusal(() => open(dir)).message).toContain("is being written by process");
    first.close();
    open(dir).close();
  });

  it("is none where something else lies", () => {
    const dir = mkdtempSync(join(tmpdir(), "spiral-tournament-"));
    writeFileSync(join(dir, "thesis.txt"), "");
    expect(refusal(() => open(dir))).toMatchObject({ exitCode: 2 });
    writeFileSync(join(dir, "tournament.json"), '{"schema":9}');
    expect(refusal(() => open(dir))).toMatchObject({ exitCode: 3 });
    writeFileSync(join(dir, "tournament.json"), "{");
    expect(refusal(() => open(dir))).toMatchObject({ exitCode: 3 });
  });

  it("is none where there is a file, or a folder that may not be read", () => {
    const dir = mkdtempSync(join(tmpdir(), "spiral-tournament-"));
    const file = join(dir, "file");
    writeFileSync(file, "");
    const error = refusal(() => open(file));
    expect(error).toMatchObject({ exitCode: 2, message: `${file} is a file, not a folder. Name another by --out.` });
    chmodSync(dir, 0o300);
    // The superuser may read it all the same.
    if (process.getuid?.() !== 0) {
      expect(refusal(() => open(dir))).toMatchObject({ exitCode: 2, message: expect.stringContaining("permission") });
    }
    chmodSync(dir, 0o700);
  });

  it("is begun anew where a process was killed before it had written the manifest", () => {
    const dir = mkdtempSync(join(tmpdir(), "spiral-tournament-"));
    // Of a process that is gone, and one that was being written.
    writeFileSync(join(dir, "lock"), "");
    writeFileSync(join(dir, "lock.999999999.stale"), "");
    writeFileSync(join(dir, ".tournament.json.999999999.tmp"), '{"schema"');
    open(dir).close();
    expect(JSON.parse(readFileSync(join(dir, "tournament.json"), "utf8"))).toMatchObject(planned);
    expect(readdirSync(dir)).not.toContain(".tournament.json.999999999.tmp");
  });

  it.each([
    ["one\ntwo\nthr", "one\ntwo\n"],
    ["one\n", "one\n"],
    ["tor", ""],
    ["", ""],
    [`one\n${"x".repeat(200_000)}`, "one\n"],
  ])("cuts a torn line away (%#)", (text, left) => {
    const dir = fresh();
    const first = open(dir);
    appendFileSync(first.log, text);
    first.close();
    const second = open(dir);
    expect(readFileSync(second.log, "utf8")).toBe(left);
    second.append("next\n");
    second.close();
    expect(readFileSync(second.log, "utf8")).toBe(`${left}next\n`);
  });
});
