/**
 * What each thread plays of a batch. Threads ask their policies each for themselves, so that a plan is cut into equal slices
 * where that makes them ask about little twice, and else dealt to one thread whole.
 */
import type { Cells, Plan } from "./play.ts";

/** Fewer episodes of a plan than this for each thread are not worth the way there and back. */
const MIN_EPISODES = 32;
/** Games for each information set from which on a plan is cut without loss. */
const MERGED = 16;

/** Episodes `from` … `to` − 1 of the plan at `place` in the batch. */
export interface Part {
  readonly plan: Plan;
  readonly cells: Cells;
  readonly from: number;
  readonly to: number;
  readonly place: number;
}

/** What each thread plays, this one's first. */
export function partsOf(plans: readonly Plan[], cells: readonly Cells[], threads: number): Part[][] {
  const shares = deal(plans, threads);
  return Array.from({ length: threads }, (_, thread) =>
    plans.flatMap((plan, place) => {
      const part = { plan, cells: cells[place] as Cells, place };
      const share = shares[place];
      if (share !== "cut") return share === thread ? [{ ...part, from: 0, to: plan.episodes }] : [];
      const bound = (k: number) => Math.floor((plan.episodes * k) / threads);
      return [{ ...part, from: bound(thread), to: bound(thread + 1) }];
    }),
  );
}

/**
 * Which thread plays each plan, this one being 0; or "cut": an equal slice for each.
 *
 * A plan whose games outnumber its information sets by far is cut without loss. Another, cut for k threads, has them ask
 * about √k times as many information sets, roughly: m such plans take m / √k turns when cut, and ⌈m / k⌉ when each is dealt
 * whole to one thread, the larger first.
 */
export function deal(plans: readonly Plan[], threads: number): (number | "cut")[] {
  const shares = plans.map(({ episodes, policies }) =>
    episodes >= MIN_EPISODES * threads && policies.every(({ source }) => source) ? "cut" : 0,
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
