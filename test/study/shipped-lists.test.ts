import {join} from "node:path";
import {expect, test} from "vitest";
import {testedOf} from "../../src/run/tested.ts";
import {readStudy} from "../../src/study/read-study.ts";

const studies = join(import.meta.dirname, "../../models/studies");

// Sizes: lines of prob_distr_ids/DATASET/main_test_set.txt in github.com/gchochla/LLM-multilabel-differently.
test.each([
  ["goemotions", 231],
  ["semeval", 185],
])("the study of %s names the authors' documents of the development split", async (name, count) => {
  const {study} = await readStudy(`ma2025-${name}.yaml`, studies);
  const {split, list} = await testedOf(study.options ?? {}, studies);
  expect([study.task, split, list?.ids.length]).toEqual([name, "calibration", count]);
});
