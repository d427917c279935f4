/** The parts of `npm run bench`, in the order of running and printing. Each runs in a separate process. */
import type { Measured } from "./lib/measure.ts";

export interface Section {
  readonly title: string;
  readonly measure: (quick: boolean) => Promise<Measured>;
}

export const sections: Readonly<Record<string, Section>> = {
  engines: {
    title: "Engines",
    measure: async (quick) => (await import("./sections/engines.ts")).engines(quick),
  },
  exact: {
    title: "Exact evaluation",
    measure: async (quick) => (await import("./sections/exact-costs.ts")).exact(quick),
  },
  merging: {
    title: "Row merging",
    measure: async (quick) => (await import("./sections/merging.ts")).merging(quick),
  },
  backends: {
    title: "Backends",
    measure: async (quick) => (await import("./sections/backends.ts")).backends(quick),
  },
  perceptron: {
    title: "One call a step",
    measure: async (quick) => (await import("./sections/perceptron.ts")).perceptron(quick),
  },
  training: {
    title: "Training end to end",
    measure: async (quick) => (await import("./sections/training.ts")).training(quick),
  },
  samples: {
    title: "Games until Leduc poker is learned",
    measure: async (quick) => (await import("./sections/samples.ts")).samples(quick),
  },
  startup: {
    title: "Starting",
    measure: async (quick) => (await import("./sections/startup.ts")).startup(quick),
  },
  games: {
    title: "Games per update",
    measure: async (quick) => (await import("./sections/growth.ts")).games(quick),
  },
  width: {
    title: "Width of the network",
    measure: async (quick) => (await import("./sections/growth.ts")).width(quick),
  },
  turns: {
    title: "Distinct rows against turns",
    measure: async (quick) => (await import("./sections/growth.ts")).turns(quick),
  },
  text: {
    title: "Transformer",
    measure: async (quick) => (await import("./sections/text.ts")).text(quick),
  },
  page: {
    title: "The page",
    measure: async (quick) => (await import("./sections/page.ts")).page(quick),
  },
  serve: {
    title: "Environment server",
    measure: async (quick) => (await import("./sections/serve.ts")).serve(quick),
  },
  peers: {
    title: "Peers",
    measure: async (quick) => (await import("./sections/peers.ts")).peers(quick),
  },
};
