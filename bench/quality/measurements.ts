/** What `npm run quality` trains, and the limits that it must keep. */

/** Flags of `spiral train`, in the order in which they are written. */
export interface Flags {
  readonly games: string;
  readonly policy?: "text";
  readonly think?: string;
  readonly updates?: string;
  readonly workers?: string;
  /** Of `--set`, which may be repeated. */
  readonly set?: readonly string[];
}

/** The largest NashConv of sampled play by game. Greedy play in games of perfect information must have 0. */
export type Limits = Readonly<Record<string, number>>;

export interface Measurement {
  readonly flags: Flags;
  readonly limits: Limits;
  /** Seeds at most. */
  readonly most?: number | undefined;
  /** Numbers of updates after which the policy is judged; at its end if there are none. */
  readonly judged: readonly number[];
}

const LIMITS: Limits = { kuhn: 0.01, leduc: 0.09, "kuhn-match": 0.02, "liars-dice": 0.12 };
const ALL = "kuhn,ttt,negotiation";

/** Training by mirror descent: its usual number of updates, and the multiples of it that long runs are judged at. */
interface MirrorRun {
  readonly games: string;
  readonly updates: number;
  readonly most?: number;
  readonly limits?: Limits;
  readonly set?: readonly string[];
  readonly factors: readonly number[];
}

const POKER: readonly MirrorRun[] = [
  { games: "leduc", updates: 1300, most: 5, factors: [1, 3] },
  { games: "liars-dice", updates: 750, most: 3, factors: [1, 3] },
  { games: "kuhn-match", updates: 400, most: 5, factors: [1, 3, 10] },
];
/** More exploration finds replies to rare moves sooner, and a stronger magnet keeps them: with the usual values, one of ten seeds is above the limit after 1,200 updates. */
const TTT = ["rl.rule=mirror", "rl.exploration=0.4", "perGame.ttt.magnet=1.5"];
const CORE: readonly MirrorRun[] = [
  // Alone it settles sooner: with the usual 200, three of ten seeds were above the limit after 500 updates, and none after 1,500.
  { games: "kuhn", updates: 500, set: ["rl.rule=mirror", "rl.halfLife=100"], factors: [1, 3, 10] },
  { games: "ttt", updates: 400, set: TTT, limits: { ttt: 0.03 }, factors: [1, 3, 10] },
  // Beside others, Kuhn poker has fewer updates to average over, and so more games in each.
  { games: ALL, updates: 300, set: ["rl.rule=mirror", "perGame.kuhn.episodes=8192"], factors: [1, 3, 10] },
];

/** Each has its usual length; or, if it `isLong`, the largest multiple, and is judged after each of them. */
function byMirror(runs: readonly MirrorRun[], isLong = false): Measurement[] {
  return runs.map(({ games, updates, most, limits = LIMITS, set = [], factors }) => {
    const judged = isLong ? factors.map((factor) => factor * updates) : [];
    const every = isLong ? [`run.checkpointEvery=${updates}`] : [];
    // One core each, so that the time of the processor is the learner's.
    const flags = { games, updates: String(Math.max(updates, ...judged)), workers: "0", set: [...set, ...every] };
    return { flags, limits, most, judged };
  });
}

const atEnd = (flags: Flags, limits: Limits = {}, most?: number): Measurement => {
  return { flags, limits: { ...LIMITS, ...limits }, most, judged: [] };
};

/** By the number of the part. `usual`: the updates of the default configuration. Part 3 is same-bytes.ts. */
export function measurementsOf(usual: number): Readonly<Record<string, readonly Measurement[] | undefined>> {
  const times = (factor: number): string => String(factor * usual);
  return {
    1: [atEnd({ games: "kuhn,ttt" })],
    2: [atEnd({ games: ALL })],
    4: [atEnd({ games: "kuhn,ttt", updates: times(3) }), atEnd({ games: ALL, updates: times(3) })],
    5: [atEnd({ games: "kuhn" }), atEnd({ games: "kuhn", updates: times(4) }, { kuhn: 0.003 }, 5)],
    6: [atEnd({ games: "ttt" }), atEnd({ games: "ttt", updates: times(3) })],
    7: byMirror(POKER),
    8: [
      atEnd({ games: "kuhn", policy: "text" }, { kuhn: 0.02 }),
      atEnd({ games: "kuhn", policy: "text", think: "4" }, { kuhn: 0.03 }, 5),
    ],
    9: [atEnd({ games: ALL, policy: "text" }, { kuhn: 0.015 }, 5)],
    10: byMirror(CORE),
    11: byMirror([...POKER, ...CORE], true),
  };
}

/** As they are typed after `spiral train`. */
export const argvOf = (flags: Flags): string[] =>
  Object.entries(flags).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value).flatMap((text: string) => [`--${name}`, text]),
  );
