import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {forcedWords} from "../../src/compare/run-facets.ts";
import {runNames} from "../../src/compare/run-names.ts";
import type {Manifest} from "../../src/records/manifest.ts";
import {aManifest} from "../store/records.ts";

interface Differing {
  readonly id?: string;
  readonly title?: string;
  readonly quantisation?: string;
  readonly identity?: Partial<Manifest["identity"]>;
  readonly prompt?: Partial<Manifest["prompt"]>;
  readonly engine?: Manifest["engine"];
  readonly created?: string;
  readonly name?: string;
}

function manifest({id = "tiny", title, quantisation, identity, prompt, engine, created, name}: Differing): Manifest {
  const base = aManifest();
  return aManifest({
    name: name ?? `posts-${id}-1a2b3c4d`,
    created: created ?? base.created,
    ...(title === undefined ? {} : {title}),
    model: {...base.model, id, ...(quantisation === undefined ? {} : {quantisation})},
    identity: {...base.identity, shots: 10, ...identity},
    prompt: {...base.prompt, ...prompt},
    engine: engine ?? base.engine,
  });
}

const names = (...runs: Differing[]) => runNames(runs.map(manifest));

describe("runNames", () => {
  test("a model alone is enough where models differ, and where there is one run", () => {
    expect(names({id: "large"})).toEqual(["large"]);
    expect(names({id: "large"}, {id: "small"})).toEqual(["large", "small"]);
  });

  test("what tells runs of one model apart stands in brackets, the most telling first", () => {
    expect(names({identity: {shots: 3}}, {})).toEqual(["tiny (3 shots)", "tiny (10 shots)"]);
    const chat = {
      mode: "turns",
      templateHash: "0".repeat(64),
      args: {},
      system: "own turn",
    } as const;
    expect(names({identity: {chat: "auto"}, prompt: {templated: true, chat}}, {})).toEqual([
      "tiny (chat)",
      "tiny (raw)",
    ]);
    expect(
      names(
        {identity: {chat: "single"}, prompt: {templated: true, chat: {...chat, mode: "single"}}},
        {identity: {chat: "auto"}, prompt: {templated: true}},
      ),
    ).toEqual(["tiny (chat in one turn)", "tiny (chat, spliced)"]);
    expect(names({identity: {shots: 1, labelOrder: "random:7"}}, {identity: {labelOrder: "reversed"}})).toEqual([
      "tiny (1 shot, random order 7)",
      "tiny (10 shots, reversed order)",
    ]);
    expect(names({quantisation: "Q4_K_M"}, {quantisation: "F16"})).toEqual(["tiny (Q4_K_M)", "tiny (F16)"]);
    expect(names({engine: {engine: "local", cpu: "a"}}, {engine: {engine: "local", cpu: "b"}})).toEqual([
      "tiny (cpu a)",
      "tiny (cpu b)",
    ]);
  });

  test("a model's own answers leave no mark beside forced ones", () => {
    expect(names({}, {identity: {forceAnswers: "gold"}})).toEqual(["tiny", "tiny (gold answers)"]);
    expect(forcedWords({task: "posts", forceAnswers: "posts-large-v2-0a1b2c3d@beef"})).toBe("answers of large-v2");
  });

  test("shots that differ between models are named, since they stand between them; their quantisations are not", () => {
    expect(names({id: "a", identity: {shots: 3}, quantisation: "Q8_0"}, {id: "b", quantisation: "F16"})).toEqual([
      "a (3 shots)",
      "b (10 shots)",
    ]);
  });

  test("what a model's name says already is not said again", () => {
    expect(names({id: "a-q4_k_m", quantisation: "Q4_K_M"}, {id: "a-q4_k_m", quantisation: "F16"})).toEqual([
      "a-q4_k_m",
      "a-q4_k_m (F16)",
    ]);
  });

  test("a title stands for the model and everything else, unless two runs have the same", () => {
    expect(names({title: "my run"}, {identity: {shots: 3}})).toEqual(["my run", "tiny (3 shots)"]);
    expect(names({title: "mine", identity: {shots: 3}}, {title: "mine"})).toEqual([
      "mine (3 shots)",
      "mine (10 shots)",
    ]);
  });

  test("runs that differ in nothing are numbered by their age, in whatever order they are given", () => {
    const [old, young] = [{created: "2026-01-01T00:00:00.000Z"}, {created: "2026-02-01T00:00:00.000Z"}];
    expect(names(young, old)).toEqual(["tiny #2", "tiny"]);
    expect(names(old, young)).toEqual(["tiny", "tiny #2"]);
  });

  test("names are all different, follow the runs when those are reordered, and hold no hash", () => {
    const run = fc.record({
      id: fc.constantFrom("a", "b", "a (10 shots)"),
      identity: fc.record({shots: fc.constantFrom(3, 10), labelOrder: fc.constantFrom("alphabetical", "reversed")}),
      quantisation: fc.constantFrom("F16", "Q4_0"),
    });
    fc.assert(
      fc.property(fc.array(run, {minLength: 1, maxLength: 6}), some => {
        const runs = some.map((one, at) => ({...one, name: `posts-x-0000000${at}`}));
        const found = names(...runs);
        expect(new Set(found).size).toBe(runs.length);
        expect(names(...runs.toReversed())).toEqual(found.toReversed());
        expect(found.filter(name => /[0-9a-f]{8}/.test(name))).toEqual([]);
      }),
    );
  });
});
