/** Wall time of updates by phase, for `spiral train --profile`. */
import { type Phase, phases } from "../../rl/rules/rule.ts";
import { styleFor, table } from "./output.ts";

export interface Profile {
  /** Starts a phase and ends the one before it. */
  readonly phase: (phase: Phase) => void;
  /** Total milliseconds by phase. */
  readonly milliseconds: () => Readonly<Record<Phase, number>>;
}

export function startProfile(): Profile {
  const spent = Object.fromEntries(phases.map((name) => [name, 0])) as Record<Phase, number>;
  let now: Phase | undefined;
  let since = performance.now();
  const phase = (next: Phase | undefined): void => {
    const time = performance.now();
    if (now) spent[now] += time - since;
    [now, since] = [next, time];
  };
  return {
    phase,
    milliseconds() {
      phase(now);
      return { ...spent };
    },
  };
}

const WHAT: Readonly<Record<Phase, string>> = {
  play: "games, and the network for the moves",
  merge: "advantages, decisions merged into rows",
  forward: "rows to the loss",
  backward: "gradients, Adam, averages",
  evaluate: "exact NashConv, entropy",
  write: "metrics, games, checkpoints",
};

/** A table of the phases: milliseconds an update, and shares. */
export function profileTable(milliseconds: Readonly<Record<Phase, number>>, updates: number): string {
  const { dim } = styleFor(process.stdout);
  const total = phases.reduce((sum, name) => sum + milliseconds[name], 0);
  const row = (name: string, ms: number, what: string) => [
    name,
    (ms / updates).toFixed(2),
    `${((100 * ms) / total).toFixed(0)} %`,
    dim(what),
  ];
  const rows = phases.map((name) => row(name, milliseconds[name], WHAT[name]));
  return table(["phase", "ms an update", "share", ""], [...rows, row("total", total, "")], {
    right: [1, 2],
    drop: [3],
  });
}
