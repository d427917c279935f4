/** A NATS server with JetStream for the tests of a file, where there is one (Debian: apt install nats-server). */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

export const hasServer = spawnSync("nats-server", ["--version"]).status === 0;
if (!hasServer) console.warn("nats-server is not installed: the tests of the queue are skipped.");

export interface TestServer {
  readonly url: string;
  /** Ends it with SIGKILL, and starts it again with the same store. */
  restart(): Promise<void>;
  /** Ends it, and starts it again when its store was changed. */
  restartWith(change: (store: string) => void): Promise<void>;
  stop(): void;
}

export async function startServer(...args: string[]): Promise<TestServer> {
  const store = mkdtempSync(join(tmpdir(), "spiral-nats-"));
  const port = await freePort();
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn("nats-server", ["-js", "-sd", store, "-a", "127.0.0.1", "-p", String(port), ...args]);
    let said = "";
    child.stderr?.on("data", (chunk) => {
      said += chunk;
    });
    for (let wait = 0; !said.includes("Server is ready"); wait++) {
      if (child.exitCode !== null || wait > 500) throw new Error(`nats-server does not start: ${said}`);
      await setTimeout(10);
    }
  };
  await start();
  const again = async (signal: NodeJS.Signals, change: (store: string) => void): Promise<void> => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
    change(store);
    await start();
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    restart: () => again("SIGKILL", () => {}),
    // It then writes all that it knows.
    restartWith: (change) => again("SIGTERM", change),
    stop() {
      child.kill("SIGKILL");
      rmSync(store, { recursive: true, force: true });
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
