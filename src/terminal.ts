import type {Progress} from "./commands/command.ts";
import {visible} from "./visible.ts";

/** What a terminal is asked to write to. */
type Stream = Pick<NodeJS.WriteStream, "write">;

/**
 * The one way to stdout and stderr for text: whatever data it holds, no byte of it can act on a terminal. Line ends and
 * tabs stay; everything else that `visible` spells out is spelled out.
 *
 * @returns once the text is handed over, or could not be: the stream says that itself
 */
export async function writeText(stream: Stream, text: string): Promise<void> {
  await new Promise<void>(resolve => stream.write(visible(text, "\n\t"), () => resolve()));
}

/** Where lines for a person go: stderr, or nothing under `--quiet`. */
export interface Terminal {
  readonly progress: (event: Progress) => void;
  readonly notice: (line: string) => void;
  /** Ends an unfinished progress line. */
  readonly rest: () => void;
}

const REDRAW_MS = 100;
const LOG_EVERY_MS = 15_000;

/**
 * Shows progress on one line that is redrawn, or, where the output is no terminal, as a line every 15 seconds.
 */
export function createTerminal(stream: NodeJS.WriteStream, quiet: boolean): Terminal {
  if (quiet) return {progress: () => {}, notice: () => {}, rest: () => {}};
  const clocks = new Map<string, {began: number; first: number; shown: number}>();
  let open = "";
  const rest = () => {
    if (open !== "") stream.write("\n");
    open = "";
  };
  return {
    rest,
    notice: line => {
      if (open !== "") stream.write(`\r${" ".repeat(open.length)}\r`);
      open = "";
      void writeText(stream, `${line}\n`);
    },
    progress: event => {
      const now = performance.now();
      const clock = clocks.get(event.subject) ?? {began: now, first: event.done, shown: Number.NEGATIVE_INFINITY};
      clocks.set(event.subject, clock);
      const complete = event.total !== undefined && event.done >= event.total;
      if (!complete && now - clock.shown < (stream.isTTY ? REDRAW_MS : LOG_EVERY_MS)) return;
      if (!stream.isTTY && clock.shown === Number.NEGATIVE_INFINITY && !complete) {
        clock.shown = now;
        return;
      }
      clock.shown = now;
      const line = visible(progressLine(event, (now - clock.began) / 1000, clock.first), "");
      if (!stream.isTTY) {
        void writeText(stream, `${line}\n`);
        return;
      }
      const shown = line.slice(0, Math.max(20, (stream.columns ?? 80) - 1));
      stream.write(`\r${shown.padEnd(open.length)}`);
      open = shown;
      if (complete) rest();
    },
  };
}

/** Before so long, and so many units, what is left is a guess that would be off several times over. */
const FEWEST_SECONDS = 4;
const FEWEST_DONE = 3;

/** @param seconds since the subject's first event, which stood at `first` */
export function progressLine(event: Progress, seconds: number, first: number): string {
  const {subject, done, total, unit, note} = event;
  const amount = (value: number) => (unit === "bytes" ? `${(value / 1e6).toFixed(1)} MB` : String(value));
  const parts = [
    subject,
    total === undefined ? amount(done) : `${amount(done)}/${amount(total)} ${unit === "bytes" ? "" : unit}`.trim(),
  ];
  const rate = event.ratePerSecond ?? (seconds > 0 ? (done - first) / seconds : 0);
  if (note !== undefined && note !== "") parts.push(note);
  else if (unit === "bytes" && rate > 0) parts.push(`${(rate / 1e6).toFixed(1)} MB/s`);
  const worth = seconds >= FEWEST_SECONDS && (unit === "bytes" || done - first >= FEWEST_DONE);
  if (total !== undefined && rate > 0 && done < total && worth) parts.push(`${duration((total - done) / rate)} left`);
  return parts.join(" · ");
}

/** @example duration(75) // "1 min 15 s" */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
