/** Opens a language model, measures it, and closes it: shared by `eval`, `policy` and `probe`. It is asked here or by the workers of a queue. */
import { join } from "node:path";
import type { Game } from "../../games/game.ts";
import { gameWithoutTalk } from "../../games/registry.ts";
import type { LlmPlayer } from "../../players/llm/llm-player.ts";
import type { Player } from "../../players/player.ts";
import { parseSpec } from "../../players/spec.ts";
import { UserError } from "../../util/errors.ts";
import { checkAll } from "../check-all.ts";
import { gamesAtOnce, type LlmOptions } from "../flags/llm.ts";
import { type MeasureFlagOptions, SAMPLES } from "../flags/measure.ts";
import type { QueueOptions } from "../flags/queue.ts";
import { settingsOfModels } from "../models/model-player.ts";
import { checkPlayers, closePlayers } from "../open/players.ts";
import { queueAddress } from "../queue/address.ts";
import type { QueuedModel } from "../queue/answers.ts";
import { sentModel } from "../queue/sent-models.ts";
import { note } from "../terminal/output.ts";
import { exitCodeOf, interruption } from "../terminal/signals.ts";
import { type Measured, type MeasureOptions, measure } from "./measurement.ts";
import { inWording } from "./probe.ts";
import type { Variation } from "./variations.ts";

interface Options extends MeasureFlagOptions, QueueOptions, LlmOptions {
  readonly game: string | undefined;
  readonly logprobs: boolean;
  readonly json: boolean;
}

/**
 * Measures the player and hands what came of it to `report`, also if it ended early with some answers. `check` throws what else is
 * wrong, which is reported with all other problems; `report` gets what it returns. Returns the exit code: that of what ended the
 * measurement early, or 0.
 */
export const measurePlayer = <T>(
  spec: string,
  runs: string,
  options: Options,
  check: () => T,
  report: (measured: Measured, checked: T) => void | Promise<void>,
): Promise<number> =>
  withPlayer(spec, runs, options, check, async (player, game, settings, checked) => {
    const measured = await measure(player, game, settings);
    sayIfStopped(measured);
    if (measured.answered.some(({ answers }) => answers > 0)) await report(measured, checked);
    return measured.stopped;
  });

/**
 * Measures a model in its usual wording and in each variation of it. `checkVariations` throws what is wrong with them. `report` gets
 * all that was measured, if nothing ended early.
 */
export const measureWordings = (
  spec: string,
  runs: string,
  options: Options,
  checkVariations: () => readonly Variation[],
  report: (measured: readonly Measured[], variations: readonly Variation[]) => void,
): Promise<number> =>
  withPlayer(spec, runs, options, checkVariations, async (player, game, settings, variations) => {
    const wordings = [
      { name: "usual", player },
      ...variations.map((variation) => ({ name: variation.name, player: inWording(player, variation) })),
    ];
    const all: Measured[] = [];
    let spent = 0;
    for (const { name, player } of wordings) {
      note(`In the wording "${name}":`);
      const { budget, out } = settings;
      const left = budget === undefined ? undefined : budget - spent;
      const measured = await measure(player, game, {
        ...settings,
        budget: left,
        out: out === undefined ? undefined : join(out, name.replaceAll(/[^\w.=-]/g, "-")),
      });
      sayIfStopped(measured);
      if (measured.stopped !== undefined) return measured.stopped;
      all.push(measured);
      spent += measured.usage.cost ?? 0;
    }
    report(all, variations);
    return undefined;
  });

/** Checks everything, opens the player, and closes it in the end. `work` gets what `check` gave and returns why it ended early. */
async function withPlayer<T>(
  spec: string,
  runs: string,
  options: Options,
  check: () => T,
  work: (player: LlmPlayer, game: Game, settings: MeasureOptions, checked: T) => Promise<Measured["stopped"]>,
): Promise<number> {
  const [game, checked, samples = SAMPLES, sets, budget, open, queued] = checkAll(
    () => named(options.game),
    check,
    options.samples,
    options.sets,
    options.budget,
    () => checkPlayers([spec], { runs, llm: options }),
    () => queuedModel(spec, options),
  );
  const atOnce = gamesAtOnce(options);
  const players = await open();
  try {
    const [player] = players;
    if (!player || !isModel(player)) throw new UserError(2, `${spec} is no language model: write llm:MODEL.`);
    if (!player.plays(game)) throw new UserError(2, `${player.name} does not play ${game.id}.`);
    const { signal, stop } = interruption(() => note("Stopping. Ctrl-C again stops at once."));
    try {
      const { logprobs, out } = options;
      const settings = { samples, sets, logprobs, budget, out, atOnce, signal, queued };
      const stopped = await work(player, game, settings, checked);
      return exitCodeOf(signal) ?? (stopped === "budget" ? 1 : 0);
    } finally {
      stop();
    }
  } finally {
    await closePlayers(players);
  }
}

/** Undefined if this process asks. Throws a UserError (exit 2) if the model, or the queue, cannot be used so. */
function queuedModel(spec: string, options: Options): QueuedModel | undefined {
  const address = queueAddress(options);
  if (!address) return undefined;
  const parsed = parseSpec(spec);
  const [settings] = settingsOfModels([spec], options).values();
  if (parsed.kind !== "llm" || !settings) throw new UserError(2, `${spec} is no language model: write llm:MODEL.`);
  return { address, called: parsed.model, model: sentModel(settings) };
}

const isModel = (player: Player): player is LlmPlayer => "asks" in player;

function sayIfStopped({ stopped, samples, sets, answered, dir }: Measured): void {
  if (stopped === undefined) return;
  const why = stopped === "budget" ? "The budget is spent" : "Stopped";
  const count = answered.reduce((sum, { answers }) => sum + answers, 0);
  note(`${why} after ${count} of ${samples * sets.length} answers, which are kept in ${dir}. ${GO_ON[stopped]}`);
}

const GO_ON = {
  budget: "The same command with a larger --budget goes on.",
  interrupted: "The same command goes on.",
} as const;

function named(id: string | undefined): Game {
  if (id !== undefined) return gameWithoutTalk(id);
  throw new UserError(2, "Name the game that it is asked about: --game kuhn. What there is: spiral games");
}
