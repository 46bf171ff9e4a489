import {execFileSync} from "node:child_process";
import {appendFile, mkdir, open, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, onTestFinished, test, vi} from "vitest";
import {TRACE_SCHEMA} from "../../src/records/schema-version.ts";
import {type Trace, traceSchema} from "../../src/records/trace.ts";
import {RecordWriter} from "../../src/store/record-file.ts";
import {sealLine} from "../../src/store/seal.ts";
import {readTraces, TRACES} from "../../src/store/trace-file.ts";
import {codeOf} from "../support/code-of.ts";
import {aTrace, emptyFolder} from "./records.ts";

async function readAll(path: string): Promise<Trace[]> {
  const traces: Trace[] = [];
  for await (const trace of readTraces(path)) traces.push(trace);
  return traces;
}

async function write(path: string, traces: readonly Trace[]): Promise<boolean> {
  const {writer, torn} = await RecordWriter.open<Trace>(path);
  for (const trace of traces) await writer.append(trace);
  await writer[Symbol.asyncDispose]();
  return torn;
}

describe("traces.jsonl", () => {
  test("gives back every trace as it was written, also texts that look like line ends", async () => {
    const path = join(await emptyFolder(), TRACES);
    const texts = ["plain", "a\nb\r\nc", "next\u2028line\u2029paragraph\u0085", "🙂 ümläut", '"quoted" \\ \u0000'];
    const traces = texts.map((text, i) => aTrace(`d${i}`, {document: {id: `d${i}`, text, labels: []}}));
    await write(path, traces);
    expect(await readAll(path)).toEqual(traces);
    expect((await readFile(path, "utf8")).split("\n")).toHaveLength(texts.length + 1);
  });

  test("lines longer than a read of the file, with characters across its borders, come back whole", async () => {
    const path = join(await emptyFolder(), TRACES);
    const traces = ["€".repeat(70_000), "🙂".repeat(50_001)].map((text, i) =>
      aTrace(`d${i}`, {document: {id: `d${i}`, text, labels: []}}),
    );
    await write(path, traces);
    expect(await readAll(path)).toEqual(traces);
  });

  test("a file that is missing or empty holds no trace", async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, "empty"), "");
    expect(await readAll(join(folder, "missing"))).toEqual([]);
    expect(await readAll(join(folder, "empty"))).toEqual([]);
  });

  test("cut off at any byte, it keeps every whole line and drops the torn one", async () => {
    const folder = await emptyFolder();
    const traces = [aTrace("a"), aTrace("b"), aTrace("c")];
    await write(join(folder, TRACES), traces);
    const bytes = await readFile(join(folder, TRACES));
    await fc.assert(
      fc.asyncProperty(fc.nat({max: bytes.length}), async length => {
        const path = join(folder, `cut-${length}`);
        await writeFile(path, bytes.subarray(0, length));
        const whole = bytes.subarray(0, length).toString("utf8").split("\n").length - 1;
        expect(await readAll(path)).toEqual(traces.slice(0, whole));
        const atLineEnd = length === 0 || bytes[length - 1] === 10;
        expect(await write(path, [aTrace("z")])).toBe(!atLineEnd);
        expect(await readAll(path)).toEqual([...traces.slice(0, whole), aTrace("z")]);
      }),
      {numRuns: 40},
    );
  });

  test("zeros at the end, as a power cut leaves them, are dropped with the torn line", async () => {
    const path = join(await emptyFolder(), TRACES);
    await write(path, [aTrace("a")]);
    await appendFile(path, Buffer.alloc(100_000));
    expect(await readAll(path)).toEqual([aTrace("a")]);
    expect(await write(path, [aTrace("b")])).toBe(true);
    expect(await readAll(path)).toEqual([aTrace("a"), aTrace("b")]);
  });

  test.each([
    ["no JSON", "{oops", "it is not JSON"],
    ["an empty line", "", "it is not JSON"],
    ["JSON that is no trace", JSON.stringify({...aTrace("b"), promptTokens: 0}), "promptTokens"],
    ["a field that is not known", JSON.stringify({...aTrace("b"), extra: 1}), "extra"],
  ])("%s in the middle is named with file and line", async (_what, line, reason) => {
    const path = join(await emptyFolder(), TRACES);
    await write(path, [aTrace("a")]);
    await appendFile(path, `${line}\n`);
    await write(path, [aTrace("c")]);
    await expect(readAll(path)).rejects.toMatchObject({
      code: "record-damaged",
      message: `${path}:2 is damaged`,
      facts: {path, line: 2},
      details: expect.arrayContaining([expect.stringContaining(reason)]),
    });
  });

  test("a trace of a newer labelscope is refused by its schema, whatever else it holds", async () => {
    const path = join(await emptyFolder(), TRACES);
    await writeFile(path, `${JSON.stringify({schema: TRACE_SCHEMA + 1, something: "else"})}\n`);
    await expect(readAll(path)).rejects.toMatchObject({code: "newer-schema", facts: {schema: TRACE_SCHEMA + 1}});
  });

  test("traces that are appended at once stand in the order of the calls, each on its own line", async () => {
    const path = join(await emptyFolder(), TRACES);
    const traces = Array.from({length: 50}, (_, i) => aTrace(`d${i}`));
    const {writer} = await RecordWriter.open<Trace>(path);
    await Promise.all(traces.map(trace => writer.append(trace)));
    await writer[Symbol.asyncDispose]();
    expect(await readAll(path)).toEqual(traces);
  });
});

