/**
 * One backend, tried and timed for `spiral doctor`. In a process of its own, `node doctor-probe.js BACKEND`, as a native
 * library that is broken takes its process along. Prints a `Probe` as JSON.
 */
import { type BackendName, tryBackend } from "../nn/backend.ts";

export interface Probe {
  readonly name: string;
  readonly status: "usable" | "missing" | "broken";
  /** The reason if it cannot run. */
  readonly reason?: string;
  /** The device, if the backend names it. */
  readonly device?: string | undefined;
  /** Products of two square matrices of this width, in 10⁹ operations a second. */
  readonly product?: { readonly size: number; readonly gflops: number };
  /** Training steps of the default network, with so many rows in each. */
  readonly training?: { readonly rows: number; readonly rowsPerSecond: number };
}

/** Rows of a training step: about what an update of the default games has. */
const ROWS = 512;
/** Milliseconds of each of the two figures. */
const BUDGET = 500;

async function probe(name: BackendName): Promise<Probe> {
  const tried = await tryBackend(name);
  if (tried.status !== "usable") return { name, ...tried };
  // Loaded only for a backend that is measured, as most are not there.
  const { loadConfig } = await import("../config/load.ts");
  const { getGame } = await import("../games/registry.ts");
  const { productSpeed, trainingSpeed } = await import("../nn/speed.ts");
  const { FeatureLayout } = await import("../policies/features/layout.ts");
  const { config } = loadConfig();
  const { inputs, outputs } = new FeatureLayout(config.games.map(getGame));
  const now = () => performance.now();
  const product = productSpeed(now, BUDGET);
  const rowsPerSecond = trainingSpeed({ ...config.nn, inputs, outputs }, ROWS, now, BUDGET);
  return { name, ...tried, product, training: { rows: ROWS, rowsPerSecond } };
}

process.stdout.write(`${JSON.stringify(await probe(process.argv[2] as BackendName))}\n`);
