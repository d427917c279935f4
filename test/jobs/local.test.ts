import { expect, it } from "vitest";
import { localRunner } from "../../src/jobs/local.ts";
import type { Job } from "../../src/jobs/runner.ts";
import { UserError } from "../../src/util/errors.ts";

const jobs: readonly Job[] = ["a", "b", "c", "d", "e"].map((id) => ({ id }));
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Runs the jobs two at a time; says which were begun and done. */
async function running(run: (job: Job, leave: AbortController) => Promise<void>) {
  const [begun, ended]: [string[], string[]] = [[], []];
  const leave = new AbortController();
  const runner = localRunner<Job>({
    atOnce: 2,
    run(job) {
      begun.push(job.id);
      return run(job, leave);
    },
  });
  const outcome = runner(jobs, {
    signal: leave.signal,
    onDone: ({ id }, done) => ended.push(`${id}${done}`),
  });
  return { ...(await outcome), begun: begun.join(""), ended: ended.join(" ") };
}

it("runs them in order, never more at once than allowed, and tells of each", async () => {
  let [now, most] = [0, 0];
  const result = await running(async () => {
    most = Math.max(most, ++now);
    await turn();
    now--;
  });
  expect(result).toEqual({ done: 5, problems: [], begun: "abcde", ended: "a1 b2 c3 d4 e5" });
  expect(most).toBe(2);
});

it("begins none after a failure; what is under way goes on, and its failure is told too", async () => {
  const one = await running(async ({ id }) => {
    if (id === "b") throw new UserError(1, "b is broken.");
    await turn();
  });
  expect(one).toEqual({ done: 1, problems: ["b is broken."], begun: "ab", ended: "a1" });
  const both = await running(async ({ id }) => {
    await turn();
    throw new UserError(1, `${id} is broken.`);
  });
  expect(both).toEqual({ done: 0, problems: ["a is broken.", "b is broken."], begun: "ab", ended: "" });
});

it("begins none after the signal; what it ends has not failed, what is done all the same counts", async () => {
  const result = await running(async ({ id }, leave) => {
    await turn();
    if (id === "a") leave.abort();
    else throw new UserError(1, "ended by a signal");
  });
  expect(result).toEqual({ done: 1, problems: [], begun: "ab", ended: "a1" });
});

it("does not take a bug for a failure", async () => {
  await expect(running(() => Promise.reject(new TypeError("a bug")))).rejects.toThrow("a bug");
});
