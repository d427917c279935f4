/** The flags of the commands that measure a language model by asking it. */
import { UserError } from "../../util/errors.ts";
import type { Invocation } from "../command.ts";
import { checked, type OptionsOf, path, text, toggle, whole } from "./flag.ts";
import { positiveNumber } from "./numbers.ts";

/** Answers at each information set by default. */
export const SAMPLES = 30;

export const measureFlags = {
  samples: whole("--samples <n>", `answers of an llm: player at each information set (default: ${SAMPLES})`, {
    min: 1,
    max: 100_000,
  }),
  sets: whole("--sets <n>", "ask at the first n information sets by reach; at all by default, in a large game at 100", {
    min: 1,
    max: 100_000,
  }),
  budget: checked("--budget <cost>", "stop when the answers have cost this much by --llm-price", positiveNumber),
  out: path("--out <folder>", "where the answers are kept (default: one in measurements/)"),
};

/** The game that a language model is asked about. */
export const askedGame = { game: text("--game <id>", "the game that an llm: player is asked about") };

export const logprobs = {
  logprobs: toggle(
    "--logprobs",
    "take a model's probabilities from one answer at each set, where the endpoint gives them",
  ),
};

export type MeasureFlagOptions = OptionsOf<typeof measureFlags>;

/** Whether a spec names a language model, which is measured by asking it. */
export const isAsked = (spec: string | undefined): spec is string => /^\s*llm:/.test(spec ?? "");

/** Throws if a flag is given that is of the other use of a command. `of`: whom the flags are for. */
export function refuseFlags({ given }: Invocation, names: readonly string[], of: string): void {
  const wrong = given.filter((name) => names.includes(name));
  if (wrong.length > 0) throw new UserError(2, `${wrong.join(", ")}: only for ${of}.`);
}

/** What only a language model has. `--out` and others are as in `arena`. */
export const measuringFlags: readonly string[] = [
  ...["--samples", "--sets", "--budget", "--out", "--logprobs"],
  ...["--queue", "--queue-creds", "--insecure"],
];
