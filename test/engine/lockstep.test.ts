import {describe, expect, test} from "vitest";
import type {Extension, ReadSpec} from "../../src/engine/engine.ts";
import type {Lane} from "../../src/engine/lanes.ts";
import {Lockstep, type LockstepOptions, sequencesNeeded} from "../../src/engine/lockstep.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";
import {codeOf} from "../support/code-of.ts";

const SPEC: ReadSpec = {tokens: [65, 66], groups: [[67, 68]], top: 2};
const PREFIX = [10, 11, 12, 13];

interface Job {
  readonly tokens: readonly number[];
  readonly answer: readonly number[];
  readonly paths: readonly (readonly number[])[];
}

/** Jobs with prompts, answers and explored paths of different lengths. */
function jobs(count: number): Job[] {
  return Array.from({length: count}, (_, job) => ({
    tokens: [...PREFIX, ...Array.from({length: 2 + ((job * 3) % 5)}, (_, place) => 40 + job + place)],
    answer: Array.from({length: (job * 2) % 4}, (_, place) => 90 + job * place),
    paths: Array.from({length: job % 4}, (_, path) => [70 + path, 80 + job, ...(path === 2 ? [99] : [])]),
  }));
}

const at = (tokens: readonly number[]) => tokens.map((_, place) => ({at: place, spec: SPEC}));

/** Every path of up to `depth` tokens out of two, in a random but fixed order that puts beginnings first mostly. */
function branching(depth: number): number[][] {
  const grown: number[][] = [[70], [71]];
  for (let i = 0; grown.length < 2 ** (depth + 1) - 2; i++)
    grown.push(...[70, 71].map(token => [...(grown[i] ?? []), token]));
  return grown;
}

/** Reads after the prompt, along the paths, after each token of the answer, and along the paths again. */
async function work(job: Job, lane: Lane): Promise<unknown[]> {
  const paths = job.paths.map(tokens => ({tokens, reads: at(tokens)}));
  const seen: unknown[] = [await lane.start(job.tokens, [{at: job.tokens.length - 1, spec: SPEC}])];
  seen.push(await lane.explore(paths));
  for (const token of job.answer) seen.push(await lane.extend([token], at([token])));
  seen.push(await lane.explore(paths));
  return seen;
}

async function open(options: LockstepOptions, onExtend?: (items: readonly Extension[]) => void, contextTokens = 64) {
  const model = scriptedModel(onExtend === undefined ? {} : {onExtend});
  return await model.openSession({
    sequences: sequencesNeeded(options),
    contextTokens,
    threads: 1,
    flashAttention: false,
    cacheType: "f32",
  });
}

async function runAll(
  list: readonly Job[],
  options: LockstepOptions,
): Promise<{results: unknown[][]; batches: Extension[][]}> {
  const batches: Extension[][] = [];
  await using session = await open(options, items => batches.push([...items]));
  const lockstep = new Lockstep(session, options);
  await lockstep.prepare();
  const found = new Map<Job, unknown[]>();
  await lockstep.run(list, async (job, lane) => {
    found.set(job, await work(job, lane));
  });
  return {results: list.map(job => found.get(job) ?? []), batches};
}

const STRICT: LockstepOptions = {prefix: [], lanes: 1, scratchPerLane: 0};
const tokensIn = (batches: readonly Extension[][]) => batches.flat().reduce((sum, item) => sum + item.tokens.length, 0);

