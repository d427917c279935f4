/**
 * The partition of a batch over threads. Each thread evaluates the policies at the information sets that it visits, so two
 * threads that visit the same set do the same work. A plan is therefore cut into equal slices only if the threads then
 * share few sets, and is otherwise played whole by one thread.
 */
import type { Plan } from "./plan.ts";

/** A plan with fewer episodes per thread than this is played in this thread: sending it would take longer. */
const MIN_EPISODES = 32;
/** A plan with at least this many episodes per information set is always cut. */
const MERGED = 16;

/** Episodes `from` … `to` − 1 of the plan at `place` in the batch. */
export interface Share {
  readonly plan: Plan;
  readonly from: number;
  readonly to: number;
  readonly place: number;
}

/** The shares of each thread; this thread is the first. */
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
 * For each plan, the thread that plays it (0 is this thread), or "cut" if every thread plays an equal slice.
 *
 * A plan with far more episodes than information sets is always cut: its forward passes cost little. If any other plan is
 * cut for k threads, they evaluate about √k times as many information sets in total. So m such plans take time m / √k if
 * they are cut, and ⌈m / k⌉ if each is played whole by one thread. The faster way is chosen.
 */
export function assign(plans: readonly Plan[], threads: number): (number | "cut")[] {
  const shares = plans.map(({ episodes, policies }) =>
    episodes >= MIN_EPISODES * threads && policies.every(({ recipe }) => recipe) ? "cut" : 0,
  ) as (number | "cut")[];
  if (threads === 1) return shares.map(() => 0);
  const sets = plans.map(({ expected }) => expected?.length ?? 0);
  const wide = [...plans.keys()].filter((i) => shares[i] === "cut" && plans[i].episodes < MERGED * sets[i]);
  if (Math.ceil(wide.length / threads) >= wide.length / Math.sqrt(threads)) return shares;
  const load = Array<number>(threads).fill(0);
  for (const i of wide.sort((a, b) => sets[b] - sets[a])) {
    // Of the threads with the least to do, the last: this thread, the first, also assembles the batch.
    const thread = load.lastIndexOf(Math.min(...load));
    shares[i] = thread;
    load[thread] += sets[i];
  }
  return shares;
}
