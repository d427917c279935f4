/** Numbers in the texts of flags. Each function throws a UserError (exit 2) that says what the flag takes. */
import { UserError } from "../../util/errors.ts";

/** A whole number from `min` to `max`, both included. */
export function wholeNumber(name: string, text: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  throw new UserError(2, `${name} is "${text}"; it takes a whole number ${range}.`);
}

export function finiteNumber(name: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new UserError(2, `${name} is "${text}"; it takes a number.`);
}

/** A number from `min` to `max`, both included. */
export function numberBetween(name: string, text: string, min: number, max: number): number {
  const value = finiteNumber(name, text);
  if (value >= min && value <= max) return value;
  throw new UserError(2, `${name} is "${text}"; it takes a number from ${min} to ${max}.`);
}

export function positiveNumber(name: string, text: string): number {
  const value = finiteNumber(name, text);
  if (value > 0) return value;
  throw new UserError(2, `${name} is "${text}"; it takes a number above 0.`);
}

/** Threads beside the main one: 0 to 64, or `auto`. */
export function workerCount(name: string, text: string): number | "auto" {
  return text === "auto" ? "auto" : wholeNumber(name, text, 0, 64);
}