describe("Lockstep", () => {
  test.each([
    {prefix: [], lanes: 1, scratchPerLane: 2},
    {prefix: PREFIX, lanes: 1, scratchPerLane: 0},
    {prefix: PREFIX.slice(0, 2), lanes: 3, scratchPerLane: 0},
    {prefix: [], lanes: 3, scratchPerLane: 1},
    {prefix: PREFIX, lanes: 4, scratchPerLane: 2},
    {prefix: PREFIX, lanes: 20, scratchPerLane: 5},
  ])(
    "gives what one lane without reuse gives: $lanes lanes, $scratchPerLane scratch, prefix $prefix",
    async options => {
      const list = jobs(11);
      const alone = await runAll(list, STRICT);
      expect(alone.results.every(result => result.length > 0)).toBe(true);
      expect((await runAll(list, options)).results).toEqual(alone.results);
    },
  );

  test("the prefix is evaluated once, and everything else once a document", async () => {
    const list = jobs(7).map(job => ({...job, paths: []}));
    const own = list.reduce((sum, job) => sum + job.tokens.length - PREFIX.length + job.answer.length, 0);
    const {batches} = await runAll(list, {prefix: PREFIX, lanes: 3, scratchPerLane: 0});
    expect(tokensIn(batches)).toBe(PREFIX.length + own);
    expect(batches.flat().filter(item => item.tokens.join().startsWith(PREFIX.join()))).toHaveLength(1);
  });

  test("documents with answers of one length need as many batches as one document", async () => {
    const list = Array.from({length: 6}, (_, job) => ({
      tokens: [...PREFIX, 50 + job, 51],
      answer: [90, 91, 92],
      paths: [],
    }));
    const one = await runAll(list.slice(0, 1), {prefix: PREFIX, lanes: 1, scratchPerLane: 0});
    const six = await runAll(list, {prefix: PREFIX, lanes: 6, scratchPerLane: 0});
    expect(one.batches).toHaveLength(1 + 1 + 3);
    expect(six.batches).toHaveLength(one.batches.length);
    expect(six.batches.slice(1).map(items => items.length)).toEqual([6, 6, 6, 6]);
  });

  test("twice as many documents as lanes need twice the batches, and a new one joins where one ends", async () => {
    const list = Array.from({length: 4}, (_, job) => ({tokens: [...PREFIX, 50 + job], answer: [90, 91], paths: []}));
    expect((await runAll(list, {prefix: PREFIX, lanes: 2, scratchPerLane: 0})).batches).toHaveLength(1 + 2 * 3);
    const uneven = list.map((job, place) => ({...job, answer: place === 0 ? [90, 91, 92, 93, 94] : [90]}));
    // One lane works on the long document (6 batches) while the other works through three short ones (2 each).
    expect((await runAll(uneven, {prefix: PREFIX, lanes: 2, scratchPerLane: 0})).batches).toHaveLength(1 + 6);
  });

  test("paths that fit in the scratch sequences are read in one batch, otherwise in as few as hold them", async () => {
    const list = [{tokens: [...PREFIX, 50], answer: [], paths: [[70], [71], [72], [73], [74]]}];
    const count = async (scratchPerLane: number) =>
      (await runAll(list, {prefix: [], lanes: 1, scratchPerLane})).batches.length - 1;
    expect([await count(0), await count(1), await count(2), await count(5), await count(9)]).toEqual([10, 10, 6, 2, 2]);
  });

  test("an explored lane stays as it is", async () => {
    for (const scratchPerLane of [0, 2]) {
      const options = {prefix: [], lanes: 1, scratchPerLane};
      await using session = await open(options);
      let lengths: number[] = [];
      await new Lockstep(session, options).run([0], async (_job, lane) => {
        await lane.start([1, 2, 3], []);
        await lane.explore([
          {tokens: [4, 5], reads: []},
          {tokens: [6], reads: []},
          {tokens: [7], reads: []},
        ]);
        lengths = Array.from({length: session.sequences}, (_, sequence) => session.length(sequence));
      });
      expect(lengths).toEqual(scratchPerLane === 0 ? [3] : [0, 3, 0, 0]);
    }
  });

  test("no paths to explore cost nothing", async () => {
    const {batches} = await runAll([{tokens: [...PREFIX, 1], answer: [], paths: []}], STRICT);
    expect(batches).toHaveLength(1);
  });

  test("a failing document lets those under way finish, starts no other, and then surfaces", async () => {
    const options = {prefix: PREFIX, lanes: 3, scratchPerLane: 0};
    await using session = await open(options);
    const lockstep = new Lockstep(session, options);
    await lockstep.prepare();
    const [started, finished]: [number[], number[]] = [[], []];
    const run = lockstep.run([0, 1, 2, 3, 4, 5], async (job, lane) => {
      started.push(job);
      await lane.start([...PREFIX, 40 + job], []);
      if (job === 1) throw new Error("the second document is broken");
      for (let step = 0; step < 3 + job; step++) await lane.extend([60 + step], []);
      finished.push(job);
    });
    await expect(run).rejects.toThrow("the second document is broken");
    expect(started).toEqual([0, 1, 2]);
    expect(finished).toEqual([0, 2]);
  });

  test("a document that fails before it asks for anything does not hold up the others", async () => {
    const options = {prefix: [], lanes: 2, scratchPerLane: 0};
    await using session = await open(options);
    let finished = 0;
    const run = new Lockstep(session, options).run([0, 1], async (job, lane) => {
      if (job === 1) throw new Error("at once");
      await lane.start([1, 2], []);
      await lane.extend([3], []);
      finished++;
    });
    await expect(run).rejects.toThrow("at once");
    expect(finished).toBe(1);
  });

  test("a failing evaluation reaches every document in its batch, and nothing hangs", async () => {
    const options = {prefix: PREFIX, lanes: 2, scratchPerLane: 1};
    await using session = await open(options, undefined, 8);
    const lockstep = new Lockstep(session, options);
    await lockstep.prepare();
    let failed = 0;
    const run = lockstep.run([3, 20, 3], async (size, lane) => {
      try {
        await lane.start([...PREFIX, ...Array.from({length: size}, () => 1)], []);
      } catch (error) {
        failed++;
        throw error;
      }
    });
    expect(await codeOf(() => run)).toBe("context-overflow");
    expect(failed).toBe(2);
  });

  test("documents are taken one after another, as lanes become free, from an iterator that may be long", async () => {
    const options = {prefix: [], lanes: 2, scratchPerLane: 0};
    await using session = await open(options);
    let [taken, underWay, most] = [0, 0, 0];
    function* many() {
      for (; taken < 50; ) yield taken++;
    }
    await new Lockstep(session, options).run(many(), async (job, lane) => {
      most = Math.max(most, ++underWay);
      expect(taken - job).toBeLessThanOrEqual(2);
      await lane.start([1, job], []);
      underWay--;
    });
    expect([taken, most]).toEqual([50, 2]);
  });

  test("no documents are no work", async () => {
    expect((await runAll([], {prefix: [], lanes: 4, scratchPerLane: 1})).batches).toEqual([]);
  });

  test("a session with too few sequences is refused", async () => {
    await using session = await open(STRICT);
    expect(() => new Lockstep(session, {prefix: [], lanes: 2, scratchPerLane: 0})).toThrow("3 sequences needed");
    expect(sequencesNeeded({prefix: PREFIX, lanes: 4, scratchPerLane: 3})).toBe(17);
    expect(sequencesNeeded(STRICT)).toBe(1);
  });
});

