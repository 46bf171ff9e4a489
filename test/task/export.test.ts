import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {exportFormatMap} from "../../src/task/export/index.ts";
import {importTask} from "../../src/task/import.ts";
import {loadTask} from "../../src/task/load.ts";
import type {TableMapping} from "../../src/task/table/mapping.ts";

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "labelscope-export-"));
});
afterEach(async () => rm(cwd, {recursive: true}));

async function imported(name: string, content: unknown, mapping: TableMapping = {}) {
  const lines = Array.isArray(content) && name !== "label-studio";
  const file = lines ? "t.jsonl" : "t.json";
  const text = lines ? content.map(row => JSON.stringify(row)).join("\n") : JSON.stringify(content, null, 1);
  await writeFile(join(cwd, file), text);
  const {task} = await importTask(name, {cwd, dataDir: file, outDir: "out", mapping: {split: "test", ...mapping}});
  const read = await loadTask("out/task.yaml", {cwd});
  const said = Object.values(task.splits).flatMap(({dropped, remarks}) => [...dropped, ...remarks]);
  return {documents: read.splits.test?.documents, said: said.map(({reason, count}) => `${count} ${reason}`)};
}

/** Invented records in each published layout, and the documents that they say, counted by hand. */
const cases: Record<string, {content: unknown; mapping?: TableMapping; documents: unknown; said: string[]}> = {
  prodigy: {
    content: [
      {text: "Hail", _input_hash: 5, accept: ["ice", "cold"], answer: "accept", _annotator_id: "p-ann"},
      {text: "Hail", _input_hash: 5, accept: [], answer: "accept", _annotator_id: "p-bo"},
      {text: "Hail", _input_hash: 5, accept: ["ice"], answer: "ignore", _annotator_id: "p-cy"},
      {text: "Fog", _input_hash: -6, accept: ["ice"], answer: "reject", _annotator_id: "p-ann"},
    ],
    documents: [{id: "5", text: "Hail", annotations: [["cold", "ice"], []], annotators: ["p-ann", "p-bo"]}],
    said: ['1 rows with the answer "ignore"', '1 rows with the answer "reject"'],
  },
  doccano: {
    content: [
      {id: 3, text: "Hail", label: ["ice", "cold"], Comments: []},
      {id: 4, data: "Fog", label: []},
    ],
    mapping: {blank: "unjudged"},
    documents: [{id: "3", text: "Hail", labels: ["cold", "ice"]}],
    said: ["1 documents with an empty list of labels"],
  },
  argilla: {
    content: [
      {
        id: "r1",
        fields: {text: "Hail"},
        responses: {
          kind: [
            {value: ["ice"], user_id: "u1"},
            {value: ["ice", "cold"], user_id: "u2"},
          ],
        },
        suggestions: {kind: {value: ["fog"], score: 0.9}},
      },
      {
        id: "r2",
        text: "Fog",
        kind: [
          {user_id: "u1", value: ["cold"], status: "submitted"},
          {user_id: "u2", value: ["ice"], status: "discarded"},
        ],
      },
      {
        id: "r3",
        text: "Sun",
        "kind.responses": [["ice"], []],
        "kind.responses.users": ["u1", "u2"],
        "kind.responses.status": ["submitted", "submitted"],
      },
    ],
    documents: [
      {id: "r1", text: "Hail", annotations: [["ice"], ["cold", "ice"]], annotators: ["u1", "u2"]},
      {id: "r2", text: "Fog", annotations: [["cold"]], annotators: ["u1"]},
      {id: "r3", text: "Sun", annotations: [["ice"], []], annotators: ["u1", "u2"]},
    ],
    said: ["1 responses with the status discarded"],
  },
  "label-studio": {
    content: [
      {
        id: 9,
        data: {text: "Hail"},
        annotations: [
          {
            id: 1,
            completed_by: 4,
            was_cancelled: false,
            result: [{from_name: "kind", type: "choices", value: {choices: ["ice", "cold"]}}],
          },
          {id: 2, completed_by: {id: 5, email: "bo@example.org"}, was_cancelled: false, result: []},
          {id: 3, completed_by: 6, was_cancelled: true, result: []},
        ],
        predictions: [{result: [{from_name: "kind", type: "choices", value: {choices: ["fog"]}}]}],
      },
    ],
    documents: [{id: "9", text: "Hail", annotations: [["cold", "ice"], []], annotators: ["4", "bo@example.org"]}],
    said: ["1 annotations that were cancelled", "1 annotations without a choice: read as no label"],
  },
  chaosnli: {
    content: [
      {uid: "7n", label_counter: {e: 2, c: 1}, example: {uid: "7n", premise: "It hails.", hypothesis: "It is wet."}},
    ],
    documents: [
      {
        id: "7n",
        text: "premise: It hails.\nhypothesis: It is wet.",
        annotations: [["entailment"], ["entailment"], ["contradiction"]],
      },
    ],
    said: [],
  },
  hatexplain: {
    content: {
      "77_x": {
        post_id: "77_x",
        annotators: [
          {label: "normal", annotator_id: 1, target: ["None"]},
          {label: "offensive", annotator_id: 2, target: ["Fog", "Hail"]},
        ],
        rationales: [],
        post_tokens: ["bad", "weather"],
      },
    },
    mapping: {labelsColumn: ["target"]},
    documents: [{id: "77_x", text: "bad weather", annotations: [[], ["Fog", "Hail"]], annotators: ["1", "2"]}],
    said: [],
  },
  lewidi: {
    content: {
      "12": {
        "annotation task": "natural language inference",
        text: {context: "It hails.", statement: "It is wet."},
        annotators: "Ann1,Ann2,Ann2",
        annotations: {Ann1: "neutral", Ann2: "entailment,neutral"},
        split: "dev",
      },
    },
    documents: [
      {
        id: "12",
        text: "context: It hails.\nstatement: It is wet.",
        annotations: [["neutral"], ["entailment", "neutral"]],
        annotators: ["Ann1", "Ann2"],
      },
    ],
    said: [],
  },
};

describe.each([...exportFormatMap.keys()])("tasks import %s", name => {
  test("reads the published layout, judgement by judgement", async () => {
    const example = cases[name];
    if (example === undefined) throw new Error(`no example of ${name}`);
    const {documents, said} = await imported(name, example.content, example.mapping);
    expect(documents).toEqual(example.documents);
    expect(said).toEqual(example.said);
  });
});

test("Le-Wi-Di's older form gives one value an annotator", async () => {
  const item = {"annotation task": "hate", text: "Hail", annotators: "A,B,C", annotations: "1,1,0"};
  const {documents} = await imported("lewidi", {"1": item}, {rename: ["1=rude"], noneWords: ["0"]});
  expect(documents).toEqual([
    {id: "1", text: "Hail", annotations: [["rude"], ["rude"], []], annotators: ["A", "B", "C"]},
  ]);
});

test("jsonl names the importer of an export that it is given", async () => {
  const {content} = cases.prodigy ?? {};
  await expect(imported("jsonl", content)).rejects.toMatchObject({
    code: "usage",
    next: [expect.stringContaining("tasks import prodigy")],
  });
});

test("several questions are asked about", async () => {
  const record = {
    id: "1",
    fields: {text: "A"},
    responses: {kind: [{value: "x", user_id: "u"}], mood: [{value: "y", user_id: "u"}]},
  };
  await expect(imported("argilla", [record])).rejects.toMatchObject({
    details: [expect.stringContaining("--labels-column kind or mood")],
  });
  expect((await imported("argilla", [record], {labelsColumn: ["mood"]})).documents).toMatchObject([
    {annotations: [["y"]]},
  ]);
});
