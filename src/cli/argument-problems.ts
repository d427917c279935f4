/** Finds all problems of a command line at once; commander stops at the first. */
import type { Command, Option } from "commander";
import { didYouMean } from "../util/errors.ts";

export function argumentProblems(program: Command, argv: readonly string[]): string[] {
  const problems: string[] = [];
  const operands: string[] = [];
  let command = program;
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] as string;
    if (arg === "--") {
      operands.push(...argv.slice(i + 1));
      break;
    }
    if (!/^--?[A-Za-z]/.test(arg)) {
      const child = operands.length === 0 ? command.commands.find((c) => c.name() === arg) : undefined;
      if (child) command = child;
      else operands.push(arg);
      // Commander runs `help` itself, but reports no unknown command after it.
      if (command === program && arg === "help") return operandProblems(program, argv.slice(i + 1, i + 2));
      continue;
    }
    const [flag = ""] = arg.split("=", 1);
    const options = knownOptions(command);
    const option = options.find(({ long, short }) => long === flag || short === flag);
    const next = argv[i + 1];
    if (["-h", "--help", "-v", "-V", "--version"].includes(flag)) {
      return command === program ? operandProblems(program, operands) : [];
    }
    if (!option) {
      const hint = didYouMean(flag, longNames(options)) || ` Its options: ${nameOf(command)} --help`;
      problems.push(`unknown option "${flag}".${hint}`);
      // Most options take a value, so a word after an unknown option counts as its value.
      if (flag === arg && next !== undefined && !next.startsWith("-")) i++;
    } else if (option.required && flag === arg) {
      const isFlag = next !== undefined && longNames(options).includes(next.split("=", 1)[0] as string);
      if (next === undefined || isFlag) problems.push(`option ${option.flags} needs a value.`);
      else i++;
    } else if (option.optional && flag === arg && next !== undefined && !next.startsWith("-")) {
      i++;
    } else if (!option.required && !option.optional && flag !== arg) {
      problems.push(`option ${flag} takes no value.`);
    }
  }
  return [...problems, ...operandProblems(command, operands)];
}

function operandProblems(command: Command, operands: readonly string[]): string[] {
  const [first] = operands;
  if (first === undefined) return [];
  const names = command.commands.map((c) => c.name());
  if (names.includes(first) || first === "help" || first.startsWith("-")) return [];
  if (names.length > 0) {
    return [`unknown command "${first}".${didYouMean(first, names)} Commands: ${names.join(", ")}.`];
  }
  if (command.registeredArguments.at(-1)?.variadic) return [];
  const most = command.registeredArguments.length;
  return operands.slice(most).map((extra) => `"${extra}" is one argument too many; usage: ${usage(command)}`);
}

const knownOptions = (command: Command): Option[] => [
  ...command.options,
  ...(command.parent ? knownOptions(command.parent) : []),
];

const longNames = (options: readonly Option[]): string[] => options.flatMap(({ long }) => (long ? [long] : []));

/** As it is typed: `spiral train`. */
function nameOf(command: Command): string {
  const names: string[] = [];
  for (let c: Command | null = command; c; c = c.parent) names.unshift(c.name());
  return names.join(" ");
}

const usage = (command: Command): string => `${nameOf(command)} ${command.usage()}`;