describe("a lane that grows paths", () => {
  const end = (tokens: readonly number[]) => ({tokens, reads: [{at: tokens.length - 1, spec: SPEC}]});

  async function grown(options: LockstepOptions, batches: readonly (readonly number[])[][]) {
    let tokens = 0;
    await using session = await open(options, items => {
      for (const item of items) tokens += item.tokens.length;
    });
    const lockstep = new Lockstep(session, options);
    await lockstep.prepare();
    const seen: {read: unknown[]; evaluated: number}[] = [];
    await lockstep.run([1, 2, 3], async (job, lane) => {
      await lane.start([...PREFIX, 40 + job], []);
      const read: unknown[] = [];
      for (const paths of batches) read.push(...(await lane.grow(paths.map(end))));
      const evaluated = lane.evaluatedTokens();
      read.push(await lane.extend([50], [{at: 0, spec: SPEC}]), await lane.grow([end([70, 70, 71])]));
      seen[job - 1] = {read, evaluated};
    });
    return {seen, tokens};
  }

  test.each([0, 1, 2, 3, 7, 40])(
    "reads what it reads without keeping anything, with %i scratch",
    async scratchPerLane => {
      const all = branching(4);
      const batches = [all.slice(0, 2), all.slice(2, 9), all.slice(9, 25), all.slice(25)];
      const alone = await grown(STRICT, batches);
      for (const lanes of [1, 3]) {
        const beside = await grown({prefix: PREFIX, lanes, scratchPerLane}, batches);
        expect(beside.seen.map(({read}) => read)).toEqual(alone.seen.map(({read}) => read));
      }
    },
  );

  test("evaluates one token a path where all beginnings are held, and says so", async () => {
    const all = branching(3);
    const {seen} = await grown({prefix: PREFIX, lanes: 1, scratchPerLane: 30}, [
      all.slice(0, 2),
      all.slice(2, 6),
      all.slice(6),
    ]);
    expect(seen.map(({evaluated}) => evaluated)).toEqual([1, 1, 1].map(prompt => prompt + all.length));
  });
});

describe("an interruption", () => {
  test("ends a document at its next evaluation, with the signal's reason, and nothing more is evaluated", async () => {
    const controller = new AbortController();
    let evaluations = 0;
    const model = scriptedModel({onExtend: () => void evaluations++});
    const options = {prefix: PREFIX, lanes: 2, scratchPerLane: 0};
    await using session = await model.openSession({
      sequences: sequencesNeeded(options),
      contextTokens: 64,
      threads: 1,
      flashAttention: false,
      cacheType: "f32",
    });
    const lockstep = new Lockstep(session, options, controller.signal);
    await lockstep.prepare();
    const reason = new Error("enough");
    const running = lockstep.run(jobs(4), async ({tokens}, lane) => {
      await lane.start(tokens, at(tokens).slice(-1));
      controller.abort(reason);
      await lane.extend([90], at([90]));
    });
    await expect(running).rejects.toBe(reason);
    expect(evaluations).toBe(2);
  });
});
