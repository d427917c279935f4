import { rmSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queueAddress } from "../../../src/cli/queue/address.ts";
import { getBlob, putBlob } from "../../../src/jobs/queue/blobs.ts";
import { checkAddress, connectQueue, type Queue, type QueueAddress } from "../../../src/jobs/queue/connection.ts";
import { queueRunner } from "../../../src/jobs/queue/coordinator.ts";
import { groupsOf, makeGroup, mendGroup } from "../../../src/jobs/queue/groups.ts";
import { type BatchStatus, overviewOf } from "../../../src/jobs/queue/overview.ts";
import type { Build } from "../../../src/jobs/queue/presence.ts";
import { type Answer, disputesOf, hasResult, nextResult, putResult } from "../../../src/jobs/queue/results.ts";
import { makeStreams, publishOnce, subjects, token } from "../../../src/jobs/queue/streams.ts";
import { workAt } from "../../../src/jobs/queue/worker.ts";
import { type Job, WrongAnswer } from "../../../src/jobs/runner.ts";
import { UserError } from "../../../src/util/errors.ts";
import { freePort, hasServer, startServer, type TestServer } from "./server.ts";

const build = (id: string): Build => ({ id, version: "0.1.0", code: id, answer: "42" });
const local = (url: string): QueueAddress => ({ url, insecure: false });
const answerTo = ({ id }: Job): Answer => ({ bytes: Buffer.from(`answer to ${id}`) });
const never = new AbortController().signal;
let count = 0;

