/** A small part of `npm run fuzz`: damaged files are read or refused in plain words, and never used in silence. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fuzz } from "../../bench/fuzz/campaign.ts";
import { mutate } from "../../bench/fuzz/mutate.ts";
import { targetsIn } from "../../bench/fuzz/targets.ts";
import { Rng } from "../../src/util/rng.ts";

const folder = mkdtempSync(join(tmpdir(), "spiral-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true }));
const targets = targetsIn(folder);

describe("damaged files", () => {
  it("are read by every reader as long as they are whole", async () => {
    for (const target of targets) {
      const whole = { ...target, mutate: (bytes: Uint8Array) => bytes };
      const { read, failures } = await fuzz([whole], 2, 1);
      expect([target.name, read[target.name], failures]).toEqual([target.name, 2, []]);
    }
  });

  it("are refused or read, and not used in silence", async () => {
    const { refused, failures } = await fuzz(targets, 25 * targets.length, 1);
    const first = failures.map(({ target, input, error }) => `input ${input}, ${target}: ${String(error)}`);
    expect(first).toEqual([]);
    const readers = Object.entries(refused).filter(([, count]) => count === 0);
    // The last evaluation that is whole is shown, whatever the later ones hold.
    expect(readers.map(([name]) => name)).toEqual(["eval/000020.json"]);
  });

  it("are the same from the same seed", () => {
    const bytes = Buffer.from('{"a": 1, "b": [2, 3]}\n');
    const of = (seed: number) =>
      Array.from({ length: 50 }, (_, i) =>
        Buffer.from(mutate(bytes, new Rng(seed).fork("x", i), [bytes])).toString("hex"),
      );
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(new Set(of(1)).size).toBeGreaterThan(40);
  });
});
