/**
 * What this process is, for a queue: two processes of one build give the same answers, byte for byte. That takes the same code,
 * and a processor and a Node that compute alike, which is tried on a small job.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { playMatch } from "../../arena/match.ts";
import { matchRng } from "../../arena/pairing.ts";
import { getGame } from "../../games/registry.ts";
import type { Build } from "../../jobs/queue/presence.ts";
import { mctsPlayer } from "../../players/mcts.ts";
import { opponents } from "../../players/opponents.ts";
import type { Player } from "../../players/player.ts";
import { formatEpisode } from "../../record/episode.ts";
import { spiralCommit, withCommit } from "../../util/checkout.ts";
import { spiralVersion } from "../../util/package.ts";
import { fixedPlayer } from "../open/players.ts";

/** Points at which functions are tried that languages leave to the machine. */
const POINTS = 500;
const PAIRS = 4;

export async function ownBuild(): Promise<Build> {
  const version = withCommit(spiralVersion(), spiralCommit());
  const [code, answer] = [codeHash(), await knownAnswer()];
  // The commit is not in it: a package that was installed has none, and the code says more.
  const id = hashOf([spiralVersion(), code, answer].join("\n")).slice(0, 16);
  return { id, version, code, answer };
}

/** Of all that runs: the files beside and below this folder's parent, compiled or not. */
function codeHash(): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  const hash = createHash("sha256");
  for (const path of paths.filter((name) => /\.(js|ts|wasm)$/.test(name) && !name.endsWith(".d.ts")).sort()) {
    hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  }
  return hash.digest("hex");
}

/** Mathematical functions at some points, and two short matches. */
async function knownAnswer(): Promise<string> {
  const functions = [Math.exp, Math.log, Math.log1p, Math.tanh, Math.sin, Math.cos, Math.sqrt, Math.cbrt];
  const points = Array.from({ length: POINTS }, (_, i) => (i + 0.5) / 7);
  const values = points.flatMap((x) => [...functions.map((f) => f(x)), x ** 1.7, Math.hypot(x, 2)]);
  const lines = [
    ...(await gamesOf("kuhn", [named("sloppy"), named("nash")])),
    ...(await gamesOf("ttt", [mctsPlayer({ sims: 8, c: 1.4, seed: 1 }), named("random")])),
  ];
  return hashOf([Buffer.from(Float64Array.from(values).buffer).toString("hex"), ...lines].join("\n"));
}

async function gamesOf(id: string, players: readonly [Player, Player]): Promise<string[]> {
  const game = getGame(id);
  const lines: string[] = [];
  for await (const games of playMatch({ game, players, rng: matchRng(1, game, players) }, { pairs: PAIRS })) {
    lines.push(...games.map(({ episode }) => formatEpisode(episode())));
  }
  return lines;
}

function named(name: string): Player {
  const opponent = opponents.find((one) => one.name === name);
  if (!opponent) throw new Error(`there is no opponent ${name}`);
  return fixedPlayer(opponent);
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
