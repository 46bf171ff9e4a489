import {describe, expect, test} from "vitest";
import type {RecordName, Records} from "../../src/records/run-records.ts";
import {recordKinds} from "../../src/store/record-kinds.ts";
import {aBinary, about, aManifest, aStep, aTrace, aTree, aUnary} from "./records.ts";

const step = (changes: Parameters<typeof aStep>[0]) => aTrace("a", {steps: [aStep(changes)]});
const bounds = {lower: 0, upper: 0.5};
const hidden = {...about("a"), document: aTrace("a").document, row: 0, rowSum: "0".repeat(16)};

// Labels of the manifest: fear, joy and the null label, none.
const contradictions: readonly [string, RecordName, Records[RecordName] | object, string][] = [
  ["scores one short", "trace", step({scores: [0, 1]}), "steps[0].scores"],
  ["probabilities of the wrong length", "trace", step({probabilities: [0.5, 0.5]}), "steps[0].probabilities"],
  ["probabilities that sum to 1.1", "trace", step({probabilities: [0.35, 0.75, 0]}), "steps[0].probabilities"],
  ["an entropy of 1e300", "trace", step({entropyBits: 1e300}), "steps[0].entropyBits"],
  ["an entropy above log2 3", "trace", step({entropyBits: 1.6}), "steps[0].entropyBits"],
  ["a vocabulary's entropy of 1e300", "trace", step({vocabEntropyBits: 1e300}), "steps[0].vocabEntropyBits"],
  ["an unknown best label", "trace", step({top: "glee"}), "steps[0].top"],
  ["an unknown answer", "trace", aTrace("a", {answer: {...aTrace("a").answer, labels: ["glee"]}}), "answer.labels"],
  ["a label twice", "trace", aTrace("a", {answer: {...aTrace("a").answer, labels: ["joy", "joy"]}}), "answer.labels"],
  [
    "an annotation that is no label",
    "trace",
    aTrace("a", {document: {id: "a", text: "t", annotations: [["joy"], ["glee"]]}}),
    "document.annotations[1]",
  ],
  ["steps out of order", "trace", aTrace("a", {steps: [aStep({r: 2}), aStep({r: 1})]}), "steps[1].r"],
  [
    "null for a probability",
    "trace",
    {...aTrace("a"), steps: [{...aStep(), probabilities: [null, 1, 0]}]},
    "steps[0].probabilities[0]",
  ],
  ["bounds that cross", "tree", {...aTree("a"), labels: [bounds, {lower: 0.5, upper: 0.1}]}, "labels[1]"],
  ["bounds of the null label, too", "tree", {...aTree("a"), labels: [bounds, bounds, bounds]}, "labels"],
  [
    "answers of more than all",
    "tree",
    {...aTree("a"), answers: [0, 1].map(() => ({labels: ["joy"], mass: 0.6}))},
    "answers",
  ],
  ["an assessment short", "unary", {...aUnary("a"), labels: aUnary("a").labels.slice(1)}, "labels"],
  [
    "answers that sum to 1.5",
    "unary",
    {...aUnary("a"), labels: aUnary("a").labels.map(() => ({reasonable: 0.75, unreasonable: 0.75}))},
    "labels[0]",
  ],
  ["a pair short", "binary", {...aBinary("a"), pairs: aBinary("a").pairs.slice(1)}, "pairs"],
  [
    "a pair twice",
    "binary",
    {...aBinary("a"), pairs: aBinary("a").pairs.map((pair, i, all) => (i === 1 ? (all[0] ?? pair) : pair))},
    "pairs[1]",
  ],
  ["another document's id", "hidden", {...hidden, id: "b"}, "id"],
  ["no checksum of its row", "hidden", {...hidden, rowSum: undefined}, "rowSum"],
];

describe("what a record says must agree with its manifest and with itself", () => {
  test.each(contradictions)("%s (%s)", (_what, name, value, field) => {
    expect(recordKinds[name].read(value, aManifest()).damage).toMatchObject({field});
  });

  test.each([
    ["trace", aTrace("a")],
    ["tree", aTree("a")],
    ["unary", aUnary("a")],
    ["binary", aBinary("a")],
    ["hidden", hidden],
  ] as const)("a %s that does is taken", (name, value) => {
    expect(recordKinds[name].read(value, aManifest()).damage).toBeUndefined();
  });
});
