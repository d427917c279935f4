/** The parts of `npm run bench`, in the order of running and printing. Each runs in a separate process. */
import type { Measured } from "./measure.ts";

export interface Section {
  readonly title: string;
  readonly measure: (quick: boolean) => Promise<Measured>;
}

export const sections: Readonly<Record<string, Section>> = {
  engines: {
    title: "Engines",
    measure: async (quick) => (await import("./engines.ts")).engines(quick),
  },
  exact: {
    title: "Exact evaluation",
    measure: async (quick) => (await import("./exact-costs.ts")).exact(quick),
  },
  merging: {
    title: "Row merging",
    measure: async (quick) => (await import("./merging.ts")).merging(quick),
  },
  backends: {
    title: "Backends",
    measure: async (quick) => (await import("./backends.ts")).backends(quick),
  },
  training: {
    title: "Training end to end",
    measure: async (quick) => (await import("./training.ts")).training(quick),
  },
  startup: {
    title: "Starting",
    measure: async (quick) => (await import("./startup.ts")).startup(quick),
  },
  games: {
    title: "Games per update",
    measure: async (quick) => (await import("./growth.ts")).games(quick),
  },
  width: {
    title: "Width of the network",
    measure: async (quick) => (await import("./growth.ts")).width(quick),
  },
  turns: {
    title: "Distinct rows against turns",
    measure: async (quick) => (await import("./growth.ts")).turns(quick),
  },
  peers: {
    title: "Peers",
    measure: async (quick) => (await import("./peers.ts")).peers(quick),
  },
};
