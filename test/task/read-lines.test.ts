import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {ProblemList} from "../../src/task/problems.ts";
import {lineLimit, readLines, readText} from "../../src/task/read-lines.ts";

let path = "";
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "labelscope-lines-"));
  path = join(folder, "t");
});
afterEach(async () => rm(folder, {recursive: true}));

const linesOf = async (content: string | Uint8Array) => {
  await writeFile(path, content);
  const lines: unknown[] = [];
  for await (const {number, text, problem} of readLines(path)) lines.push([number, text ?? problem]);
  return lines;
};

const utf16 = (text: string, mark = "\ufeff"): Buffer => Buffer.from(mark + text, "utf16le");

describe("readLines", () => {
  test("ends lines with LF or CRLF, the last one with nothing", async () => {
    expect(await linesOf("\ufeffa\r\n\nb")).toEqual([
      [1, "a"],
      [2, ""],
      [3, "b"],
    ]);
  });

  test("joins a line that comes in many pieces", async () => {
    const long = "ä".repeat(2 ** 20);
    expect(await linesOf(`x\n${long}\ny`)).toEqual([
      [1, "x"],
      [2, long],
      [3, "y"],
    ]);
  });

  test("passes over a line above the limit, and reads on", async () => {
    const lines = await linesOf(Buffer.concat([Buffer.alloc(lineLimit + 1, "a"), Buffer.from("\nb\n")]));
    expect(lines).toEqual([
      [1, "the line is longer than 64 MiB, the most that is read"],
      [2, "b"],
    ]);
  });

  test("reads UTF-16 with a byte order mark", async () => {
    expect(await linesOf(utf16("é\r\nb\n"))).toEqual([
      [1, "é"],
      [2, "b"],
    ]);
  });
});

describe("readText", () => {
  const said = async (content: Uint8Array) => {
    await writeFile(path, content);
    const problems = new ProblemList();
    const text = await readText(path, "t", problems);
    const error = await Promise.resolve()
      .then(() => problems.throwIfAny("x", "x", "x"))
      .catch((reason: unknown) => reason);
    return error instanceof Error && "details" in error ? error.details : text;
  };

  test("reads UTF-16 of either order by its mark", async () => {
    expect(await said(utf16("é\n"))).toBe("é\n");
    expect(await said(utf16("é\n").swap16())).toBe("é\n");
  });

  test("refuses what is no text, with the line", async () => {
    expect(await said(Buffer.from("a\nb\xff\n", "latin1"))).toEqual(["t:2: not valid UTF-8; save the file as UTF-8"]);
    expect(await said(utf16("a\nb", ""))).toEqual([expect.stringMatching(/^t:1: holds a NUL byte: UTF-16 without/)]);
  });
});
