import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type AnnotationRow, groupAnnotations} from "../../src/task/group-annotations.ts";
import {ProblemList} from "../../src/task/problems.ts";

const labels = ["a", "b", "c"];
const rowArbitrary = fc.record({
  id: fc.constantFrom("1", "2", "3"),
  annotator: fc.constantFrom("x", "y"),
  labels: fc.option(fc.subarray(labels), {nil: undefined}),
});

function group(rows: readonly Pick<AnnotationRow, "id" | "annotator" | "labels">[]) {
  const problems = new ProblemList();
  const full = rows.map((row, index) => ({...row, text: `text ${row.id}`, file: "f", line: index + 1}));
  return {...groupAnnotations(full, {labels, unjudged: "why", problems}), problems};
}

describe("groupAnnotations", () => {
  test("names every annotator of a document once, and loses no document that somebody judged", () => {
    fc.assert(
      fc.property(fc.array(rowArbitrary), rows => {
        const {documents, problems} = group(rows);
        const judged = rows.filter(row => row.labels !== undefined);
        expect(problems.count).toBe(0);
        expect(new Set(documents.map(document => document.id))).toEqual(new Set(judged.map(row => row.id)));
        for (const {id, annotators = [], annotations = []} of documents) {
          const named = judged.filter(row => row.id === id).map(row => row.annotator);
          expect([...annotators].sort()).toEqual([...new Set(named)].sort());
          expect(annotations).toHaveLength(annotators.length);
        }
      }),
    );
  });

  test("does not depend on the order of one annotator's judgements", () => {
    fc.assert(
      fc.property(fc.array(fc.subarray(labels), {minLength: 1, maxLength: 5}), sets => {
        const rows = sets.map(set => ({id: "1", annotator: "x", labels: set}));
        expect(group(rows).documents).toEqual(group([...rows].reverse()).documents);
      }),
    );
  });

  test("counts a tie between an annotator's judgements as in", () => {
    const rows = [["a"], ["b"]].map(set => ({id: "1", annotator: "x", labels: set}));
    expect(group(rows).documents[0]?.annotations).toEqual([["a", "b"]]);
  });
});
