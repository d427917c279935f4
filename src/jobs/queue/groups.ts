/**
 * Which workers take which jobs. The jobs of a build that need the same form a group, and the workers that have all of it share the
 * group's consumer. So a worker is never given a job that it cannot do.
 */
import { createHash } from "node:crypto";
import type { Consumer, ConsumerInfo } from "@nats-io/jetstream";
import type { Queue } from "./connection.ts";
import type { Build, Presence } from "./presence.ts";
import { CLAIM, DATA, ifMissing, insisting, JOBS, KEEP, MILLISECOND, publishOnce, subjects } from "./streams.ts";

const MOST_CLAIMED = 1_000_000;
/** Workers that wait for a job at once; NATS takes 512 if nothing is said, and refuses the others. */
const MOST_WAITING = 100_000;

/** What the jobs of a batch ask of a worker. */
export interface Demands {
  readonly build: Build;
  /** What else a worker must have, in words that are the same wherever they are said: `the endpoint https://… with its key`. */
  readonly needs: readonly string[];
}

/** The name of the group. It begins with that of the build. */
export function groupOf({ build, needs }: Demands): string {
  if (needs.length === 0) return build.id;
  const hash = createHash("sha256").update(JSON.stringify([...needs].sort()));
  return `${build.id}-${hash.digest("hex").slice(0, 16)}`;
}

/** Makes the consumer of the group, if it is not there, and tells the workers that wait for it. */
export async function makeGroup(queue: Queue, demands: Demands): Promise<void> {
  const group = groupOf(demands);
  if (demands.needs.length > 0) await publishOnce(queue, subjects.needs(group), JSON.stringify(demands.needs));
  if (!(await consumerNames(queue)).includes(group)) await addConsumer(queue, group);
  queue.nc.publish(subjects.begun(demands.build.id));
}

const addConsumer = (queue: Queue, group: string) =>
  insisting(queue, () => queue.jsm.consumers.add(JOBS, configOf(group)));

/**
 * Makes the consumer anew if it has nothing to give out, for a command whose jobs wait. A server that is killed may forget the last
 * jobs that were done, and count from an earlier number again; the consumer then takes the next ones for jobs that it has given out.
 */
export async function mendGroup(queue: Queue, demands: Demands): Promise<void> {
  const group = groupOf(demands);
  const { consumers } = queue.jsm;
  // Another command may do the same at the same time.
  const unlessMissing = <T>(ask: () => Promise<T>): Promise<T | undefined> =>
    insisting(queue, () => ask().catch((error) => ifMissing(error, async () => undefined)));
  const there = await unlessMissing(() => consumers.info(JOBS, group));
  if (there && there.num_pending + there.num_ack_pending > 0) return;
  await unlessMissing(() => consumers.delete(JOBS, group));
  await addConsumer(queue, group);
}

export interface Group {
  readonly consumer: Consumer;
  readonly needs: readonly string[];
}

/** The groups of a build that are there. `known`: the needs of groups by name, which this adds to. */
export async function groupsOf(
  queue: Queue,
  build: string,
  known: Map<string, readonly string[]>,
): Promise<readonly Group[]> {
  const groups: Group[] = [];
  for (const name of await consumerNames(queue)) {
    if (name !== build && !name.startsWith(`${build}-`)) continue;
    const needs = known.get(name) ?? (name === build ? [] : await needsOf(queue, name));
    if (!needs) continue;
    known.set(name, needs);
    const info = { name, stream_name: JOBS, config: configOf(name) } as ConsumerInfo;
    groups.push({ consumer: queue.js.consumers.getConsumerFromInfo(info), needs });
  }
  return groups;
}

/** Undefined if the server has forgotten them; the next command says them again. */
async function needsOf(queue: Queue, group: string): Promise<readonly string[] | undefined> {
  const query = { last_by_subj: subjects.needs(group) };
  const message = await insisting(queue, () => queue.jsm.direct.getMessage(DATA, query));
  return message?.json<readonly string[]>();
}

/**
 * Not by their states: the server counts all jobs that wait before it tells a consumer's state, gives out no job meanwhile, and a
 * thousand workers may ask at once.
 */
async function consumerNames(queue: Queue): Promise<readonly string[]> {
  const ask = () => queue.nc.request(`$JS.API.CONSUMER.NAMES.${JOBS}`, undefined, { timeout: 5000 });
  return (await insisting(queue, ask)).json<{ readonly consumers?: readonly string[] | null }>().consumers ?? [];
}

const configOf = (group: string) =>
  ({
    durable_name: group,
    filter_subject: `spiral.jobs.${group}.>`,
    ack_wait: CLAIM * MILLISECOND,
    max_ack_pending: MOST_CLAIMED,
    max_waiting: MOST_WAITING,
    inactive_threshold: KEEP,
    ack_policy: "explicit",
    deliver_policy: "all",
    replay_policy: "instant",
  }) as const;

export const lacking = (needs: readonly string[], has: readonly string[]): string[] =>
  needs.filter((need) => !has.includes(need));

export const takes = ({ build, needs }: Demands, worker: Pick<Presence, "build" | "has">): boolean =>
  worker.build.id === build.id && lacking(needs, worker.has).length === 0;

/** Why workers do not take jobs with these demands, in a line each. */
export function refusals({ build, needs }: Demands, workers: readonly Presence[]): string[] {
  const why = ({ build: theirs, has }: Presence): string => {
    if (theirs.id === build.id) return `lacks ${lacking(needs, has).join(" and ")}`;
    if (theirs.version !== build.version) return `is Spiral ${theirs.version}; this is ${build.version}`;
    if (theirs.code !== build.code) return `has other code than this Spiral, of the same version ${build.version}`;
    return "gives another answer to a small job that both were given: its processor or its Node computes otherwise";
  };
  const wrong = workers.filter((worker) => !takes({ build, needs }, worker));
  return [...new Set(wrong.map((worker) => `${worker.name} ${why(worker)}.`))];
}
