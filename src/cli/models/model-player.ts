/** Language models of a command: their settings, by the --players file or the flags, and the players themselves. */
import { readPlayersFile } from "../../config/players-file.ts";
import { adviserOf } from "../../players/llm/advice.ts";
import type { ChatClient } from "../../players/llm/client.ts";
import { llmPlayer } from "../../players/llm/llm-player.ts";
import type { Player, PolicyPlayer } from "../../players/player.ts";
import { parseSpec } from "../../players/spec.ts";
import { checkAll } from "../check-all.ts";
import type { LlmOptions } from "../flags/llm.ts";
import { note } from "../terminal/output.ts";
import { answerSettings, type LlmSettings, llmSettings } from "./settings.ts";

/** The key of the settings that all models share which no --players file names. */
export const SHARED = "";

/** By the name of a model in the --players file, its settings; those of all others under `SHARED`, if there are others. */
export function settingsOfModels(specs: readonly string[], options: LlmOptions): ReadonlyMap<string, LlmSettings> {
  // A wrong spec is reported elsewhere; that an endpoint is missing is said all the same.
  const models = specs.flatMap((spec) => (spec.trim().startsWith("llm:") ? modelIn(spec) : []));
  if (models.length === 0) return new Map();
  const file = options.players === undefined ? undefined : readPlayersFile(options.players);
  const names = new Set(models.map((model) => (file?.has(model) ? model : SHARED)));
  const made = [...names].map((name) => () => [name, llmSettings(options, process.env, file?.get(name))] as const);
  return new Map(checkAll<(readonly [string, LlmSettings])[]>(...made));
}

/** The share of answers that were cut off from which the report says what to do. */
const COMMON = 0.05;

function modelIn(spec: string): string {
  try {
    const parsed = parseSpec(spec);
    return parsed.kind === "llm" ? parsed.model : SHARED;
  } catch {
    return SHARED;
  }
}

/** `llm:CALLED`, which owns its adviser. Says at the end if many answers were cut off. */
export function modelPlayer(
  called: string,
  settings: LlmSettings,
  client: ChatClient,
  adviser: PolicyPlayer | undefined,
): Player {
  const { model = called, retries, maxTokens, system, answerOnly, price } = settings;
  const advised = adviser && { advise: adviser.name };
  const player = llmPlayer(model, client, retries, {
    name: `llm:${called}${adviser ? `,advise=${adviser.name}` : ""}`,
    wording: { system, withoutReasoning: answerOnly },
    price,
    identity: { ...answerSettings(settings), ...advised },
    advise: adviser && adviserOf(adviser),
  });
  const { name, usage } = player;
  return {
    ...player,
    plays: (game) => adviser === undefined || (game.walkable && adviser.plays(game)),
    async dispose() {
      const { answers, cutOff } = usage();
      if (cutOff >= COMMON * answers && cutOff > 0) {
        const share = `${Math.round((100 * cutOff) / answers)} % of its answers were cut off at ${maxTokens.toLocaleString("en-US")} tokens`;
        note(`${name}: ${share} and counted as no action. Raise --llm-max-tokens.`);
      }
      await player.dispose?.();
      await adviser?.dispose?.();
    },
  };
}
