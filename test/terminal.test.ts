import {afterEach, beforeEach, describe, expect, test, vi} from "vitest";
import type {Progress} from "../src/commands/command.ts";
import {createTerminal, duration, progressLine} from "../src/terminal.ts";

describe("duration", () => {
  test.each([
    [0, "0 s"],
    [-5, "0 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [75, "1 min 15 s"],
    [3599.6, "1 h 0 min"],
    [3661, "1 h 1 min"],
    [90_000, "25 h 0 min"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

describe("progressLine", () => {
  const documents: Progress = {subject: "model on task", done: 20, total: 100, unit: "documents"};

  test("shows what, how far, how fast and how long", () => {
    const line = progressLine({...documents, ratePerSecond: 4, note: "4.0 docs/s"}, 5, 0);
    expect(line).toBe("model on task · 20/100 documents · 4.0 docs/s · 20 s left");
  });

  test("tells the speed from the progress itself, not counting what was there at the start", () => {
    expect(progressLine(documents, 10, 10)).toBe("model on task · 20/100 documents · 1 min 20 s left");
  });

  test("says no time left while too little is done or too soon to tell, and none when it is done", () => {
    expect(progressLine({...documents, done: 0}, 3, 0)).toBe("model on task · 0/100 documents");
    expect(progressLine(documents, 0, 0)).toBe("model on task · 20/100 documents");
    expect(progressLine({...documents, ratePerSecond: 0.1, done: 20}, 60, 18)).toBe("model on task · 20/100 documents");
    expect(progressLine({...documents, ratePerSecond: 9}, 3, 0)).toBe("model on task · 20/100 documents");
    expect(progressLine({...documents, done: 100}, 10, 0)).toBe("model on task · 100/100 documents");
  });

  test("bytes are megabytes with their speed, also where the whole size is not known", () => {
    const bytes: Progress = {subject: "pull", done: 5e6, unit: "bytes"};
    expect(progressLine({...bytes, total: 1e7}, 2, 0)).toBe("pull · 5.0 MB/10.0 MB · 2.5 MB/s");
    expect(progressLine({...bytes, total: 1e7}, 5, 0)).toBe("pull · 5.0 MB/10.0 MB · 1.0 MB/s · 5 s left");
    expect(progressLine(bytes, 2, 0)).toBe("pull · 5.0 MB · 2.5 MB/s");
  });
});

/** The part of a stream that a terminal uses. */
function stream(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  return {written, stream: {isTTY, columns, write} as unknown as NodeJS.WriteStream};
}

describe("createTerminal", () => {
  beforeEach(() => {
    vi.useFakeTimers({toFake: ["performance"]});
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const event = (done: number, subject = "a"): Progress => ({subject, done, total: 10, unit: "documents"});

  test("quiet writes nothing at all", () => {
    const {written, stream: out} = stream(true);
    const terminal = createTerminal(out, true);
    terminal.notice("a remark");
    terminal.progress(event(10));
    terminal.rest();
    expect(written).toEqual([]);
  });

  test("on a terminal one line is drawn again, at most ten times a second, and ends when it is complete", () => {
    const {written, stream: out} = stream(true);
    const terminal = createTerminal(out, false);
    terminal.progress(event(1));
    terminal.progress(event(2));
    vi.advanceTimersByTime(150);
    terminal.progress(event(3));
    terminal.progress(event(10));
    const lines = written
      .join("")
      .split("\r")
      .slice(1)
      .map(text => text.trimEnd());
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe("a · 1/10 documents");
    expect(lines[1]).toMatch(/^a · 3\/10 documents/);
    expect(written.at(-1)).toBe("\n");
  });

  test("a line that got shorter leaves nothing of the longer one behind", () => {
    const {written, stream: out} = stream(true);
    const terminal = createTerminal(out, false);
    terminal.progress({...event(1), note: "a long note that goes away"});
    vi.advanceTimersByTime(150);
    terminal.progress(event(1));
    expect(written[1]?.length).toBe(written[0]?.length);
  });

  test("a line never exceeds the terminal's width", () => {
    const {written, stream: out} = stream(true, 30);
    createTerminal(out, false).progress(event(1, "a subject that is much longer than thirty columns"));
    expect(written[0]?.slice(1).length).toBeLessThan(30);
  });

  test("a notice wipes the progress line instead of being glued to it", () => {
    const {written, stream: out} = stream(true);
    const terminal = createTerminal(out, false);
    terminal.progress(event(1));
    terminal.notice("a remark");
    const length = "a · 1/10 documents".length;
    expect(written.slice(1)).toEqual([`\r${" ".repeat(length)}\r`, "a remark\n"]);
    terminal.rest();
    expect(written).toHaveLength(3);
  });

  test("in a log there is a line every 15 seconds and one at the end, and no carriage return", () => {
    const {written, stream: out} = stream(false);
    const terminal = createTerminal(out, false);
    for (let second = 0; second < 40; second++) {
      terminal.progress(event(Math.floor(second / 5)));
      vi.advanceTimersByTime(1000);
    }
    terminal.progress(event(10));
    expect(written).toHaveLength(3);
    expect(written.every(line => line.endsWith("\n") && !line.includes("\r"))).toBe(true);
    expect(written[2]).toBe("a · 10/10 documents\n");
  });
});