/** The prototype of file handles, for writes that fail as a disk makes them fail. */
async function handlePrototype(folder: string) {
  const handle = await open(join(folder, "handle"), "w");
  await handle.close();
  return Object.getPrototypeOf(handle);
}

describe("a write that fails half way", () => {
  test("leaves whole lines, says that the disk is full, and the next trace fits after them", async () => {
    const folder = await emptyFolder();
    const path = join(folder, TRACES);
    const prototype = await handlePrototype(folder);
    const original = prototype.write;
    let calls = 0;
    const spy = vi.spyOn(prototype, "write").mockImplementation(async function (this: unknown, ...given: unknown[]) {
      calls++;
      const [buffer, from] = given;
      if (calls === 2) return await original.call(this, buffer, from, 20);
      if (calls === 3) throw Object.assign(new Error("no space left on device"), {code: "ENOSPC"});
      return await original.apply(this, given);
    });
    onTestFinished(() => spy.mockRestore());
    const {writer} = await RecordWriter.open<Trace>(path);
    await writer.append(aTrace("a"));
    await expect(writer.append(aTrace("b"))).rejects.toMatchObject({code: "disk-full", facts: {path}});
    expect(await readFile(path, "utf8")).toBe(`${sealLine(aTrace("a"), "")}\n`);
    await writer.append(aTrace("c"));
    await writer[Symbol.asyncDispose]();
    expect(await readAll(path)).toEqual([aTrace("a"), aTrace("c")]);
  });

  test("a broken disk is named with a next step, and closing says nothing of it", async () => {
    const folder = await emptyFolder();
    const prototype = await handlePrototype(folder);
    const spy = vi.spyOn(prototype, "write").mockRejectedValue(Object.assign(new Error("broken disk"), {code: "EIO"}));
    onTestFinished(() => spy.mockRestore());
    const {writer} = await RecordWriter.open<Trace>(join(folder, TRACES));
    await expect(writer.append(aTrace("a"))).rejects.toMatchObject({
      code: "run-not-writable",
      message: expect.stringContaining("the disk or the device gave an error"),
    });
    await writer[Symbol.asyncDispose]();
  });

  const mounted = mountSmallDisk();
  test.skipIf(mounted !== undefined)(
    `a real disk of 64 KiB that fills up keeps every whole line${mounted === undefined ? "" : ` (skipped: ${mounted})`}`,
    async () => {
      const folder = await emptyFolder();
      const disk = join(folder, "disk");
      await mkdir(disk);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]);
      onTestFinished(() => {
        execFileSync("umount", [disk]);
      });
      const path = join(disk, TRACES);
      const {writer} = await RecordWriter.open<Trace>(path);
      let written = 0;
      const fill = async () => {
        for (; written < 1000; written++) await writer.append(aTrace(`d${written}`));
      };
      expect(await codeOf(fill)).toBe("disk-full");
      await writer[Symbol.asyncDispose]();
      expect(written).toBeGreaterThan(20);
      expect((await readAll(path)).map(trace => trace.key)).toEqual(
        Array.from({length: written}, (_, i) => `key-d${i}`),
      );
      expect((await readFile(path)).at(-1)).toBe(10);
    },
  );
});

/** Why a small file system cannot be mounted here; undefined where it can. */
function mountSmallDisk(): string | undefined {
  if (process.platform !== "linux") return "needs Linux's tmpfs";
  if (process.getuid?.() !== 0) return "mounting needs root";
  try {
    execFileSync("unshare", ["-m", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"], {stdio: "ignore"});
    return undefined;
  } catch {
    return "mounting is not permitted here";
  }
}

test("the trace that these tests write is a trace by the schema", () => {
  expect(traceSchema.parse(aTrace("a"))).toEqual(aTrace("a"));
});
