import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {RunIdentity} from "../../src/records/manifest.ts";
import {runName} from "../../src/store/run-name.ts";
import {aManifest} from "./records.ts";

const {identity} = aManifest();

/** Another value for each field of an identity; a new field must be given one here. */
const others: {readonly [field in keyof Omit<Required<RunIdentity>, "shard">]: RunIdentity[field]} = {
  task: "other",
  model: "other",
  shots: 1,
  multiShare: 0.4,
  noneShare: 0.2,
  seed: 1,
  testMultiShare: 0.5,
  split: "calibration",
  ids: "dev.txt@0123abcd",
  strata: "kinds",
  labelOrder: "reversed",
  format: "list",
  chat: "auto",
  chatArgs: {enable_thinking: false},
  reasoning: 16,
  opening: "free",
  decode: "constrained",
  labelScoring: "exact",
  variants: "sum",
  flashAttention: true,
  strict: true,
  fullLogits: true,
  forceAnswers: "gold",
};

describe("runName", () => {
  test.each(Object.entries(others))("another %s gives another name", (field, value) => {
    expect(runName({...identity, [field]: value})).not.toBe(runName(identity));
  });

  test("is task, model and eight hex digits", () => {
    expect(runName(identity)).toMatch(/^tiny-model-[0-9a-f]{8}$/);
  });

  test("does not depend on the order in which the options were written", () => {
    const {strict, task, ...rest} = identity;
    expect(runName({strict, ...rest, task})).toBe(runName(identity));
  });

  test("shards share the hash and say which they are", () => {
    expect(runName({...identity, shard: {index: 2, count: 4}})).toBe(`${runName(identity)}-shard2of4`);
  });

  test("is a single folder's name on every file system, whatever a model is called", () => {
    fc.assert(
      fc.property(fc.string({unit: "binary", maxLength: 150}), model => {
        const name = runName({...identity, model});
        expect(name).toMatch(/^tiny-[A-Za-z0-9._+@-]*-[0-9a-f]{8}$/);
        expect(name.length).toBeLessThan(255);
      }),
    );
  });

  test("two long model names that differ at their end have different names, short enough for a folder", () => {
    const long = "m".repeat(300);
    expect(runName({...identity, model: long}).length).toBeLessThan(255);
    expect(runName({...identity, model: `${long}a`})).not.toBe(runName({...identity, model: `${long}b`}));
  });
});
