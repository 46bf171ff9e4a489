import {afterEach, beforeEach, describe, expect, test, vi} from "vitest";
import type {Engine, Model, SessionOptions} from "../../src/engine/engine.ts";
import {slowBecause} from "../../src/run/slow.ts";
import {type ThreadFacts, threadsFor} from "../../src/run/threads.ts";
import {engineOf} from "./workspace.ts";

const machine = (processors: number, load: number) => ({processors, load});

/** A model whose evaluations take so many milliseconds by the number of threads; what was opened is noted. */
async function model(msOf: (threads: number) => number) {
  const scripted = await engineOf().loadModel("model.gguf");
  const opened: number[] = [];
  const openSession = async (options: SessionOptions) => {
    opened.push(options.threads);
    const session = await scripted.openSession(options);
    const extend: typeof session.extend = async (items, signal) => {
      vi.advanceTimersByTime(msOf(options.threads));
      return await session.extend(items, signal);
    };
    const {path, sequences, contextTokens} = session;
    return {
      ...{path, sequences, contextTokens, extend},
      length: (sequence: number) => session.length(sequence),
      fork: async (from: number, to: number) => await session.fork(from, to),
      trim: async (sequence: number, length: number) => await session.trim(sequence, length),
      [Symbol.asyncDispose]: async () => await session[Symbol.asyncDispose](),
    };
  };
  const asked: Pick<Model, "openSession" | "vocabulary"> = {vocabulary: scripted.vocabulary, openSession};
  return {asked, opened};
}

const engine = (): Engine => engineOf();
const facts: ThreadFacts = {strict: false, parameters: 1e8, local: true, machine: machine(4, 0)};

describe("threads", () => {
  beforeEach(() => {
    vi.useFakeTimers({toFake: ["performance"]});
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("are as many as a person says, in strict mode one a processor, and measured in neither case", async () => {
    const {asked, opened} = await model(() => 1);
    expect(await threadsFor(engine(), "m", asked, {...facts, threads: 3})).toEqual({threads: 3});
    expect(await threadsFor(engine(), "m", asked, {...facts, strict: true})).toEqual({threads: 4});
    expect(await threadsFor(engine(), "m", asked, {...facts, threads: 3, strict: true})).toEqual({threads: 3});
    expect(opened).toEqual([]);
  });

  test("are one for a tiny model and on one processor, with the reason", async () => {
    const {asked, opened} = await model(() => 1);
    expect(await threadsFor(engine(), "m", asked, {...facts, parameters: 430_752})).toEqual({
      threads: 1,
      because: expect.stringContaining("a model this small"),
    });
    expect((await threadsFor(engine(), "m", asked, {...facts, machine: machine(1, 0)})).threads).toBe(1);
    expect(opened).toEqual([]);
  });

  test("are all processors where that is as fast, and one fewer where all of them are slower", async () => {
    const idle = await model(threads => 40 / threads);
    expect((await threadsFor(engine(), "m", idle.asked, facts)).threads).toBe(4);
    expect(idle.opened).toEqual([3, 4]);
    const busy = await model(threads => (threads === 4 ? 60 : 10));
    const choice = await threadsFor(engine(), "m", busy.asked, facts);
    expect(choice.threads).toBe(3);
    expect(choice.because).toContain("with 4 over 3 times as long");
  });

  test("are all processors for a few documents while nothing else runs, and measured while something does", async () => {
    const {asked, opened} = await model(threads => 40 / threads);
    const idle = {...machine(4, 0.3), running: 1};
    const few = {...facts, documents: 24, machine: idle};
    const choice = await threadsFor(engine(), "m", asked, few);
    expect(choice).toEqual({threads: 4, because: expect.stringContaining("nothing else runs")});
    expect(opened).toEqual([]);
    for (const other of [
      {...few, documents: 33},
      {...few, machine: {...idle, running: 2}},
      {...few, machine: machine(4, 0.3)},
    ]) {
      await threadsFor(engine(), "m", asked, other);
      expect(opened.splice(0)).toEqual([3, 4]);
    }
  });

  test("that the load leaves free are tried instead of one fewer", async () => {
    const {asked, opened} = await model(threads => (threads === 8 ? 60 : 10));
    const choice = await threadsFor(engine(), "m", asked, {...facts, machine: machine(8, 6.2)});
    expect(opened).toEqual([2, 8]);
    expect(choice).toEqual({threads: 2, because: expect.stringContaining("load 6.2")});
  });

  test("are measured once a model as long as the engine is open", async () => {
    const {asked, opened} = await model(() => 1);
    const one = engine();
    const first = await threadsFor(one, "m", asked, facts);
    expect(await threadsFor(one, "m", asked, facts)).toEqual(first);
    expect(opened).toHaveLength(2);
    await threadsFor(one, "other", asked, facts);
    expect(opened).toHaveLength(4);
  });
});

describe("the reason of a slow capture", () => {
  const at = {seconds: 20, documentsPerSecond: 0.1, threads: 2, reader: "native", machine: machine(2, 6)};

  test("is that other programs want the processors, or how logits are read", () => {
    expect(slowBecause(at)).toBe("slow: other programs keep 4 more threads busy on 2 processors");
    expect(slowBecause({...at, reader: "public", machine: machine(2, 2)})).toContain("public interface");
  });

  test("is not given while it is fast, too early, of a server, or where none is seen", () => {
    expect(slowBecause({...at, documentsPerSecond: 1})).toBeUndefined();
    expect(slowBecause({...at, seconds: 9})).toBeUndefined();
    expect(slowBecause({...at, threads: undefined})).toBeUndefined();
    expect(slowBecause({...at, machine: machine(2, 2)})).toBeUndefined();
    expect(slowBecause({...at, machine: machine(16, 5)})).toBeUndefined();
  });
});
