/**
 * `spiral serve` under load: 500 clients in this process play Kuhn poker against `nash`, each game after game without a pause,
 * with a server in a process of its own. Steps are answers at decisions; resets come on top. And the memory that the server has
 * resident, over 100,000 games.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { SPIRAL } from "../lib/child.ts";
import { type Figure, figure, type Measured } from "../lib/measure.ts";

const CLIENTS = 500;
/** Games after which memory is read first: then all buffers have been made. */
const WARM = 10_000;

export async function serve(quick: boolean): Promise<Measured> {
  const games = quick ? 20_000 : 100_000;
  const args = ["serve", "--games", "kuhn", "--vs", "nash", "--port", "0", "--json"];
  const server = spawn(process.execPath, [SPIRAL, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = (await once(createInterface(server.stdout), "line")) as [string];
    const { url } = JSON.parse(line) as { readonly url: string };
    const load = new Load(await Promise.all(Array.from({ length: CLIENTS }, () => connected(url))));
    const pid = server.pid as number;
    await load.play(WARM);
    const before = residentMB(pid);
    const rates: number[] = [];
    const cpu: number[] = [];
    const parts = 9;
    let most = before;
    for (let part = 0; part < parts; part++) {
      const [steps, started, used] = [load.steps, performance.now(), cpuSeconds(pid)];
      await load.play((games - WARM) / parts);
      rates.push((load.steps - steps) / ((performance.now() - started) / 1000));
      cpu.push((1e6 * (cpuSeconds(pid) - used)) / (load.steps - steps));
      most = Math.max(most, residentMB(pid));
    }
    const after = residentMB(pid);
    load.close();
    server.kill("SIGTERM");
    const [code] = (await once(server, "exit")) as [number | null];
    if (code !== 0) throw new Error(`the server ended with ${code}`);
    const figures: Figure[] = [
      figure(`${CLIENTS} sessions of kuhn against nash`, "steps/s", rates, { target: { least: 2000 } }),
      figure("the server's CPU time for a step, its share of the reset included", "µs", cpu),
      figure(`the server's memory after ${WARM.toLocaleString("en-US")} games`, "MB", [before]),
      figure(`after ${games.toLocaleString("en-US")} games`, "MB", [after], { target: { most: 1.2 * before } }),
      figure("the most in between", "MB", [most]),
    ];
    return { figures, notes: [] };
  } finally {
    server.kill("SIGKILL");
  }
}

/** Clients that play; the answers of each game depend on its seed. */
class Load {
  readonly #clients: readonly WebSocket[];
  steps = 0;
  #seeds = 0;

  constructor(clients: readonly WebSocket[]) {
    this.#clients = clients;
  }

  /** Plays so many games, and lets those under way end. */
  async play(games: number): Promise<void> {
    const last = this.#seeds + games;
    await Promise.all(this.#clients.map((client) => this.#playOn(client, last)));
  }

  #playOn(client: WebSocket, last: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        const seed = this.#seeds++;
        client.send(`{"type":"reset","data":{"seed":${seed},"seat":${seed % 2}}}`);
      };
      client.on("message", (raw) => {
        const { type, data } = JSON.parse(String(raw)) as Reply;
        if (type !== "observation") reject(new Error(String(raw)));
        else if (!data.done) {
          this.steps++;
          const { legal_actions: names } = data.observation;
          client.send(JSON.stringify({ type: "step", data: { message: names[this.steps % names.length] } }));
        } else if (this.#seeds < last) begin();
        else {
          client.removeAllListeners("message");
          resolve();
        }
      });
      begin();
    });
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

interface Reply {
  readonly type: string;
  readonly data: { readonly done: boolean; readonly observation: { readonly legal_actions: readonly string[] } };
}

async function connected(url: string): Promise<WebSocket> {
  const client = new WebSocket(`${url.replace("http", "ws")}/ws`);
  await once(client, "open");
  return client;
}

/** Linux only, as is `cpuSeconds`. */
const residentMB = (pid: number): number =>
  Number(/VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1000;

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
