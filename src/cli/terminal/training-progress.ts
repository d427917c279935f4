/**
 * Shows on stderr how far training is: on a terminal an area that is redrawn at most ten times a second, elsewhere one plain line
 * per evaluation.
 */
import { firstThatFits, fold, widthOf } from "./layout.ts";
import { note, printed, styleFor } from "./output.ts";

/** Games against random play, if a game cannot be evaluated exactly. */
export const SAMPLE_EPISODES = 1000;

/** What an evaluation says of one game. */
export interface GameMeasure {
  /** Exact; undefined if the game cannot be walked. */
  readonly nashConv?: number;
  readonly greedyNashConv?: number;
  /** Against random play, if there is no exact value. */
  readonly meanReturnVsRandom?: number;
}

export interface Progress {
  update(update: number, episodes: number): void;
  evaluation(update: number, games: Readonly<Record<string, GameMeasure>>): void;
  message(text: string): void;
  /** Erases the area. */
  close(): void;
}

const FRAME_MS = 100;
const BAR = 24;

/** `updates` is 0 if the run has no set length. `from` is the last update already done; `quiet` shows messages only. */
export function createProgress(updates: number, from: number, { quiet = false } = {}): Progress {
  const stream = process.stderr;
  const live = stream.isTTY === true && process.env.TERM !== "dumb" && !quiet;
  const started = performance.now();
  const history = new Map<string, GameMeasure[]>();
  let [now, episodes, firstEpisodes] = [from, 0, Number.NaN];
  let [lastFrame, drawn] = [Number.NEGATIVE_INFINITY, 0];
  const messages: string[] = [];

  const seconds = () => (performance.now() - started) / 1000;
  const headline = (columns: number): string => {
    const style = styleFor(stream);
    const rate = (episodes - firstEpisodes) / seconds();
    const left = now > from ? ((updates - now) * seconds()) / (now - from) : Number.NaN;
    const elapsed = `  ${seconds().toFixed(0)} s`;
    const times = `${elapsed}${Number.isFinite(left) && now < updates ? `, ${left.toFixed(0)} s to go` : ""}`;
    const speed = rate > 0 ? `  ${compact(rate)} games/s` : "";
    if (updates === 0) return firstThatFits([`update ${now}${speed}${elapsed}`, `update ${now}`], columns);
    const filled = Math.round((now / updates) * BAR);
    const bar = style.cyan("━".repeat(filled)) + style.dim("━".repeat(BAR - filled));
    const count = `update ${now} of ${updates}`;
    const texts = [`${bar}  ${count}${speed}${times}`, `${count}${speed}${times}`, `${count}${times}`];
    return firstThatFits([...texts, `${count}${elapsed}`, count, `${now}/${updates}`], columns);
  };
  const draw = (force = false): void => {
    if (!live || (!force && performance.now() - lastFrame < FRAME_MS)) return;
    lastFrame = performance.now();
    const style = styleFor(stream);
    // The last column stays free: some terminals begin a new line after it.
    const columns = (stream.columns || 80) - 1;
    const width = Math.max(...[...history.keys()].map((id) => id.length), 4);
    const told = messages.flatMap((text) => fold(printed(text, stream), columns).split("\n"));
    const rows = [headline(columns), ...told.map((line) => clip(line, columns))];
    for (const [id, points] of history) {
      const texts = descriptions(points.at(-1) as GameMeasure);
      const curve = points.map(({ nashConv, meanReturnVsRandom = 0 }) => nashConv ?? 1 - meanReturnVsRandom);
      const drawnCurve = `${style.bold(id.padEnd(width))}  ${style.cyan(sparkline(curve, BAR))}  ${texts[0]}`;
      const plainly = texts.map((text) => `${style.bold(id)}  ${text}`);
      rows.push(firstThatFits([drawnCurve, ...plainly, style.bold(id)], columns));
    }
    stream.write(`${erase(drawn)}${rows.map((row) => `${row}\n`).join("")}`);
    drawn = rows.length;
  };

  return {
    update(update, total) {
      if (Number.isNaN(firstEpisodes)) firstEpisodes = total;
      [now, episodes] = [update, total];
      draw();
    },
    evaluation(update, games) {
      now = update;
      for (const [id, measure] of Object.entries(games)) {
        const points = history.get(id);
        if (points) points.push(measure);
        else history.set(id, [measure]);
      }
      if (live) draw(true);
      else if (!quiet) {
        const parts = Object.entries(games).map(([id, measure]) => `${id} ${descriptions(measure)[0]}`);
        const count = updates === 0 ? String(update) : `${String(update).padStart(String(updates).length)}/${updates}`;
        note(`update ${count}  ${seconds().toFixed(1)} s  ${parts.join(" | ")}`);
      }
    },
    message(text) {
      if (!live) note(text);
      else {
        messages.push(text);
        draw(true);
      }
    },
    close() {
      if (live) stream.write(erase(drawn));
      drawn = 0;
    },
  };
}

/** `NashConv 0.0046, greedy 0`, and shorter ones for a narrow terminal. */
function descriptions({ nashConv, greedyNashConv, meanReturnVsRandom }: GameMeasure): string[] {
  if (nashConv === undefined || greedyNashConv === undefined) {
    const mean = (meanReturnVsRandom ?? 0).toFixed(3);
    return [`mean return ${mean} against random`, `mean return ${mean}`];
  }
  return [`NashConv ${number(nashConv)}, greedy ${number(greedyNashConv)}`, `NashConv ${number(nashConv)}`];
}

/** Four decimals; an exact 0 stays `0`. */
export function number(x: number): string {
  return x === 0 ? "0" : x.toFixed(4);
}

/** `1.2 M`, `34 k`. */
export function compact(n: number): string {
  if (n >= 1e6) return `${(n / 1e6).toFixed(1)} M`;
  return n >= 1e4 ? `${(n / 1e3).toFixed(0)} k` : n.toFixed(0);
}

const LEVELS = "▁▂▃▄▅▆▇█";

/** The values as a row of bars on a logarithmic scale, the last `width` of them. */
export function sparkline(values: readonly number[], width: number): string {
  const logs = values.map((v) => Math.log10(Math.max(v, 1e-4)));
  // Not spread into arguments: a long run has more evaluations than a call takes.
  const low = logs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const level = (x: number) => (high - low < 1e-9 ? 0 : Math.round(((x - low) / (high - low)) * (LEVELS.length - 1)));
  const step = Math.max(1, logs.length / width);
  const length = Math.min(width, logs.length);
  return Array.from({ length }, (_, i) => LEVELS[level(logs[Math.floor((i + 1) * step) - 1] as number)])
    .join("")
    .padEnd(width);
}

/** Cuts a line that is still too wide, which then holds a word as wide as the terminal. */
const clip = (line: string, columns: number): string =>
  widthOf(line) <= columns ? line : `${[...line].slice(0, columns - 1).join("")}…`;

/** Line by line: if the rest of the screen is cleared from its first line, tmux keeps a copy of it in its history. */
const erase = (lines: number): string => "\x1b[1A\x1b[2K".repeat(lines);
