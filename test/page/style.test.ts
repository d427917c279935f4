/** Text of the page has a contrast of at least 4.5 : 1 (WCAG AA), lines and bars one of 3 : 1, in light and in dark. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const css = readFileSync(new URL("../../web/page.css", import.meta.url), "utf8");
const [light = "", dark = ""] = css.match(/:root \{[^}]*\}/g) ?? [];

const colorsOf = (block: string): Map<string, string> =>
  new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name = "", color = ""]) => [name, color]));

/** Relative luminance. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const CURVES = ["c0", "c1", "c2", "c3", "c4", "c5"];
const TEXT = [
  ...["paper", "raised", "mark", "felt"].flatMap((ground) => [["ink", ground] as const, ["faint", ground] as const]),
  ...["paper", "raised", "mark"].map((ground) => ["link", ground] as const),
  ...["c0", "c1"].flatMap((seat) => ["paper", "mark", "felt"].map((ground) => [seat, ground] as const)),
  ["on-accent", "accent"] as const,
];

it.each([
  ["light", light],
  ["dark", dark],
])("in %s", (_, block) => {
  const colors = colorsOf(block);
  const at = (name: string): string => colors.get(name) ?? "";
  const poor = [
    ...TEXT.filter(([text, ground]) => contrast(at(text), at(ground)) < 4.5),
    ...CURVES.map((curve) => [curve, "paper"] as const).filter(([c, ground]) => contrast(at(c), at(ground)) < 3),
  ];
  expect(poor).toEqual([]);
  expect(colors.size).toBeGreaterThan(14);
});
