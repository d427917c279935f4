/**
 * Which thread plays which episodes of a batch. Each thread asks its own copies of the policies. A plan is therefore cut
 * into equal slices where threads then ask about little twice, and is otherwise played whole by one thread.
 */
import type { Plan } from "./plan.ts";

/** A plan with fewer episodes than this for each thread is not worth sending. */
const MIN_EPISODES = 32;
/** A plan with this many games for each information set is cut without loss. */
const MERGED = 16;

/** Episodes `from` … `to` − 1 of the plan at `place` in the batch. */
export interface Share {
  readonly plan: Plan;
  readonly from: number;
  readonly to: number;
  readonly place: number;
}

/** What each thread plays; this thread's share comes first. */
export function partition(plans: readonly Plan[], threads: number): Share[][] {
  const assigned = assign(plans, threads);
  return Array.from({ length: threads }, (_, thread) =>
    plans.flatMap((plan, place) => {
      const { episodes } = plan;
      const to = assigned[place];
      if (to !== "cut") return to === thread ? [{ plan, place, from: 0, to: episodes }] : [];
      const bound = (k: number) => Math.floor((episodes * k) / threads);
      return [{ plan, place, from: bound(thread), to: bound(thread + 1) }];
    }),
  );
}

/**
 * The thread that plays each plan, 0 being this one; or "cut", for an equal slice each.
 *
 * A plan with far more games than information sets is cut without loss. Any other plan, cut for k threads, makes them ask
 * about roughly √k times as many information sets. So m such plans take m / √k turns when they are cut, and ⌈m / k⌉ when
 * each goes whole to one thread, the larger first.
 */
export function assign(plans: readonly Plan[], threads: number): (number | "cut")[] {
  const shares = plans.map(({ episodes, policies }) =>
    episodes >= MIN_EPISODES * threads && policies.every(({ recipe }) => recipe) ? "cut" : 0,
  ) as (number | "cut")[];
  if (threads === 1) return shares.map(() => 0);
  const sets = plans.map(({ expected }) => expected?.length ?? 0);
  const wide = [...plans.keys()].filter(
    (i) => shares[i] === "cut" && (plans[i] as Plan).episodes < MERGED * (sets[i] as number),
  );
  if (Math.ceil(wide.length / threads) >= wide.length / Math.sqrt(threads)) return shares;
  const load = Array<number>(threads).fill(0);
  for (const i of wide.sort((a, b) => (sets[b] as number) - (sets[a] as number))) {
    // The last of those with the least to do, as this thread, the first, has a batch to put together.
    const thread = load.lastIndexOf(Math.min(...load));
    shares[i] = thread;
    (load[thread] as number) += sets[i] as number;
  }
  return shares;
}
