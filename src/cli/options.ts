/** The options of each command, as text from the command line, and how they become settings and numbers. */
import type { ConfigSources } from "../config/load.ts";
import { type ExitCode, UserError } from "../util/errors.ts";
import type { LlmFlags } from "./llm-options.ts";

export interface ConfigOptions {
  readonly games?: string;
  readonly seed?: string;
  readonly size?: string;
  readonly updates?: string;
  readonly set?: readonly string[];
  readonly backend?: string;
  readonly keepEpisodes?: string;
  readonly workers?: string;
  readonly dir?: string;
}

export interface TrainOptions extends ConfigOptions {
  readonly name?: string;
  /** `true` for the latest run. */
  readonly resume?: string | true;
  readonly profile?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** Of the program, before or after the command's name. */
  readonly verbose?: boolean;
}

export interface EvalOptions {
  readonly vs?: string;
  readonly games?: string;
  readonly episodes: string;
  readonly seed: string;
  readonly greedy?: boolean;
  readonly failUnder?: string;
  readonly json?: boolean;
  readonly dir?: string;
  readonly workers?: string;
}

export interface PolicyOptions {
  readonly game?: string;
  readonly greedy?: boolean;
  readonly rows?: string;
  readonly json?: boolean;
  readonly dir?: string;
}

export interface AblateOptions {
  readonly games?: string;
  readonly vary?: readonly string[];
  readonly seeds?: string;
  readonly updates?: string;
  readonly set?: readonly string[];
  readonly name?: string;
  readonly jobs?: string;
  readonly dir?: string;
  readonly json?: boolean;
}

export interface SolveOptions {
  readonly tolerance: string;
  readonly iterations: string;
  readonly rows?: string;
  readonly json?: boolean;
}

export interface ReplayOptions {
  readonly episode?: string;
  readonly game?: string;
  readonly player: string;
  readonly verify?: boolean;
  readonly json?: boolean;
  readonly dir?: string;
}

export interface PlayOptions extends LlmFlags {
  readonly game?: string;
  readonly vs: string;
  readonly seat: string;
  readonly seed?: string;
  readonly hints?: boolean;
  readonly hintFrom?: string;
  readonly log?: string;
  readonly dir?: string;
}

export interface MatchFlags extends LlmFlags {
  readonly game?: string;
  readonly pairs?: string;
  readonly seed: string;
  readonly sprt?: string;
  readonly log?: string;
  readonly notation?: string;
  readonly json?: boolean;
  readonly dir?: string;
}

export interface ArenaFlags extends LlmFlags {
  readonly games?: string;
  readonly pairs: string;
  readonly seed: string;
  readonly gauntlet?: boolean;
  readonly anchor?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly dir?: string;
}

export interface LadderFlags {
  readonly games?: string;
  readonly checkpoints: string;
  readonly pairs: string;
  readonly seed: string;
  readonly greedy?: boolean;
  readonly json?: boolean;
  readonly dir?: string;
}

export interface ListOptions {
  readonly json?: boolean;
  readonly dir?: string;
}

/** Flags that stand for a setting. */
const FLAG_KEYS = {
  games: "games",
  seed: "seed",
  updates: "updates",
  backend: "nn.backend",
  keepEpisodes: "run.keepEpisodes",
  workers: "run.workers",
  dir: "run.dir",
} as const satisfies Partial<Record<keyof ConfigOptions, string>>;

/** What `loadConfig` takes, from a command's file argument and options. */
export function configSources(file: string | undefined, options: ConfigOptions): ConfigSources {
  const flags = Object.entries(FLAG_KEYS).flatMap(([option, key]) => {
    const text = options[option as keyof typeof FLAG_KEYS];
    const name = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return text === undefined ? [] : [{ name, key, text }];
  });
  return { file, size: options.size, sets: options.set, flags };
}

/** The runs folder that a command without a config looks in. */
export async function runsFolder({ dir }: { readonly dir?: string }): Promise<string> {
  if (dir !== undefined) return dir;
  const { loadConfig } = await import("../config/load.ts");
  return loadConfig().config.run.dir;
}

/** The whole number in an option's text; a UserError (exit 2) says what it takes. */
export function wholeNumber(option: string, text: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  throw new UserError(2, `${option} is "${text}"; it takes a whole number ${range}.`);
}

/** Games under way at once where models answer: enough that their endpoint never waits for us. */
export function gamesAtOnce({ llmConcurrency = "4" }: LlmFlags): number {
  return 2 * wholeNumber("--llm-concurrency", llmConcurrency, 1, 1000);
}

/** The number in an option's text. */
export function finiteNumber(option: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new UserError(2, `${option} is "${text}"; it takes a number.`);
}

/**
 * Runs each check and throws the problems of all of them as one UserError; exit 2, or the code that they all share.
 */
export function checkAll<T extends readonly unknown[]>(...checks: { readonly [K in keyof T]: () => T[K] }): T {
  const problems: string[] = [];
  const codes = new Set<ExitCode>();
  const values = checks.map((check) => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(...error.problems);
      codes.add(error.exitCode);
      return undefined;
    }
  });
  const [code] = codes;
  if (code !== undefined) throw new UserError(codes.size === 1 ? code : 2, problems);
  return values as unknown as T;
}
