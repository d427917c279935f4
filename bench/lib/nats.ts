/** A NATS server with JetStream in a process of its own, and workers of Spiral. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface NatsServer {
  readonly url: string;
  readonly pid: () => number | undefined;
  /** SIGKILL, and the same store again. */
  readonly restart: () => Promise<void>;
  readonly stop: () => void;
}

export async function startNats(port: number): Promise<NatsServer> {
  const store = mkdtempSync(join(tmpdir(), "spiral-nats-"));
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    const args = ["-js", "-sd", store, "-a", "127.0.0.1", "-p", String(port)];
    child = spawn("nats-server", args, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    await new Promise<void>((resolve, reject) => {
      child.on("error", () => reject(new Error("nats-server is not installed: apt install nats-server")));
      child.on("exit", () => reject(new Error(`nats-server has ended: ${said}`)));
      child.stderr?.on("data", (chunk) => {
        said += chunk;
        if (said.includes("Server is ready")) resolve();
      });
    });
  };
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    pid: () => child.pid,
    async restart() {
      await ended(child);
      await start();
    },
    stop() {
      child.removeAllListeners("exit");
      child.kill("SIGKILL");
      rmSync(store, { recursive: true, force: true });
    },
  };
}

/** Kills a process, and waits until it is gone. */
export async function ended(child: ChildProcess): Promise<void> {
  child.removeAllListeners("exit");
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/** Starts `spiral worker`; resolves when it waits for jobs. */
export async function startWorker(bin: string, url: string, jobs: number): Promise<ChildProcess> {
  const args = [bin, "worker", "--queue", url, "--jobs", String(jobs)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`a worker has ended with ${code}: ${said}`)));
    child.stderr?.on("data", (chunk) => {
      said += chunk;
      if (said.includes("waits for jobs")) resolve();
    });
  });
  child.removeAllListeners("exit");
  return child;
}
