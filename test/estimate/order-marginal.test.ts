import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {compareToNone} from "../../src/estimate/compare-to-none.ts";
import {estimateDocuments} from "../../src/estimate/estimate-documents.ts";
import {firstStep} from "../../src/estimate/first-step.ts";
import {marginal} from "../../src/estimate/marginal.ts";
import {orderMarginal} from "../../src/estimate/order-marginal.ts";
import {close, RUN, records, recordsIn, reordered, scoresFor, step, trace, valuesOf} from "./support.ts";

const captured = (id: string, p: readonly number[], problems: Parameters<typeof trace>[2] = []) =>
  records({id, trace: trace([step(1, {scores: scoresFor(p)})], [], problems)});

const estimates = (...documents: readonly ReturnType<typeof records>[]) =>
  estimateDocuments(firstStep, RUN, {documents});

describe("order-marginal", () => {
  test("is the mean over the runs, document by document", () => {
    const found = orderMarginal([
      estimates(captured("a", [0.6, 0.3, 0.1]), captured("b", [0.2, 0.2, 0.6])),
      estimates(captured("b", [0.4, 0.4, 0.2]), captured("a", [0.2, 0.1, 0.7])),
      estimates(captured("a", [0.1, 0.2, 0.7]), captured("b", [0.3, 0, 0.7])),
    ]);
    expect(found.estimator).toBe("first-step+order-marginal");
    expect(found.documents.map(({id}) => id)).toEqual(["a", "b"]);
    const [a = [], b = []] = found.documents.map(({estimate}) => valuesOf(estimate));
    expect(close(a, [0.3, 0.2])).toBe(true);
    expect(close(b, [0.3, 0.2])).toBe(true);
    expect(found).toMatchObject({estimated: 2, missing: [], remarks: [], learned: []});
  });

  test("has a reason for a document that one of the runs does not hold or cannot estimate", () => {
    const found = orderMarginal([
      estimates(captured("a", [0.6, 0.3, 0.1]), captured("b", [0.2, 0.2, 0.6])),
      estimates(records({id: "b"}), captured("c", [0.2, 0.2, 0.6])),
    ]);
    expect(found.documents.map(({id, estimate}) => [id, "reason" in estimate ? estimate.reason : ""])).toEqual([
      ["a", "one of the runs does not hold the document"],
      ["b", "in one of the runs: no greedy trace was captured"],
      ["c", "one of the runs does not hold the document"],
    ]);
    expect(found.missing).toEqual([
      {reason: "one of the runs does not hold the document", count: 2},
      {reason: "in one of the runs: no greedy trace was captured", count: 1},
    ]);
    expect(found.estimated).toBe(0);
  });

  test("keeps a remark of any run, once", () => {
    const {documents, remarks} = orderMarginal([
      estimates(captured("a", [0.6, 0.3, 0.1])),
      estimates(captured("a", [0.6, 0.3, 0.1], ["not-closed"])),
      estimates(captured("a", [0.6, 0.3, 0.1], ["repeat", "straddled"])),
    ]);
    expect(documents[0]?.estimate).toMatchObject({remarks: ["malformed", "straddled"]});
    expect(remarks.map(({count}) => count)).toEqual([1, 1]);
  });

  test("has no bounds, also where the estimator has some", () => {
    const labels = [
      {lower: 0.2, upper: 0.4},
      {lower: 0, upper: 0},
    ];
    const one = estimateDocuments(marginal, RUN, {documents: [records({tree: {labels}})]});
    expect(one.documents[0]?.estimate).toHaveProperty("lower");
    expect(orderMarginal([one, one]).documents[0]?.estimate).toEqual({values: [0.30000000000000004, 0]});
  });

  test("lies between the runs, and does not depend on their order or on that of their labels", () => {
    const run = {labels: ["anger", "fear", "joy", "none"], noneLabel: "none"};
    const drawn = fc.record({
      captures: fc.array(fc.tuple(recordsIn(run, "test"), recordsIn(run, "test")), {minLength: 1, maxLength: 4}),
      order: fc.shuffledSubarray(run.labels, {minLength: 4, maxLength: 4}),
    });
    const holds = fc.property(drawn, ({captures, order}) => {
      const documents = captures.map(([one]) => one);
      const same = captures.map(([one, other]) => ({...one, trace: other.trace}));
      const there = reordered(run, order);
      const first = estimateDocuments(firstStep, run, {documents});
      const second = estimateDocuments(firstStep, run, {documents: same});
      const moved = estimateDocuments(firstStep, there.run, {documents: same.map(there.records)});
      const [one, turned, other] = [
        orderMarginal([first, second]),
        orderMarginal([second, first]),
        orderMarginal([first, moved]),
      ];
      return one.documents.every(({estimate}, index) => {
        const [a, b] = [first, second].map(({documents: found}) => found[index]?.estimate);
        const [back, relabelled] = [turned, other].map(({documents: found}) => found[index]?.estimate);
        if ("reason" in estimate || a === undefined || "reason" in a || b === undefined || "reason" in b) {
          return "reason" in estimate && (a === undefined || b === undefined || "reason" in a || "reason" in b);
        }
        const between = estimate.values.every((value, label) => {
          const [low = 1, high = 0] = [a.values[label] ?? 1, b.values[label] ?? 0].sort((x, y) => x - y);
          return value >= low - 1e-12 && value <= high + 1e-12;
        });
        const agree = [back, relabelled].every(
          again => again !== undefined && "values" in again && close(again.values, estimate.values, 1e-12),
        );
        return between && agree;
      });
    });
    expect(fc.check(holds, {numRuns: 60}).counterexample).toBeNull();
  });

  test("refuses to average nothing, two estimators, or other labels", () => {
    const one = estimates(captured("a", [0.6, 0.3, 0.1]));
    const other = estimateDocuments(compareToNone, RUN, {documents: [captured("a", [0.6, 0.3, 0.1])]});
    const elsewhere = estimateDocuments(
      firstStep,
      {labels: ["joy", "sadness", "none"], noneLabel: "none"},
      {documents: []},
    );
    expect(() => orderMarginal([])).toThrow(RangeError);
    expect(() => orderMarginal([one, other])).toThrow(RangeError);
    expect(() => orderMarginal([one, elsewhere])).toThrow(RangeError);
  });
});
