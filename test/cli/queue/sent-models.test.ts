/** Language models as they travel to the workers of a queue, and the endpoints of those. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { optionsOf } from "../../../src/cli/flags/flag.ts";
import { llmFlags } from "../../../src/cli/flags/llm.ts";
import { llmSettings } from "../../../src/cli/models/settings.ts";
import { endpointsHere, hasOf, modelHere, needsOf, sentModel } from "../../../src/cli/queue/sent-models.ts";
import { lacking } from "../../../src/jobs/queue/groups.ts";

const A = { SPIRAL_LLM_BASE_URL: "https://a.example/v1", SPIRAL_LLM_API_KEY: "key-a" };
const NEED = "the endpoint https://a.example/v1/chat/completions with its key";
const players = join(mkdtempSync(join(tmpdir(), "spiral-models-")), "players.yaml");
writeFileSync(players, "b: {baseUrl: https://b.example/v1, keyVariable: KEY_B, headers: {x-team: blue}}\n");
const sent = (env: NodeJS.ProcessEnv) => sentModel(llmSettings(optionsOf(llmFlags, {}), env));

it("a model travels without its key, and a worker with the endpoint adds its own", () => {
  const model = sent(A);
  expect(JSON.stringify(model)).not.toContain("key-a");
  const there = endpointsHere(undefined, { ...A, SPIRAL_LLM_API_KEY: "key-of-the-worker" });
  expect(modelHere(model, "m", there)).toMatchObject({ key: "key-of-the-worker", maxTokens: model.maxTokens });
});

it.each<[string, NodeJS.ProcessEnv, string[]]>([
  ["nothing", {}, [NEED]],
  ["another endpoint", { ...A, SPIRAL_LLM_BASE_URL: "https://c.example/v1" }, [NEED]],
  ["no key", { SPIRAL_LLM_BASE_URL: A.SPIRAL_LLM_BASE_URL }, [NEED]],
  ["all", A, []],
])("a worker that has %s says what it lacks, and asks nobody else", (_, env, lacks) => {
  const endpoints = endpointsHere(undefined, env);
  expect(lacking(needsOf([sent(A)]), hasOf(endpoints))).toEqual(lacks);
  if (lacks.length > 0) expect(() => modelHere(sent(A), "m", endpoints)).toThrow("The worker lacks");
  // A key that nobody asks for is no hindrance.
  const keyless = sent({ SPIRAL_LLM_BASE_URL: A.SPIRAL_LLM_BASE_URL });
  const isThere = env.SPIRAL_LLM_BASE_URL === A.SPIRAL_LLM_BASE_URL;
  expect(lacking(needsOf([keyless]), hasOf(endpoints))).toHaveLength(isThere ? 0 : 1);
});

it("a worker's --players file gives it several endpoints, each with its own key and headers", () => {
  const endpoints = endpointsHere(players, { ...A, KEY_B: "key-b" });
  const b = sent({ SPIRAL_LLM_BASE_URL: "https://b.example/v1", SPIRAL_LLM_API_KEY: "another" });
  expect(lacking(needsOf([sent(A), b]), hasOf(endpoints))).toEqual([]);
  expect(modelHere(b, "b", endpoints)).toMatchObject({ key: "key-b", headers: { "x-team": "blue" } });
  expect(modelHere(sent(A), "b", endpoints)).toMatchObject({ key: "key-a", headers: {} });
  expect(() => endpointsHere(players, A)).toThrow("KEY_B is not set");
});
