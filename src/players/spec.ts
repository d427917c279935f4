/**
 * Parses the specs of players on the command line: `random`, `mcts:sims=200`, `latest@000600:greedy`, `llm:MODEL`, `human`.
 * Nothing is opened here, so that all wrong specs are reported before any run or connection is opened.
 */
import { didYouMean, UserError } from "../util/errors.ts";
import { oneLine } from "../util/printable.ts";
import { BEST_RESPONSE } from "./best-response.ts";
import { MCTS_DEFAULTS } from "./mcts.ts";
import { type Opponent, opponents } from "./opponents.ts";

export type PlayerSpec =
  | { readonly kind: "fixed"; readonly opponent: Opponent }
  | { readonly kind: "mcts"; readonly settings: Readonly<Record<string, number>> }
  /** `advise`: who advises it. */
  | { readonly kind: "llm"; readonly model: string; readonly advise?: Named | undefined }
  | { readonly kind: "human" }
  /** The exact exploiter of a run or of a fixed opponent. */
  | { readonly kind: "best-response"; readonly of: Named }
  /** `run` is for `resolveRun`, which checks whether the run exists. */
  | { readonly kind: "run"; readonly run: string; readonly greedy: boolean };

/** Whom a best response may be to, and who may advise. */
export type Named = Extract<PlayerSpec, { readonly kind: "fixed" | "run" }>;

/** A numeric parameter of a spec, as in `sims=200`. */
export interface SpecParameter {
  readonly name: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** A description for help texts. */
  readonly what: string;
}

export const MCTS_PARAMETERS: readonly SpecParameter[] = [
  {
    name: "sims",
    default: MCTS_DEFAULTS.sims,
    min: 1,
    max: 10_000_000,
    whole: true,
    what: "simulations at each decision",
  },
  {
    name: "c",
    default: MCTS_DEFAULTS.c,
    min: 0,
    max: 1000,
    whole: false,
    what: "how much it tries what it knows little of",
  },
  {
    name: "seed",
    default: MCTS_DEFAULTS.seed,
    min: 0,
    max: 1_000_000_000,
    whole: true,
    what: "where its draws come from",
  },
  {
    name: "sample",
    default: MCTS_DEFAULTS.sample,
    min: 0,
    max: 1,
    whole: true,
    what: "1 to mix actions as it visited them",
  },
];

/** The names that a spec may begin with. Any other spec names a run. */
export const fixedNames: readonly string[] = [
  ...opponents.map(({ name }) => name),
  "mcts",
  BEST_RESPONSE,
  "llm",
  "human",
];

/** The names that must be followed by something. */
const HOW_WRITTEN: Readonly<Record<string, string | undefined>> = {
  llm: "llm:MODEL",
  [BEST_RESPONSE]: `${BEST_RESPONSE}:of=RUN`,
};

/** Parses a spec. Fixed names take precedence over runs. Throws a UserError (exit 2) that says what is wrong. */
export function parseSpec(text: string): PlayerSpec {
  const spec = text.trim();
  const [name = ""] = spec.split(":", 1);
  // Everything after the first colon: names of models may contain colons and slashes.
  const rest = spec.length > name.length ? spec.slice(name.length + 1) : undefined;
  if (spec === "") throw new UserError(2, `A player has no name. ${whoThereIs()}`);
  if (name === "llm") {
    // The name appears in tables and logs, so it must not contain control characters.
    const [, model, adviser] = /^(.+),advise=(.*)$/s.exec(rest ?? "") ?? [undefined, rest];
    if (model && !/\p{C}/u.test(model)) {
      return { kind: "llm", model, ...(adviser === undefined ? {} : { advise: adviserIn(spec, adviser) }) };
    }
    throw new UserError(2, `"${oneLine(spec, 100)}" names no model; write llm:MODEL with what the endpoint calls it.`);
  }
  if (name === "mcts") return { kind: "mcts", settings: parseParameters(name, rest, MCTS_PARAMETERS) };
  if (name === BEST_RESPONSE) return { kind: "best-response", of: exploited(spec, rest) };
  const opponent = opponents.find((candidate) => candidate.name === name);
  if (opponent || name === "human") {
    if (rest === undefined) return opponent ? { kind: "fixed", opponent } : { kind: "human" };
    const hint = rest === "greedy" ? "; only runs play greedily" : "";
    throw new UserError(2, `"${spec}": ${name} takes no parameters${hint}.`);
  }
  const greedy = spec.endsWith(":greedy");
  const run = greedy ? spec.slice(0, -":greedy".length) : spec;
  // A colon may be part of a path. In a spec without slashes, it precedes a word that should have been "greedy".
  const [, word] = /^[^/\\]*:([^/\\]*)$/.exec(run) ?? [];
  if (run === "" || word !== undefined) {
    const hint = didYouMean(name, fixedNames) || didYouMean(word ?? "", ["greedy"]);
    throw new UserError(2, `Unknown player "${spec}".${hint} A run takes ":greedy" and nothing else. ${whoThereIs()}`);
  }
  return { kind: "run", run, greedy };
}

/** The player in `of=PLAYER`. */
function exploited(spec: string, rest: string | undefined): Named {
  const [, text] = /^of=(.*)$/s.exec(rest ?? "") ?? [];
  if (!text) throw new UserError(2, `"${spec}" names nobody to exploit; write ${BEST_RESPONSE}:of=latest.`);
  const of = parseSpec(text);
  if (of.kind === "fixed" || of.kind === "run") return of;
  throw new UserError(2, `"${spec}": ${BEST_RESPONSE} is of a run or of a fixed opponent, such as latest or nash.`);
}

/** The player in `advise=PLAYER`. */
function adviserIn(spec: string, text: string): Named {
  const adviser = text === "" ? undefined : parseSpec(text);
  if (adviser?.kind === "fixed" || adviser?.kind === "run") return adviser;
  throw new UserError(2, `"${oneLine(spec, 100)}": a run or a fixed opponent advises, such as latest or nash.`);
}

/** A sentence that lists all players, for messages. */
export function whoThereIs(): string {
  const names = fixedNames.map((name) => HOW_WRITTEN[name] ?? name);
  return `Players: ${names.join(", ")}, or a run such as latest or latest@000100:greedy.`;
}

/** The settings in `sims=200,…`, by name, with defaults for those left out. Throws a UserError with every problem. */
function parseParameters(
  player: string,
  text: string | undefined,
  parameters: readonly SpecParameter[],
): Record<string, number> {
  const names = parameters.map(({ name }) => name);
  const values = Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.default]));
  const problems: string[] = [];
  const given = new Set<string>();
  for (const part of text === undefined ? [] : text.split(",")) {
    const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(part.trim()) ?? [];
    const parameter = parameters.find((candidate) => candidate.name === name);
    if (!parameter) {
      problems.push(
        `${player} has no parameter "${name}".${didYouMean(name, names)} Its parameters: ${names.join(", ")}.`,
      );
      continue;
    }
    if (given.has(name)) problems.push(`${player}:${name} is given twice.`);
    given.add(name);
    const { min, max, whole } = parameter;
    const number = (whole ? /^\d+$/ : /^\d*\.?\d+(e-?\d+)?$/i).test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) values[name] = number;
    else
      problems.push(
        `${player}:${name} is "${value}"; it takes a ${whole ? "whole " : ""}number from ${min} to ${max}.`,
      );
  }
  if (problems.length > 0) throw new UserError(2, problems);
  return values;
}
