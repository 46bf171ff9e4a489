import {expect, test} from "vitest";
import {unary} from "../../src/estimate/unary.ts";
import {unaryPaper} from "../../src/estimate/unary-paper.ts";
import {RUN, reasonOf, records, valuesOf} from "./support.ts";

/** Whole answers, then first tokens: (reasonable, unreasonable) each. */
const asked = (...answers: readonly (readonly [number, number, number, number])[]) =>
  records({
    unary: {
      labels: answers.map(([reasonable, unreasonable, yes, no]) => ({
        reasonable,
        unreasonable,
        firstToken: {reasonable: yes, unreasonable: no},
      })),
    },
  });

test("is the share of the first token, though the whole answers say something else", () => {
  // "un" goes on to much else: of its .6 only .1 becomes "unreasonable".
  const document = asked([0.2, 0.1, 0.2, 0.6], [0.3, 0.1, 0.3, 0.1]);
  expect(valuesOf(unaryPaper.estimate(RUN, document))).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.75, 12)]);
  expect(valuesOf(unary.estimate(RUN, document))[0]).toBeCloseTo(2 / 3, 12);
});

test("has a reason where nothing was asked, first tokens were not stored, or have no probability", () => {
  const old = records({unary: {labels: [0.5, 0.5].map(half => ({reasonable: half, unreasonable: half}))}});
  expect(reasonOf(unaryPaper.estimate(RUN, records()))).toBe("no question about single labels was captured");
  expect(reasonOf(unaryPaper.estimate(RUN, old))).toMatch(/^no probabilities of the answers' first tokens/);
  expect(reasonOf(unaryPaper.estimate(RUN, asked([0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5])))).toMatch(/have probability 0/);
});

test("first tokens with little probability are remarked, however much the whole answers hold", () => {
  expect(unaryPaper.estimate(RUN, asked([0.5, 0.5, 0.1, 0.1], [0.5, 0.5, 0.1, 0.1]))).toMatchObject({
    remarks: ["low-answer-mass"],
  });
});
