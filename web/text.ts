/** Words and numbers of the page. */
import type { Game, Seat } from "../src/games/game.ts";
import { signed, withSign } from "../src/util/figures.ts";

/** `player 0 (X)` */
export const seatName = ({ roles }: Pick<Game, "roles">, seat: Seat): string => `player ${seat} (${roles[seat]})`;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `+2 : −2` */
export const returnsText = (returns: readonly [number, number]): string =>
  `${withSign(rounded(returns[0]), "−")} : ${withSign(rounded(returns[1]), "−")}`;

/** `Player 0 (X) wins +1`, or `A draw`. */
export function resultText(game: Game, returns: readonly [number, number]): string {
  if (returns[0] === returns[1]) return "A draw";
  const winner: Seat = returns[0] > returns[1] ? 0 : 1;
  return `${capital(seatName(game, winner))} wins ${withSign(rounded(returns[winner]), "−")}`;
}

const rounded = (x: number): number => Number(x.toPrecision(4));

export const percent = (p: number): string => `${(100 * p).toFixed(1)} %`;

/** `0.1234`; small numbers as `1.2e-5`, large ones as `12,345`. */
export function figure(x: number): string {
  if (x === 0) return "0";
  if (Math.abs(x) >= 1000) return Math.round(x).toLocaleString("en");
  return Math.abs(x) < 0.001 ? x.toExponential(1) : x.toFixed(4);
}

/** `+0.0556`; `–` if it is not known. */
export const valueText = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "–" : signed(value, 4).replace("-", "−");
