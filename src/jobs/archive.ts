/**
 * A folder as one archive, and back. The archive is gzip of a line of JSON, which lists paths and sizes, and of the files' bytes
 * in that order. It may come from another machine: an archive whose paths lead anywhere but below its folder, or that is longer
 * than its limit, is refused before a file is written.
 */
import { lstatSync, mkdirSync, readdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzip } from "node:zlib";
import { z } from "zod";
import { diskError, readRegular, withDiskErrors } from "../util/files.ts";
import { each } from "./each.ts";
import { WrongAnswer } from "./runner.ts";

/** Bytes of all files at most. */
const LONGEST = 1 << 30;
const NEWLINE = 0x0a;
/** Files that are flushed at once: a disk takes many in the time of one. */
const AT_ONCE = 8;

const gzipped = promisify(gzip);
const isWeights = (path: string): boolean => path.endsWith(".safetensors");

/** No empty name, no `.` or `..`, no drive, no sign that a system reads as a separator. */
const NAME = /^(?!\.{1,2}$)[\w.=@+,-]{1,255}$/;
const listSchema = z.array(
  z.strictObject({
    path: z.string().refine((path) => path.split("/").every((name) => NAME.test(name)), "it leads out of its folder"),
    size: z.int().min(0).max(LONGEST),
  }),
);

/** `only`: the paths to pack, with forward slashes; by default all files, links left out. */
export async function packFolder(dir: string, only?: readonly string[]): Promise<Buffer> {
  const all = only ?? filesIn(dir);
  // Weights hardly get shorter, so they are only stored: that takes a fifth of the time. A gzip may have several members.
  const [texts, weights] = [all.filter((path) => !isWeights(path)), all.filter(isWeights)];
  const bodies = [...texts, ...weights].map((path) => readRegular(join(dir, path)));
  const list = [...texts, ...weights].map((path, i) => ({ path, size: (bodies[i] as Buffer).length }));
  const head = [Buffer.from(`${JSON.stringify(list)}\n`), ...bodies.slice(0, texts.length)];
  const members = [
    gzipped(Buffer.concat(head), { level: 1 }),
    gzipped(Buffer.concat(bodies.slice(texts.length)), { level: 0 }),
  ];
  return Buffer.concat(await Promise.all(members));
}

function filesIn(dir: string): string[] {
  const names = withDiskErrors("read", dir, () => readdirSync(dir, { recursive: true, encoding: "utf8" }));
  const files = names.filter((name) => lstatSync(join(dir, name)).isFile());
  return files.map((name) => name.replaceAll("\\", "/")).sort();
}

/** Writes the files below `dir`, which must be a new folder. Throws a WrongAnswer (exit 1) if it is no such archive. */
export async function unpackFolder(archive: Uint8Array, dir: string, longest = LONGEST): Promise<void> {
  const files = contentsOf(archive, longest);
  try {
    mkdirSync(dir);
    for (const folder of new Set(files.map(({ path }) => dirname(path))))
      mkdirSync(join(dir, folder), { recursive: true });
    await each(files.length, AT_ONCE, async (i) => {
      const { path, bytes } = files[i] as (typeof files)[number];
      const file = await open(join(dir, path), "wx");
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    });
  } catch (error) {
    throw diskError("write", dir, error);
  }
}

function contentsOf(archive: Uint8Array, longest: number): { readonly path: string; readonly bytes: Uint8Array }[] {
  const bytes = inflated(archive, longest);
  const start = bytes.indexOf(NEWLINE) + 1;
  const list = listSchema.safeParse(parsed(bytes.subarray(0, Math.max(0, start - 1)).toString()));
  if (!list.success) throw refused(list.error.issues[0]?.message ?? "");
  let at = start;
  const files = list.data.map(({ path, size }) => {
    const body = bytes.subarray(at, at + size);
    at += size;
    return { path, bytes: body };
  });
  if (at !== bytes.length) throw refused("its sizes are not those of its files");
  const folded = files.map(({ path }) => path.toLowerCase());
  if (new Set(folded).size < folded.length) throw refused("it has a file twice");
  return files;
}

function inflated(archive: Uint8Array, longest: number): Buffer {
  try {
    return gunzipSync(archive, { maxOutputLength: longest });
  } catch (error) {
    throw refused((error as Error).message);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refused = (why: string): WrongAnswer => new WrongAnswer(1, `An archive from the queue was refused: ${why}.`);
