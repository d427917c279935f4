/** Which card a line of nvidia-smi is, and what it can do at most. */
import { expect, it } from "vitest";
import { cardOf } from "../../bench/lib/cards.ts";

it.each([
  ["NVIDIA H100 80GB HBM3, 550.54.15, 81559", "NVIDIA H100 80GB HBM3", 67],
  ["NVIDIA H100 PCIe, 550.54.15, 81559", "NVIDIA H100 PCIe", 51],
  ["NVIDIA A100-SXM4-40GB, 535.1, 40960", "NVIDIA A100-SXM4-40GB", 19.5],
  ["NVIDIA L40S, 550.1, 46068", "NVIDIA L40S", 91.6],
  ["NVIDIA L4, 550.1, 23034", "NVIDIA L4", 30.3],
  ["Tesla T4, 470.1, 15360", "Tesla T4", 8.1],
  ["NVIDIA GeForce RTX 3090 Ti, 550.1, 24564", "NVIDIA GeForce RTX 3090 Ti", undefined],
  ["NVIDIA A1000, 550.1, 8188", "NVIDIA A1000", undefined],
])("%s", (line, name, peakTflops) => {
  const card = cardOf(line);
  expect(card).toEqual({
    name,
    driver: line.split(", ")[1],
    memoryMiB: Number(line.split(", ")[2]),
    ...(peakTflops === undefined ? {} : { peakTflops }),
  });
});
