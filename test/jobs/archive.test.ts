import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { packFolder, unpackFolder } from "../../src/jobs/archive.ts";

const place = (): string => mkdtempSync(join(tmpdir(), "spiral-archive-"));
/** An archive by hand. */
const archive = (list: unknown, body = ""): Buffer => gzipSync(`${JSON.stringify(list)}\n${body}`);
const nothingIn = (dir: string): void => expect(readdirSync(dir)).toEqual([]);

it("packs a folder and unpacks the same files, without following links", async () => {
  const [from, to] = [place(), place()];
  mkdirSync(join(from, "checkpoints", "000012"), { recursive: true });
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i);
  writeFileSync(join(from, "checkpoints", "000012", "w.safetensors"), bytes);
  writeFileSync(join(from, "empty"), "");
  symlinkSync("/etc/passwd", join(from, "link"));
  const packed = await packFolder(from);
  await unpackFolder(packed, join(to, "run"));
  expect(readdirSync(join(to, "run"), { recursive: true }).sort()).toEqual([
    "checkpoints",
    "checkpoints/000012",
    "checkpoints/000012/w.safetensors",
    "empty",
  ]);
  expect(new Uint8Array(readFileSync(join(to, "run/checkpoints/000012/w.safetensors")))).toEqual(bytes);
  expect(await packFolder(join(to, "run"))).toEqual(packed);
});

it.each([
  "../evil",
  "a/../../evil",
  "/tmp/evil",
  "a//evil",
  "a/./evil",
  "..",
  "",
  "C:\\evil",
  "a\\..\\evil",
  "evil\0.txt",
  "a/\n",
])("refuses the path %j before anything is written", async (path) => {
  const dir = place();
  const hostile = archive(
    [
      { path: "good", size: 1 },
      { path, size: 1 },
    ],
    "ab",
  );
  await expect(unpackFolder(hostile, join(dir, "run"))).rejects.toThrow(
    "An archive from the queue was refused: it leads out",
  );
  nothingIn(dir);
});

it.each([
  ["no gzip", Buffer.from("hello"), "incorrect header check"],
  ["a torn archive", archive([{ path: "a", size: 3 }], "abc").subarray(0, 20), "unexpected end of file"],
  ["no list", gzipSync("hello"), "Invalid input"],
  ["a file that is too short", archive([{ path: "a", size: 4 }], "abc"), "its sizes are not those of its files"],
  ["bytes that belong to no file", archive([{ path: "a", size: 2 }], "abc"), "its sizes are not those of its files"],
  ["a negative size", archive([{ path: "a", size: -1 }]), "Too small"],
  [
    "two files that are one on some systems",
    archive(
      [
        { path: "a", size: 0 },
        { path: "A", size: 0 },
      ],
      "",
    ),
    "it has a file twice",
  ],
  ["more than the limit, however well packed", archive([{ path: "a", size: 1e6 }], "0".repeat(1e6)), "larger than"],
])("refuses %s", async (_, hostile, why) => {
  const dir = place();
  await expect(unpackFolder(hostile, join(dir, "run"), 1e5)).rejects.toThrow(why);
  nothingIn(dir);
});

it("refuses a folder that is there", async () => {
  const dir = place();
  await expect(unpackFolder(archive([]), dir)).rejects.toThrow("it exists already");
});
