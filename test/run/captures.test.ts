import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {Extension} from "../../src/engine/engine.ts";
import {type ScriptedOptions, scriptedEngine} from "../../src/engine/scripted.ts";
import {wantedCaptures} from "../../src/run/captures.ts";
import type {RunProgress} from "../../src/run/execute.ts";
import type {RunOptions} from "../../src/run/options.ts";
import {readRun} from "../../src/store/read-run.ts";
import {TRACES} from "../../src/store/trace-file.ts";
import {codeOf} from "../support/code-of.ts";
import {capture, engineOf, loadingEngine, workspace} from "./workspace.ts";

const ALL = ["marginal", "unary", "binary", "probe"];
const FILES = ["trees.jsonl", "unary.jsonl", "binary.jsonl", "hidden.jsonl", "hidden.npy", TRACES];

const textsIn = async (folder: string) =>
  await Promise.all(FILES.map(async file => await readFile(join(folder, file), "latin1")));

/** Records by document and split, without how long they took. */
async function recordsOf(folder: string) {
  const {documents} = await readRun(folder);
  const timeless = (record: object | undefined) =>
    record === undefined ? undefined : {...record, elapsedMs: 0, evaluatedTokens: 0};
  return [...documents.train, ...documents.calibration, ...documents.test]
    .map(({split, document, trace, tree, unary, binary, hidden}) => ({
      id: `${split}/${document.id}`,
      trace: timeless(trace),
      tree: timeless(tree),
      unary: timeless(unary),
      binary: timeless(binary),
      hidden: hidden === undefined ? undefined : [...hidden],
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe("what estimators need to be captured", () => {
  const splits = (estimators: readonly string[], changes: Partial<RunOptions> = {}) =>
    Object.fromEntries(
      wantedCaptures({estimators, ...changes}).captures.map(({name, splits}) => [name, splits.join()]),
    );

  test.each([
    [[], {greedy: "test"}],
    [["hard", "constant"], {greedy: "test"}],
    [["marginal"], {greedy: "test", tree: "test"}],
    [["marginal", "hard+platt"], {greedy: "test,calibration", tree: "test"}],
    [["marginal+platt"], {greedy: "test,calibration", tree: "test,calibration"}],
    [["unary", "binary-outcome+platt"], {greedy: "test,calibration", unary: "test", binary: "test,calibration"}],
    [["probe"], {greedy: "test", hidden: "test,train"}],
    [["probe+platt"], {greedy: "test,calibration", hidden: "test,calibration,train"}],
    [["encoder"], {greedy: "test"}],
  ])("%j: each kind on the splits where it is read", (estimators, expected) => {
    expect(splits(estimators)).toEqual(expected);
  });

  test("the other splits are 200 and 1000 documents where they are needed, or as many as are asked for", () => {
    const limits = (estimators: readonly string[], changes: Partial<RunOptions> = {}) =>
      wantedCaptures({estimators, ...changes}).limits;
    expect(limits([])).toEqual({calibration: 0, train: 0});
    expect(limits(["probe+platt"])).toEqual({calibration: 200, train: 1000});
    expect(limits(["probe+platt"], {calibrationLimit: 5, trainLimit: 7})).toEqual({calibration: 5, train: 7});
    expect(limits([], {calibrationLimit: 5, trainLimit: 7})).toEqual({calibration: 5, train: 0});
    expect(splits(["hard+platt"], {calibrationLimit: 0})).toEqual({greedy: "test"});
  });

  test("an estimator that is not known is refused with the known ones", () => {
    expect(() => wantedCaptures({estimators: ["margnal"]})).toThrow(/"margnal" is not known/);
  });

  test("documents are embedded where the encoder reads them", () => {
    const embedded = (estimators: readonly string[]) => wantedCaptures({estimators}).embedded.join();
    expect(embedded(["probe", "hard+platt"])).toBe("");
    expect(embedded(["encoder"])).toBe("test,train");
    expect(embedded(["encoder+platt"])).toBe("test,calibration,train");
    expect(wantedCaptures({estimators: ["encoder"]}).limits).toEqual({calibration: 0, train: 1000});
  });

  test("probes on predictions need answers and hidden states of train documents", () => {
    expect(splits([], {probePredictions: true})).toEqual({greedy: "test,train", hidden: "test,train"});
    expect(splits(["hard+platt"], {probePredictions: true})).toEqual({
      greedy: "test,calibration,train",
      hidden: "test,train",
    });
    expect(wantedCaptures({probePredictions: true, trainLimit: 5}).limits).toEqual({calibration: 0, train: 5});
  });
});

describe("captures beside the greedy traces", () => {
  test("are added by a later command, which leaves the traces alone, and a third one evaluates nothing", async () => {
    const place = await workspace();
    const first = await capture(place);
    const traces = await readFile(join(first.folder, TRACES), "utf8");
    const added = await capture(place, {estimators: ALL, trainLimit: 5});
    expect(added).toMatchObject({folder: first.folder, captured: 0, resumed: 12, finished: true});
    expect(added.captures.map(({name, captured, total}) => [name, captured, total])).toEqual([
      ["greedy", 0, 12],
      ["tree", 12, 12],
      ["unary", 12, 12],
      ["binary", 12, 12],
      ["hidden", 17, 17],
    ]);
    expect(await readFile(join(added.folder, TRACES), "utf8")).toBe(traces);
    const before = await textsIn(added.folder);
    const batches: unknown[] = [];
    const engine = engineOf({onExtend: items => batches.push(items)});
    const again = await capture(place, {estimators: ALL, trainLimit: 5}, {engine});
    expect(again.captures.map(({captured, resumed}) => [captured, resumed])).toEqual(
      [12, 12, 12, 12, 17].map(total => [0, total]),
    );
    expect(batches).toEqual([]);
    expect(await textsIn(added.folder)).toEqual(before);
  });

  test("hold what their schemas say: every label, every pair in ascending order, a state a document", async () => {
    const place = await workspace();
    const {folder, manifest} = await capture(place, {estimators: ALL, trainLimit: 5, limit: 3});
    expect(manifest.labels).toEqual(["joy", "fear", "anger", "none"]);
    const {documents, orphans} = await readRun(folder);
    expect(orphans).toEqual({trace: 0, tree: 0, unary: 0, binary: 0, hidden: 0, embedding: 0});
    expect(documents.test).toHaveLength(3);
    for (const {tree, unary, binary, hidden} of documents.test) {
      expect(tree?.labels).toHaveLength(3);
      expect(unary?.labels).toHaveLength(3);
      expect(binary?.pairs.map(({first, second}) => `${first}${second}`)).toEqual(["01", "02", "03", "12", "13", "23"]);
      expect(hidden).toHaveLength(8);
    }
    expect(documents.train.map(({trace, hidden}) => [trace, hidden?.length])).toEqual(
      Array.from({length: 5}, () => [undefined, 8]),
    );
  });

  test("documents that are demonstrated are not among those that a probe learns from", async () => {
    const place = await workspace();
    const {folder, manifest} = await capture(place, {estimators: ["probe"], limit: 1});
    const {documents} = await readRun(folder);
    expect(documents.train).toHaveLength(12);
    const ids = documents.train.map(({document}) => document.id);
    expect(manifest.prompt.demonstrations).toHaveLength(4);
    for (const id of manifest.prompt.demonstrations) expect(ids).not.toContain(id);
  });

  test("the label tree agrees with the answer: what is written greedily holds most of the mass", async () => {
    const place = await workspace();
    const {folder} = await capture(place, {estimators: ["marginal"]});
    const {documents} = await readRun(folder);
    for (const {tree, trace} of documents.test) expect(tree?.answers[0]?.labels).toEqual(trace?.answer.labels);
  });

  test("how many documents run side by side does not change what is captured", async () => {
    const place = await workspace();
    // Logits that hang on every token before them: a question or a path at a wrong place would show.
    const engine = () => scriptedEngine({tokens: ["joy", "fear", "anger", "none", '"]', '", "']});
    const changes = {estimators: ALL, trainLimit: 3, limit: 4, treeExpansions: 12, shots: 1};
    const alone = await capture(place, {...changes, sequences: 1, out: "alone"}, {engine: engine()});
    const beside = await capture(place, {...changes, sequences: 20, out: "beside"}, {engine: engine()});
    expect(await recordsOf(beside.folder)).toEqual(await recordsOf(alone.folder));
    const strict = await capture(place, {...changes, strict: true, out: "strict"}, {engine: engine()});
    const [one] = await recordsOf(strict.folder);
    expect(one).toEqual((await recordsOf(alone.folder))[0]);
  });

  test("progress is told of each kind by its name, up to its end", async () => {
    const place = await workspace();
    const seen: RunProgress[] = [];
    await capture(place, {estimators: ["marginal", "unary"], limit: 2}, {onProgress: progress => seen.push(progress)});
    expect(seen.map(({capture: name, done, total}) => `${name} ${done}/${total}`)).toEqual(
      ["greedy", "tree", "unary"].flatMap(name => [0, 1, 2].map(done => `${name} ${done}/2`)),
    );
    expect(new Set(seen.map(({title}) => title))).toEqual(new Set(["answers", "label trees", "unary questions"]));
  });

  test("stopped in the middle, the same command does the rest, kind by kind", async () => {
    const place = await workspace();
    const changes = {estimators: ALL, trainLimit: 4, sequences: 1};
    const seen = new Set<string>();
    for (let round = 0; round < 40; round++) {
      const controller = new AbortController();
      let done = 0;
      const outcome = await capture(place, changes, {
        signal: controller.signal,
        onProgress: progress => {
          if (progress.done > 0 && ++done > 5) controller.abort();
        },
      });
      seen.add(outcome.captures.at(-1)?.name ?? "");
      if (outcome.finished) break;
    }
    expect([...seen]).toEqual(["greedy", "tree", "unary", "binary", "hidden"]);
    const straight = await capture(place, {...changes, out: "straight"});
    const {folder} = await capture(place, changes);
    expect(await recordsOf(folder)).toEqual(await recordsOf(straight.folder));
  });

  test("--max-minutes counts over all kinds", async () => {
    const place = await workspace();
    const stopped = await capture(place, {estimators: ALL, trainLimit: 2, maxMinutes: Number.MIN_VALUE});
    expect(stopped).toMatchObject({finished: false, captures: [{name: "greedy", captured: 0}]});
  });

  test("another way of growing trees is refused in the same run, another limit is not", async () => {
    const place = await workspace();
    await capture(place, {estimators: ["marginal"], limit: 2});
    const more = await capture(place, {estimators: ["marginal"], limit: 4});
    expect(more.captures[1]).toMatchObject({captured: 2, resumed: 2});
    await expect(capture(place, {estimators: ["marginal"], treeWidth: 0.1})).rejects.toMatchObject({
      code: "run-changed",
      facts: {changed: ["how label trees are grown"]},
    });
    await expect(capture(place, {limit: 5})).resolves.toMatchObject({captured: 1});
  });

  test("hidden states are refused before anything is captured where the engine cannot give them", async () => {
    const place = await workspace();
    const able = engineOf();
    const batches: (readonly Extension[])[] = [];
    const engine = loadingEngine(async (path, options) => {
      const model = await able.loadModel(path, options);
      // A reader that fails its self-test does so when the weights are loaded.
      return {...model, capabilities: {...model.capabilities, hiddenState: options?.vocabularyOnly === true}};
    });
    await expect(capture(place, {estimators: ["probe"]}, {engine})).rejects.toMatchObject({code: "no-hidden-state"});
    expect(batches).toEqual([]);
    await expect(capture(place, {estimators: ["unary"]}, {engine})).resolves.toMatchObject({finished: true});
  });

  test("what an engine cannot give is refused while the run is planned, before weights are loaded", async () => {
    const place = await workspace();
    const loads: unknown[] = [];
    const unable = (capabilities: ScriptedOptions["capabilities"] = {}) => {
      const able = engineOf({capabilities});
      return loadingEngine(async (path, options) => {
        loads.push(options?.vocabularyOnly);
        return await able.loadModel(path, options);
      });
    };
    const refused = async (changes: Partial<RunOptions>, cannot: ScriptedOptions["capabilities"]) =>
      await codeOf(() => capture(place, changes, {engine: unable(cannot)}));
    expect(await refused({fullLogits: true}, {fullLogits: false})).toBe("no-full-logits");
    expect(await refused({estimators: ["probe"]}, {hiddenState: false})).toBe("no-hidden-state");
    expect(loads).toEqual([true, true]);
    await expect(capture(place, {}, {engine: unable({fullLogits: false})})).resolves.toMatchObject({finished: true});
  });

  test("a split that an estimator needs and the task does not have is named", async () => {
    const place = await workspace({yaml: ""});
    const path = join(place.folder, "task.yaml");
    const {writeFile} = await import("node:fs/promises");
    await writeFile(path, (await readFile(path, "utf8")).replace("calibration: calibration.jsonl, ", ""));
    await expect(capture(place, {estimators: ["hard+platt"]})).rejects.toMatchObject({
      code: "no-documents",
      message: expect.stringContaining("calibration"),
    });
  });

  test("a train split that is demonstrated to the last document is named as that", async () => {
    const place = await workspace();
    const path = join(place.folder, "train.jsonl");
    const {writeFile} = await import("node:fs/promises");
    const [single = "", several = ""] = (await readFile(path, "utf8")).split("\n");
    const needed = {estimators: ["probe"], multiShare: 0, noneShare: 0, shots: 1};
    await writeFile(path, `${single}\n`);
    await expect(capture(place, needed)).rejects.toMatchObject({
      code: "no-documents",
      message: 'the only train document of task "numbers" is demonstrated: none is left to learn from',
    });
    await writeFile(path, `${single}\n${several}\n`);
    await expect(capture(place, {...needed, shots: 2, multiShare: 0.5})).rejects.toMatchObject({
      code: "no-documents",
      message: 'all 2 train documents of task "numbers" are demonstrated: none is left to learn from',
    });
  });

  test("lettered options are captured as letters, those of the other order turned round", async () => {
    const place = await workspace();
    const path = join(place.folder, "task.yaml");
    const {writeFile} = await import("node:fs/promises");
    const yaml = await readFile(path, "utf8");
    await writeFile(path, yaml.replace(/^prompt:\n/m, "prompt:\n  binary: {answers: letters}\n"));
    // Option a has twice the probability of option b, whatever the options are.
    const engine = engineOf({
      tokens: [" a", " b", "\n", "Input: "],
      script: text => (text.endsWith("Better:") ? {" a": Math.log(2), " b": 0} : {"\n": 9}),
    });
    const {folder, manifest} = await capture(place, {estimators: ["binary@paper"], limit: 1}, {engine});
    expect(manifest.captures?.binary?.hash).toMatch(/^[0-9a-f]{64}$/);
    const [document] = (await readRun(folder)).documents.test;
    expect(document?.binary?.answers).toBe("letters");
    const shares = document?.binary?.pairs.flatMap(({asked}) =>
      asked.flatMap(({first, second, firstToken}) => [
        first / (first + second),
        (firstToken?.first ?? 0) / (firstToken?.second ?? 0),
      ]),
    );
    const expected = [2 / 3, 2, 1 / 3, 1 / 2].map(value => expect.closeTo(value, 6));
    expect(shares).toEqual(Array.from({length: 6}, () => expected).flat());
  });

  test("a model that answers no question is warned about", async () => {
    const place = await workspace();
    const outcome = await capture(place, {estimators: ["unary", "binary"], limit: 2});
    expect(outcome.warnings).toContainEqual(
      expect.stringMatching(/^the two answers asked for hold little .* in "unary" \(0\.0\d\) and "binary" \(0\.0\d\)/),
    );
  });
});