describe.skipIf(!hasServer)("a queue", () => {
  let server: TestServer;
  const open: Queue[] = [];
  const connect = async (): Promise<Queue> => {
    const queue = await connectQueue(local(server.url), "test");
    open.push(queue);
    return queue;
  };
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await Promise.all(open.map(({ nc }) => nc.close()));
    server?.stop();
  });

  interface Given {
    readonly ids: readonly string[];
    readonly work?: (job: Job, worker: number) => Promise<Answer>;
    readonly workers?: number;
    readonly inOrder?: boolean;
    readonly batch?: string;
    readonly signal?: AbortSignal;
    readonly receive?: (job: Job) => Job | undefined;
    readonly needs?: readonly string[];
    /** Of each worker. */
    readonly has?: readonly (readonly string[])[];
  }

  /** Runs jobs on workers of this process; says what was received, in its order, and what people are told. */
  async function ran({ ids, work, workers = 1, inOrder = false, batch, signal = never, receive, ...given }: Given) {
    const { needs = [], has: all = [] } = given;
    const own = build(batch ?? `b${count++}`);
    const stop = new AbortController();
    const begin = async (worker: number) => {
      const queue = await connect();
      const what = (job: Job) => work?.(job, worker) ?? Promise.resolve(answerTo(job));
      const name = `worker ${worker}`;
      const has = all[worker] ?? [];
      const onLack = (lack: readonly string[]) => lacked.push(`${worker} ${lack}`);
      const how = { name, has, atOnce: 1, idle: undefined, onLack };
      await workAt({ queue, build: own, work: what, signal: stop.signal, ...how });
      await queue.nc.close();
    };
    const lacked: string[] = [];
    const working = Array.from({ length: workers }, (_, i) => begin(i));
    const queue = await connect();
    const received: string[] = [];
    const said: string[] = [];
    const run = queueRunner({
      ...{ queue, inOrder, batch: { id: batch ?? own.id, about: "test", build: own, needs } },
      say: (line) => said.push(line),
      async receive(job, bytes) {
        const rest = receive?.(job);
        received.push(`${job.id}: ${Buffer.from(bytes)}`);
        return rest;
      },
    });
    const jobs = ids.map((id) => ({ id }));
    try {
      return { ...(await run(jobs, { signal, onDone: () => {} })), received, said, lacked };
    } finally {
      stop.abort();
      await Promise.all(working);
    }
  }

  it("does every job once, in any order of workers, and hands the results over in the order of the jobs", async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `job.${i} *>é/${i}`);
    const done: string[] = [];
    const work = async (job: Job, worker: number): Promise<Answer> => {
      // The first worker is slow, so that results come out of order.
      if (worker === 0) await setTimeout(3);
      done.push(job.id);
      return answerTo(job);
    };
    const result = await ran({ ids, work, workers: 3, inOrder: true });
    expect(result.received).toEqual(ids.map((id) => `${id}: answer to ${id}`));
    expect(result).toMatchObject({ done: 40, problems: [] });
    expect(done.sort()).toEqual([...ids].sort());
    expect((await overviewOf(await connect())).batches).toEqual([]);
  });

  it("reports a job that fails three times, does the others, and tries it anew with the same command", async () => {
    let attempts = 0;
    const work = async (job: Job): Promise<Answer> => {
      if (job.id !== "b" || attempts >= 3) return answerTo(job);
      attempts++;
      throw new UserError(1, "b is broken.");
    };
    const first = await ran({ ids: ["a", "b", "c"], work, batch: "poison" });
    expect(first).toMatchObject({
      done: 2,
      problems: ["b: b is broken."],
      received: ["a: answer to a", "c: answer to c"],
    });
    expect(attempts).toBe(3);
    // What was done before is not done again.
    const redone: string[] = [];
    const count = async (job: Job): Promise<Answer> => {
      redone.push(job.id);
      return work(job);
    };
    const second = await ran({ ids: ["a", "b", "c"], work: count, batch: "poison", inOrder: true });
    expect(second.received).toEqual(["a: answer to a", "b: answer to b", "c: answer to c"]);
    expect(redone).toEqual(["b"]);
  });

  it("throws away what is no answer to its job, and keeps the others", async () => {
    const done: string[] = [];
    const work = async (job: Job): Promise<Answer> => {
      done.push(job.id);
      return answerTo(job);
    };
    const receive = ({ id }: Job): undefined => {
      if (id === "b") throw new WrongAnswer(1, "b is wrong.");
    };
    const given = { ids: ["a", "b", "c"], work, batch: "wrong", inOrder: true };
    await expect(ran({ ...given, receive })).rejects.toThrow("b is wrong.");
    expect((await ran(given)).received).toHaveLength(3);
    expect(done.sort().filter((id) => id !== "c")).toEqual(["a", "b", "b"]);
  });

  it("has the rest of a job done where a result is a part of it, each part in its turn", async () => {
    const receive = ({ id }: Job): Job | undefined => (id.length > 1 ? { id: id.slice(1) } : undefined);
    const given = { ids: ["abc", "x", "yz"], batch: "parts", inOrder: true, workers: 2 };
    // The first command ends after the second part, and what is done meanwhile counts for the second one.
    const stop = new AbortController();
    const stopping = (job: Job): Job | undefined => {
      if (job.id === "bc") stop.abort();
      return receive(job);
    };
    const done: string[] = [];
    const work = async (job: Job): Promise<Answer> => {
      done.push(job.id);
      return answerTo(job);
    };
    const first = await ran({ ...given, work, receive: stopping, signal: stop.signal });
    expect(first).toMatchObject({ done: 0, received: ["abc: answer to abc", "bc: answer to bc"] });
    const second = await ran({ ...given, work, receive });
    const parts = ["abc", "bc", "c", "x", "yz", "z"];
    expect(second.received).toEqual(parts.map((id) => `${id}: answer to ${id}`));
    expect(second).toMatchObject({ done: 3, problems: [] });
    expect(done.sort()).toEqual([...parts].sort());
  });

  it("gives jobs to workers that have what they need, the others say so once, and each takes from all its groups", async () => {
    const done: string[] = [];
    const work = async (job: Job, worker: number): Promise<Answer> => {
      done.push(`${worker} ${job.id}`);
      return answerTo(job);
    };
    const has = [["salt"], ["salt", "pepper"]];
    const given = { ids: ["a", "b", "c"], work, workers: 2, has, batch: "needs" };
    const spiced = await ran({ ...given, needs: ["pepper", "salt"] });
    expect(spiced).toMatchObject({ done: 3, lacked: ["0 pepper"] });
    expect(done.sort()).toEqual(["1 a", "1 b", "1 c"]);
    expect(await ran({ ...given, batch: "needs", needs: [] })).toMatchObject({ done: 3 });
    // Where nobody can, whoever waits is told why, and nothing is queued.
    await expect(ran({ ...given, needs: ["sugar"] })).rejects.toMatchObject({
      exitCode: 1,
      problems: [
        expect.stringContaining("can take these jobs"),
        "worker 0 lacks sugar.",
        "worker 1 lacks sugar.",
        expect.stringMatching(
          /^Start workers of this Spiral that have what the jobs need \(.*\), and .*Nothing was queued now\.$/,
        ),
      ],
    });
    expect((await overviewOf(await connect())).batches.filter(({ id }) => id === "needs")).toEqual([]);
  });

  it("goes on where a coordinator was stopped, and shows meanwhile what waits", async () => {
    const stop = new AbortController();
    const ids = ["a", "b", "c", "d"];
    const receive = ({ id }: Job): undefined => {
      if (id === "b") stop.abort();
    };
    const first = await ran({ ids, batch: "stopped", signal: stop.signal, receive });
    expect(first).toMatchObject({ done: 2, problems: [] });
    const { batches } = await overviewOf(await connect());
    expect(batches).toMatchObject([{ id: "stopped", jobs: 4, running: 0, about: "test" }]);
    // The worker may have been stopped with more done than was taken.
    const [{ done, waiting }] = batches as [BatchStatus];
    expect([done + waiting, done >= 2]).toEqual([4, true]);
    const second = await ran({ ids, batch: "stopped" });
    expect(second.received.sort()).toEqual(ids.map((id) => `${id}: answer to ${id}`));
  });

  it("does no job that has a result, as where a command queues it again just as the result comes", async () => {
    const done: string[] = [];
    const work = async (job: Job): Promise<Answer> => {
      done.push(job.id);
      const other = { id: job.id === "a" ? "b" : "a" };
      await putResult(await connect(), "twice", other.id, answerTo(other), "another worker");
      return answerTo(job);
    };
    const { received } = await ran({ ids: ["a", "b"], work, batch: "twice" });
    expect(received.sort()).toEqual(["a: answer to a", "b: answer to b"]);
    expect(done).toHaveLength(1);
  });

  it("keeps the first result of a job, long ones too, and notices altered bytes", async () => {
    const queue = await connect();
    await makeStreams(queue);
    const long = Uint8Array.from({ length: 1_200_000 }, (_, i) => i * i);
    const put = (answer: Answer, worker: string) => putResult(queue, "long", "a.b", answer, worker);
    expect(await put({ bytes: long, hash: "1" }, "one")).toBeUndefined();
    // The same, and one that may differ.
    expect(await put({ bytes: long, hash: "1" }, "two")).toBeUndefined();
    expect(await put(answerTo({ id: "a.b" }), "three")).toBeUndefined();
    expect(await disputesOf(queue, "long")).toEqual([]);
    const dispute = expect.stringMatching(/^a\.b: one and four give different answers\. That of the former is kept\./);
    expect(await put({ bytes: long, hash: "2" }, "four")).toEqual(dispute);
    expect(await disputesOf(queue, "long")).toEqual([dispute]);
    expect([await hasResult(queue, "long", "a.b"), await hasResult(queue, "long", "a")]).toEqual([true, false]);
    const result = await nextResult(queue, "long", 1);
    expect(result).toMatchObject({ job: token("a.b"), failure: undefined, size: 0 });
    expect(Buffer.from(long).equals((await result?.bytes()) as Uint8Array)).toBe(true);
    await result?.dropParts();
    expect(await result?.bytes()).toBeUndefined();

    const blob = await putBlob(queue, "long", Buffer.from("an answer"));
    await queue.jsm.streams.purge("SPIRAL_DATA", { filter: `spiral.blobs.long.${blob.sha256}.*` });
    await queue.js.publish(`spiral.blobs.long.${blob.sha256}.0`, "something else");
    await expect(getBlob(queue, "long", blob)).rejects.toThrow("has altered a blob");
    await expect(getBlob(queue, "long", { ...blob, size: 1e12 })).rejects.toThrow("none of Spiral's");
  });

  it("outlives the server", async () => {
    const ids = Array.from({ length: 30 }, (_, i) => `${i}`);
    let restarted: Promise<void> | undefined;
    const work = async (job: Job): Promise<Answer> => {
      if (job.id === "12") restarted ??= server.restart();
      return answerTo(job);
    };
    const result = await ran({ ids, work, workers: 2, inOrder: true });
    await restarted;
    expect(result.received).toEqual(ids.map((id) => `${id}: answer to ${id}`));
  });

  it("gives out jobs where a server that was killed has forgotten those that were done, and counts anew", async () => {
    const queue = await connect();
    const demands = { build: build("forgetful"), needs: [] };
    await makeStreams(queue);
    await makeGroup(queue, demands);
    const put = (job: string) => publishOnce(queue, subjects.job("forgetful", "b", job), job);
    const taken = async () => {
      const [group] = await groupsOf(queue, "forgetful", new Map());
      const message = await group?.consumer.next({ expires: 1000 });
      await message?.ackAck();
      return message?.string();
    };
    await put("first");
    expect(await taken()).toBe("first");
    await server.restartWith((store) => rmSync(`${store}/jetstream/$G/streams/SPIRAL_JOBS/msgs`, { recursive: true }));
    await put("second");
    expect(await taken()).toBeUndefined();
    // Two commands notice it.
    await Promise.all([mendGroup(queue, demands), mendGroup(queue, demands)]);
    expect(await taken()).toBe("second");
  });

  it("gives the job of a worker that is gone to another", async () => {
    const own = build("gone");
    const dead = await connect();
    const taken = new Promise<void>((resolve) => {
      const work = async (): Promise<Answer> => {
        resolve();
        // It dies with its connection, and its claim is not renewed.
        await dead.nc.close();
        return new Promise(() => {});
      };
      const how = { name: "dead", has: [], atOnce: 1, signal: never, idle: undefined };
      workAt({ queue: dead, build: own, work, ...how }).catch(() => {});
    });
    const [queue, other] = [await connect(), await connect()];
    const run = queueRunner({
      ...{ queue, inOrder: false, batch: { id: "gone", about: "test", build: own, needs: [] }, say: () => {} },
      receive: async () => undefined,
    });
    const stop = new AbortController();
    const running = run([{ id: "a" }], { signal: never, onDone: () => stop.abort() });
    await taken;
    const work = async (job: Job) => answerTo(job);
    const how = { name: "b", has: [], atOnce: 1, signal: stop.signal, idle: undefined };
    await workAt({ queue: other, build: own, work, ...how });
    await other.nc.close();
    expect(await running).toMatchObject({ done: 1 });
  }, 15_000);

  it("gives jobs to a worker that had none for less than it waits, and ends one that had none for so long", async () => {
    const [queue, other] = [await connect(), await connect()];
    const own = build("late");
    const how = { name: "late", has: [], atOnce: 1, signal: never, idle: 1500 };
    const working = workAt({ queue: other, build: own, work: async (job) => answerTo(job), ...how });
    await setTimeout(500);
    const run = queueRunner({
      ...{ queue, inOrder: false, batch: { id: "late", about: "test", build: own, needs: [] }, say: () => {} },
      receive: async () => undefined,
    });
    const signal = AbortSignal.timeout(5000);
    expect(await run([{ id: "a" }], { signal, onDone: () => {} })).toMatchObject({ done: 1 });
    expect(await working).toBe(1);
    await other.nc.close();
  });

  it("queues nothing for workers of another build, and says why", async () => {
    const [queue, other] = [await connect(), await connect()];
    const stop = new AbortController();
    const theirs = { ...build("theirs"), version: "0.2.0" };
    const what = { queue: other, build: theirs, name: "m, process 7", has: [], atOnce: 1, idle: undefined };
    const working = workAt({ ...what, work: async () => answerTo({ id: "" }), signal: stop.signal });
    const run = queueRunner({
      ...{
        queue,
        inOrder: false,
        batch: { id: "ours", about: "test", build: build("ours"), needs: [] },
        say: () => {},
      },
      receive: async () => undefined,
    });
    // The worker answers once it listens.
    while ((await overviewOf(queue)).workers.length === 0);
    await expect(run([{ id: "a" }], { signal: never, onDone: () => {} })).rejects.toMatchObject({
      exitCode: 1,
      problems: [
        expect.stringMatching(/^No worker at 127.0.0.1:\d+ can take these jobs.$/),
        "m, process 7 is Spiral 0.2.0; this is 0.1.0.",
        expect.stringContaining("Nothing was queued"),
      ],
    });
    expect((await overviewOf(queue)).batches.filter(({ id }) => id === "ours")).toEqual([]);
    stop.abort();
    await working;
  });
});

