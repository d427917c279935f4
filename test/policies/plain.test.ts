/** The plain policies give what the trainer's give, at every information set. */
import { beforeAll, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/nn/safetensors.ts";
import { kind } from "../../src/policies/features/mlp.ts";
import { plainPolicy } from "../../src/policies/features/plain.ts";
import { networkPolicy } from "../../src/policies/network-policy.ts";
import type { TextSettings } from "../../src/policies/policy-kind.ts";
import { kind as textKind } from "../../src/policies/text/kind.ts";
import { plainTextPolicy } from "../../src/policies/text/plain.ts";
import { Rng } from "../../src/util/rng.ts";
import { wholeGraph } from "../helpers.ts";
import { smallText } from "./small-text.ts";

beforeAll(() => startBackend("kernels"));

it.each([[[24, 16]], [[7]], [[5, 6, 7]]])("agrees to 1e-5 with the network, hidden %j", (hidden) => {
  const games = ["kuhn", "ttt", "leduc"].map(getGame);
  const model = kind.model({ policy: "mlp", hidden, outputScale: 5 }, games);
  const weights = model.firstWeights(new Rng("plain"));
  const network = model.network(weights);
  const infosets = games.flatMap((game) => wholeGraph(game).infosets);
  const expected = networkPolicy("trainer's", network, model).distributions(infosets);
  const plain = plainPolicy("plain", games, decodeSafetensors(encodeSafetensors(weights)));
  let largest = 0;
  plain.distributions(infosets).forEach((p, i) => {
    p.forEach((x, slot) => {
      largest = Math.max(largest, Math.abs(x - (expected[i]?.[slot] ?? Number.NaN)));
    });
  });
  expect(largest).toBeLessThan(1e-5);
  expect(new Set(expected.map((p) => p[0])).size).toBeGreaterThan(1000);
  network.dispose();
});

it("refuses weights of other games", () => {
  const weights = kind
    .model({ policy: "mlp", hidden: [4], outputScale: 1 }, [getGame("kuhn")])
    .firstWeights(new Rng(1));
  expect(() => plainPolicy("p", [getGame("ttt")], weights)).toThrow(/ttt need 30 and 9/);
  expect(() => plainPolicy("p", [getGame("kuhn")], [])).toThrow(/reads undefined features/);
  const [first, ...others] = weights;
  const of = (...changed: typeof weights) => plainPolicy("p", [getGame("kuhn")], changed);
  expect(() => of(...weights.toReversed())).not.toThrow();
  expect(() => of(...others)).toThrow(/layer0\.bias is of no layer/);
  expect(() => of({ ...first, values: first.values.with(0, Number.NaN) }, ...others)).toThrow(
    /layer0\.weight .*finite/,
  );
  expect(() => of({ ...first, shape: first.shape.toReversed() }, ...others)).toThrow(/layer0\.bias is \[4\]/);
});

it.each<[string, string, Partial<TextSettings>]>([
  ["legal decoding", "kuhn biased", { layers: 2 }],
  ["free decoding", "kuhn", { decoding: "free" }],
  ["thoughts that are followed", "kuhn", { think: 1, heads: 4 }],
  ["thoughts that are drawn", "biased", { think: 2, thoughts: "all" }],
])("agrees to 1e-5 with a policy that writes: %s", (_, ids, changes) => {
  const text = { ...smallText, outputScale: 3, ...changes };
  const nn = { policy: "text", hidden: [], outputScale: 1, text };
  const games = ids.split(" ").map(getGame);
  const model = textKind.model(nn, games);
  const weights = model.firstWeights(new Rng("plain"));
  const network = model.network(weights);
  const infosets = games.flatMap((game) => wholeGraph(game).infosets);
  const expected = networkPolicy("trainer's", network, model).distributions(infosets);
  const plain = plainTextPolicy("plain", games, text, decodeSafetensors(encodeSafetensors(weights)));
  plain.distributions(infosets).forEach((p, i) => {
    expect(p).toHaveLength(expected[i]?.length ?? 0);
    p.forEach((x, slot) => {
      expect(Math.abs(x - (expected[i]?.[slot] ?? Number.NaN))).toBeLessThan(1e-5);
    });
  });
  expect(new Set(expected.map((p) => p[0]?.toFixed(3))).size).toBeGreaterThan(3);
  network.dispose();
});

it("refuses weights that are not those of a policy that writes", () => {
  const [kuhn, text] = [getGame("kuhn"), smallText];
  const model = textKind.model({ policy: "text", hidden: [], outputScale: 1, text }, [kuhn]);
  const [first, ...others] = model.firstWeights(new Rng(1));
  if (!first) throw new Error("there are no weights");
  const of = (...weights: (typeof first)[]) => plainTextPolicy("p", [kuhn], text, weights);
  expect(() => of(...others)).toThrow("it has no tensor token.embedding");
  expect(() => of({ ...first, values: first.values.slice(1) }, ...others)).toThrow(/token\.embedding has \d+ numbers/);
  expect(() => of({ ...first, values: first.values.with(0, Number.NaN) }, ...others)).toThrow(/not finite/);
  expect(() => plainTextPolicy("p", [getGame("ttt")], text, [first, ...others])).toThrow(/token\.embedding is \[/);
});
