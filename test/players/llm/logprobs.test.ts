/** The probabilities of actions by the alternatives of tokens. */
import { describe, expect, it } from "vitest";
import { chatAnswer, type TokenAlternatives } from "../../../src/players/llm/completion.ts";
import { actionProbabilities } from "../../../src/players/llm/logprobs.ts";

const token = (written: string, probabilities: Readonly<Record<string, number>>): TokenAlternatives => ({
  token: written,
  logprob: Math.log(probabilities[written] as number),
  alternatives: Object.entries(probabilities).map(([token, p]) => ({ token, logprob: Math.log(p) })),
});
const close = (...values: number[]) => values.map((x) => expect.closeTo(x, 12));

describe("the probabilities of actions", () => {
  it("are those of the tokens that decide, times those before", () => {
    const tokens = [
      token(" [", { " [": 0.9, I: 0.05, bet: 0.05 }),
      token("bet", { bet: 0.6, check: 0.3, fold: 0.1 }),
      token("]", { "]": 1 }),
    ];
    const { actions, illegal, unknown } = actionProbabilities(tokens, ["[check]", "[bet]"]);
    expect(actions).toEqual(close(0.27, 0.05 + 0.54));
    expect(illegal).toBeCloseTo(0.05 + 0.09, 12);
    expect(unknown).toBeCloseTo(0, 12);
  });

  it("wait where one name begins with another", () => {
    const tokens = [token("1", { "1": 0.8, "2": 0.2 }), token("2", { "2": 0.25, "]": 0.75 })];
    expect(actionProbabilities(tokens, ["[1]", "[2]", "[12]"]).actions).toEqual(close(0.6, 0.2, 0.2));
  });

  it("are unknown where alternatives are not listed, or stay open", () => {
    const tokens = [token("ch", { ch: 0.5, c: 0.2 }), token("eck", { eck: 1 })];
    const { actions, unknown } = actionProbabilities(tokens, ["[check]", "[call]"]);
    expect(actions).toEqual(close(0.5, 0));
    expect(unknown).toBeCloseTo(0.5, 12);
  });

  it("of an answer that ends open or names nothing", () => {
    expect(actionProbabilities([token("Bet", { Bet: 1 })], ["[bet]", "[bet more]"]).actions).toEqual(close(1, 0));
    expect(actionProbabilities([token("hm", { hm: 1 })], ["[bet]", "[check]"])).toMatchObject({ illegal: 1 });
    expect(actionProbabilities([token("**", { "**": 1 })], ["[bet]", "[check]"]).illegal).toBeCloseTo(1, 12);
  });
});

it("logprobs of another shape are none, and nothing breaks", () => {
  const body = (logprobs: unknown) => ({
    choices: [{ message: { content: "x" }, logprobs }],
    model: 7,
    system_fingerprint: "",
  });
  for (const logprobs of [
    null,
    3,
    {},
    { content: null },
    { content: [null] },
    { content: [{ token: "x" }] },
    { content: [{ token: "x", logprob: 5 }] },
    { content: [] },
  ]) {
    expect(chatAnswer(body(logprobs), 10, (text) => text)).toEqual({
      text: "x",
      reasoning: "",
      refused: false,
      cutOff: false,
    });
  }
  const content = [{ token: "x", logprob: -1, top_logprobs: [{ token: "y", logprob: -2 }, 3] }];
  expect(chatAnswer(body({ content }), 10, (text) => text)).toMatchObject({
    tokens: [{ token: "x", logprob: -1, alternatives: [{ token: "y", logprob: -2 }] }],
  });
});
