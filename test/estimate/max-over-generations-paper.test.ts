import {expect, test} from "vitest";
import {maxOverGenerations} from "../../src/estimate/max-over-generations.ts";
import {maxOverGenerationsPaper} from "../../src/estimate/max-over-generations-paper.ts";
import {RUN, records, scoresFor, step, trace} from "./support.ts";

const steps = [
  step(1, {scores: scoresFor([0.7, 0.2, 0.1]), emitted: {kind: "label", text: "joy", label: "joy"}}),
  step(2, {scores: scoresFor([0.1, 0.6, 0.3]), emitted: {kind: "repeat", text: "joy", label: "joy"}}),
];

test("the paper's maximum counts the step that repeats a label, ours ends before it", () => {
  const document = records({trace: trace(steps, ["joy"])});
  const [ours, theirs] = [maxOverGenerations, maxOverGenerationsPaper].map(one => one.estimate(RUN, document));
  expect(ours).toMatchObject({values: [expect.closeTo(0.7, 12), expect.closeTo(0.2, 12)]});
  expect(theirs).toMatchObject({values: [expect.closeTo(0.7, 12), expect.closeTo(0.6, 12)]});
});