describe.skipIf(!hasServer)("a server that refuses", () => {
  it("says so where it is full", async () => {
    // JetStream reserves nothing, and may hold 100 kB.
    const server = await startServer("-c", new URL("full.conf", import.meta.url).pathname);
    const queue = await connectQueue(local(server.url), "test");
    try {
      await makeStreams(queue);
      await expect(putBlob(queue, "full", Buffer.alloc(3_000_000, "x"))).rejects.toMatchObject({
        exitCode: 1,
        message: expect.stringMatching(/^The queue at \S+ cannot be used: its disk or its limit is full/),
      });
    } finally {
      await queue.nc.close();
      server.stop();
    }
  });

  it("says so where it has no JetStream, or wants credentials", async () => {
    const server = await startServer("--user", "someone", "--pass", "secret");
    await expect(connectQueue(local(server.url), "test")).rejects.toThrow("the credentials were refused");
    server.stop();
  });

  it("says so where there is none", async () => {
    const url = `nats://127.0.0.1:${await freePort()}`;
    await expect(connectQueue(local(url), "test")).rejects.toThrow(
      "no server answers there. Start one with: nats-server -js",
    );
  });
});

describe("an address", () => {
  it.each(["nats://127.0.0.1:4222", "127.0.0.1", "localhost:4222", "nats://[::1]:1", "tls://localhost"])(
    "%s is of this machine",
    (url) => {
      expect(checkAddress(local(url)).hostname).not.toBe("");
    },
  );

  it.each(["", "nats://", "http://127.0.0.1", "nats://me:secret@127.0.0.1", "nats://127.0.0.1/x", "a b"])(
    "%j is none, and is not repeated, as it may hold a secret",
    (url) => {
      expect(() => checkAddress(local(url))).toThrow(/^--queue \(or run\.queue, SPIRAL_QUEUE\) takes the address/);
    },
  );

  it("is that of the flag, else of run.queue, else of the environment; none is none", () => {
    const none = { queue: undefined, queueCreds: undefined, insecure: false };
    const env = { SPIRAL_QUEUE: "nats://127.0.0.1:1", SPIRAL_QUEUE_CREDS: "c" };
    expect(queueAddress(none, undefined, {})).toBeUndefined();
    expect(queueAddress(none, undefined, { SPIRAL_QUEUE: "" })).toBeUndefined();
    expect(queueAddress(none, undefined, env)).toEqual({ url: "nats://127.0.0.1:1", creds: "c", insecure: false });
    const [flag, setting] = ["nats://127.0.0.1:2", "nats://127.0.0.1:3"];
    expect(queueAddress(none, setting, env)?.url).toBe(setting);
    expect(queueAddress({ ...none, queue: flag }, setting, env)?.url).toBe(flag);
    for (const address of [queueAddress({ ...none, queue: "none" }, setting, env), queueAddress(none, "none", env)]) {
      expect(address).toBeUndefined();
    }
    expect(() => queueAddress(none, "nats://10.0.0.1", env)).not.toThrow();
    expect(() => queueAddress(none, "nats://10.0.0.1", {})).toThrow("--insecure");
  });

  it("of another machine needs credentials, or a person who says that it does not", () => {
    for (const url of ["nats://10.0.0.1:4222", "tls://queue.example.org", "nats://127.0.0.1.example.org:4222"]) {
      expect(() => checkAddress(local(url))).toThrow("--insecure");
      expect(checkAddress({ url, insecure: true }).hostname).not.toBe("");
      expect(checkAddress({ url, insecure: false, creds: "worker.creds" }).hostname).not.toBe("");
    }
  });
});
