/**
 * Peak speeds of NVIDIA's cards: 32-bit multiplications and additions outside the tensor cores, in TFLOP/s, from their data
 * sheets. Neither WebGPU nor PyTorch's default for 32-bit floats uses the tensor cores.
 */
import { run } from "./child.ts";

/** By the name that nvidia-smi gives the card; the first match counts. */
const PEAKS: readonly (readonly [RegExp, number])[] = [
  [/H200/, 67],
  [/H100 PCIe/, 51],
  [/H100 NVL/, 60],
  [/H100/, 67],
  [/A100\b/, 19.5],
  [/L40S/, 91.6],
  [/\bL4\b/, 30.3],
  [/\bA10\b/, 31.2],
  [/V100-SXM/, 15.7],
  [/\bT4\b/, 8.1],
  [/RTX 4090$/, 82.6],
  [/RTX 3090$/, 35.6],
];

export interface Card {
  readonly name: string;
  readonly driver: string;
  readonly memoryMiB: number;
  readonly peakTflops?: number;
}

/** The first card that nvidia-smi shows, or why there is none. */
export async function firstCard(peakTflops?: number): Promise<Card | string> {
  let outcome: Awaited<ReturnType<typeof run>>;
  try {
    outcome = await run("nvidia-smi", [
      "--query-gpu=name,driver_version,memory.total",
      "--format=csv,noheader,nounits",
    ]);
  } catch {
    return "there is no nvidia-smi, hence no driver of NVIDIA";
  }
  const line = outcome.out.trim().split("\n")[0] ?? "";
  if (outcome.code !== 0 || line === "") return `nvidia-smi shows no card: ${line || outcome.err.trim()}`;
  return { ...cardOf(line), ...(peakTflops === undefined ? {} : { peakTflops }) };
}

/** Parses a line such as `NVIDIA L4, 550.54, 23034`. */
export function cardOf(line: string): Card {
  const [name = "", driver = "", memory = ""] = line.split(",").map((field) => field.trim());
  const peak = PEAKS.find(([pattern]) => pattern.test(name))?.[1];
  return { name, driver, memoryMiB: Number(memory), ...(peak === undefined ? {} : { peakTflops: peak }) };
}
