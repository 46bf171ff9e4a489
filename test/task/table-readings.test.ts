import {describe, expect, test} from "vitest";
import {importTable, refusal} from "../support/import-table.ts";

const cells = {textColumn: "text", idColumn: "id", labelsColumn: ["tags"]};
const ticks = {textColumn: "text", idColumn: "id", labelColumns: ["rain", "hail"]};
const lines = (...rows: unknown[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join("");
const tagged = (...tags: string[]): string =>
  `id,text,tags\n${tags.map((tag, index) => `${index},T${index},"${tag.replaceAll('"', '""')}"\n`).join("")}`;

describe("lists as Python writes them", () => {
  // Printed by Python with numpy 2.4.6: str(list(np.array(['rain', 'hail']))), repr(np.array(…, dtype=object)), str(set()),
  // str(frozenset({'rain'})), str(()); a pandas Index and a list of Python 2 as their manuals show them.
  test.each([
    ["[np.str_('rain'), np.str_('hail')]", ["hail", "rain"]],
    ["[np.int64(3), np.int64(17)]", ["3", "17"]],
    ["array(['rain', 'hail'], dtype=object)", ["hail", "rain"]],
    ["array([], dtype=object)", []],
    ["Index(['rain'], dtype='object')", ["rain"]],
    ["frozenset({'rain'})", ["rain"]],
    ["set()", []],
    ["()", []],
    ["[u'rain', u'hail']", ["hail", "rain"]],
  ])("%s is its labels", async (cell, labels) => {
    const {given} = await importTable("csv", {"t.csv": tagged(cell, "snow")}, cells);
    expect(new Set([given["0"]].flat())).toEqual(new Set(labels));
  });

  test.each([
    ["[print('rain')]", '"print(…)" is not known to be a list or a label'],
    ["[rain ['hail']]", '"[" follows "rain"'],
    ["[x'rain']", '"x" stands before a quote'],
    ["set('rain', 'hail')", "holds several values"],
    ["set('rain'", '")" is missing'],
  ])("%s is refused", async (cell, why) => {
    expect(await refusal("csv", {"t.csv": tagged(cell)}, cells)).toContain(why);
  });

  test("of 0 and 1 and of one length are one 0 or 1 per label in disguise, also where no 0 stands twice", async () => {
    const question = "all lists hold 2 entries, each 0 or 1";
    expect(await refusal("csv", {"t.csv": tagged("[0, 1]", "[1, 0]")}, cells)).toContain(question);
    expect(await refusal("csv", {"t.csv": tagged("[1. 0.]", "[0. 1.]")}, cells)).toContain(question);
    const nested = lines({
      id: 1,
      text: "A",
      annotations: [
        [1, 0],
        [0, 1],
      ],
    });
    expect(await refusal("jsonl", {"t.jsonl": nested})).toContain(question);
    const named = await importTable("csv", {"t.csv": tagged("[0, 1]", "[1, 0]")}, {...cells, labels: ["0", "1"]});
    expect(named.given).toEqual({0: ["0", "1"], 1: ["0", "1"]});
    // Sets of the labels 0 and 1 differ in length.
    expect((await importTable("csv", {"t.csv": tagged("[0, 1]", "[1]")}, cells)).given).toEqual({
      0: ["0", "1"],
      1: ["1"],
    });
  });

  test("nested a hundred thousand deep are refused, not a stack overflow", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const why = "lists within lists within lists";
    expect(await refusal("csv", {"t.csv": tagged(deep)}, cells)).toContain(why);
    expect(await refusal("jsonl", {"t.jsonl": `{"id":1,"text":"A","labels":${deep}}\n`})).toContain(why);
  });
});

describe("what parts labels", () => {
  test.each(["/", " & ", " "])(
    "is asked about where a label is made of others with %j, and each answer works",
    async sign => {
      const files = {"t.csv": tagged(`rain${sign}hail`, "rain", "hail")};
      expect(await refusal("csv", files, cells)).toContain(`--separator ${JSON.stringify(sign)} reads several`);
      expect((await importTable("csv", files, {...cells, separator: sign})).given["0"]).toEqual(["hail", "rain"]);
      const whole = {...cells, labels: [`rain${sign}hail`, "rain", "hail"]};
      expect((await importTable("csv", files, whole)).given["0"]).toEqual([`rain${sign}hail`]);
      const unlike = {"t.csv": tagged(`rain${sign}hail`, "rain")};
      expect((await importTable("csv", unlike, cells)).labels).toEqual(["rain", `rain${sign}hail`]);
    },
  );

  test.each(["rain、hail", "rain，hail", "rain\nhail", "rain|hail"])("is asked about in %j", async cell => {
    expect(await refusal("csv", {"t.csv": tagged(cell)}, cells)).toContain("several labels (--separator");
  });

  test("is asked about in another sign than the one given", async () => {
    const said = await refusal("csv", {"t.csv": tagged("rain|hail")}, {...cells, separator: ";"});
    expect(said).toContain('--separator "|"');
  });
});

describe("a directory of files", () => {
  test("is read alike: whether −1 is a label, and what an empty cell says, is told from all of them", async () => {
    const table = (...rows: string[]): string => `id,text,ann,bo\n${rows.map(row => `${row}\n`).join("")}`;
    const files = {"train.csv": table("1,A,-2,1", "2,B,1,1"), "test.csv": table("3,C,-1,1")};
    const annotators = {textColumn: "text", idColumn: "id", annotatorColumns: ["ann", "bo"]};
    expect((await importTable("csv", files, annotators)).given["3"]).toEqual({ann: ["-1"], bo: ["1"]});
    const crosses = {
      "train.csv": "id,text,rain,hail\n1,A,1,0\n2,B,0,0\n",
      "test.csv": "id,text,rain,hail\n3,C,1,\n4,D,,\n",
    };
    const said = await refusal("csv", crosses, ticks);
    expect(said).toContain("data/test.csv:2: hail: expected 0 or 1, found nothing");
    expect((await importTable("csv", crosses, {...ticks, blank: "none"})).given["4"]).toEqual([]);
  });

  test("with a file that holds no label at all gives no document of that file", async () => {
    const files = {
      "train.csv": tagged("rain", "hail"),
      "dev.csv": "id,text,tags\n7,G,\n8,H,\n",
      "test.csv": "id,text,tags\n9,I,rain\n",
    };
    const {documents, said} = await importTable("csv", files, cells);
    expect(documents.calibration).toBeUndefined();
    expect(said).toContain("2 documents that nobody judged");
  });

  test("is refused where two files could be one split, and may write its names in capitals", async () => {
    const [one, two] = [tagged("rain"), "id,text,tags\n9,I,rain\n"];
    expect(await refusal("csv", {"a_train.csv": one, "b_train.csv": one, "test.csv": two}, cells)).toContain(
      "several files could be the train split: a_train.csv, b_train.csv",
    );
    expect(await refusal("csv", {"dev.csv": one, "valid.csv": one, "test.csv": two}, cells)).toContain(
      "dev.csv, valid.csv",
    );
    expect((await importTable("csv", {"Train.csv": one, "Test.csv": two}, cells)).documents.train).toHaveLength(1);
  });
});

describe("masks and numbers", () => {
  test("−1 that is read as no judgement is remarked with the way out, which works", async () => {
    const files = {"t.csv": tagged("1", "-1", "0")};
    const {given, said} = await importTable("csv", files, cells);
    expect(given).toEqual({0: ["1"], 2: ["0"]});
    expect(said).toContain("1 −1: read as no judgement; --rename -1=NAME, if it is a label");
    expect((await importTable("csv", files, {...cells, rename: ["-1=bad"]})).given["1"]).toEqual(["bad"]);
  });

  test("5 and 5.0 are one label, and --rename means both", async () => {
    const files = {"t.csv": tagged("5", "5.0", "4", "5")};
    expect((await importTable("csv", files, cells)).labels).toEqual(["4", "5"]);
    expect((await importTable("csv", files, {...cells, rename: ["5=wet", "4=dry"]})).labels).toEqual(["dry", "wet"]);
  });

  test("an object of numbers is asked about: votes, or annotators' words", async () => {
    const files = {"t.jsonl": lines({id: 1, text: "A", annotations: {rain: 3, hail: 1}})};
    expect(await refusal("jsonl", files)).toContain('"annotations" gives each name a number');
    const words = await importTable("jsonl", files, {entries: "annotators"});
    expect(words.given["1"]).toEqual({rain: ["3"], hail: ["1"]});
  });
});

describe("flags", () => {
  test("--rename VALUE=none reads a value as no label, as --help shows", async () => {
    const files = {"t.csv": tagged("1", "0")};
    const {given, labels} = await importTable("csv", files, {...cells, rename: ["1=hateful", "0=none"]});
    expect({given, labels}).toEqual({given: {0: ["hateful"], 1: []}, labels: ["hateful"]});
  });

  test("--rename and --none-words hold for columns of 0 and 1, too", async () => {
    const files = {"t.csv": "id,text,rain,neutral\n1,A,1,0\n2,B,0,1\n"};
    const columns = {textColumn: "text", idColumn: "id", labelColumns: ["rain", "neutral"]};
    const {given, labels} = await importTable("csv", files, {...columns, rename: ["rain=wet"], noneWords: ["neutral"]});
    expect({given, labels}).toEqual({given: {1: ["wet"], 2: []}, labels: ["wet"]});
  });

  test("--none-words and --rename do not tell capitals apart, and say where they meet nothing", async () => {
    const {given, notes} = await importTable(
      "csv",
      {"t.csv": tagged("rain", "Neutral")},
      {
        ...cells,
        noneWords: ["neutral", "nothing"],
        rename: ["fog=mist"],
      },
    );
    expect(given["1"]).toEqual([]);
    expect(notes.filter(note => note.startsWith("--"))).toEqual([
      "--rename fog=…: no label of the file is called so.",
      "--none-words nothing: no label of the file is called so.",
    ]);
  });

  test("that would be ignored are refused, and so is a column with two parts to play", async () => {
    const one = {"t.jsonl": lines({id: 1, text: "A", labels: ["x"]})};
    expect(await refusal("jsonl", one, {delimiter: ";"})).toContain("leave out --delimiter");
    expect(await refusal("prodigy", one, {labelsColumn: ["accept"]})).toContain("leave out --labels-column");
    expect(await refusal("hatexplain", one, {textColumn: "text"})).toContain("leave out --text-column");
    expect(await refusal("csv", {"t.csv": tagged("x")}, {...cells, labelsColumn: ["text"]})).toContain(
      'column "text" is given two parts',
    );
  });
});

describe("a file", () => {
  test("with a field missing names the fields that there are, and --blank says what that means", async () => {
    const files = {"t.jsonl": lines({id: 1, text: "A", tags: ["x"]}, {id: 2, text: "B", kind: "y"})};
    const jsonl = {labelsColumn: ["tags"]};
    expect(await refusal("jsonl", files, jsonl)).toContain('t.jsonl:2: no field "tags"; there are id, text, kind');
    expect((await importTable("jsonl", files, {...jsonl, blank: "none"})).given["2"]).toEqual([]);
    expect(await refusal("jsonl", {"t.jsonl": lines({id: 1, body: "A", labels: []})})).toContain('no field "text"');
  });

  test("called .jsonl that holds an array is read as one", async () => {
    const files = {"t.jsonl": JSON.stringify([{id: 1, text: "A", labels: ["x"]}], null, 1)};
    expect((await importTable("jsonl", files)).given).toEqual({1: ["x"]});
  });

  test("that is packed is called so", async () => {
    expect(await refusal("csv", {"t.csv": Buffer.from("PK\x03\x04rest", "latin1")}, cells)).toContain("ZIP archive");
    expect(await refusal("csv", {"t.csv": Buffer.from([0x1f, 0x8b, 8, 0])}, cells)).toContain("gzip");
  });

  test("whose labels are texts is asked about", async () => {
    const said = await refusal("csv", {"t.csv": tagged("word ".repeat(60).trim())}, cells);
    expect(said).toContain("a label has 299 characters");
  });

  test("with a quoted label in a table with tabs points to --quotes, which reads it", async () => {
    const files = {"t.tsv": 'id\ttext\ttags\n1\tA\t"rain,hail"\n2\tB\train\n'};
    expect(await refusal("csv", files, cells)).toContain("--quotes double");
    expect((await importTable("csv", files, {...cells, quotes: "double"})).given["1"]).toEqual(["hail", "rain"]);
  });

  test("with marks of direction and presentation in its labels has one label for what looks the same", async () => {
    const {labels} = await importTable("csv", {"t.csv": tagged("فرح", "\u200fفرح", "❤\ufe0f", "❤")}, cells);
    expect(labels).toEqual(["فرح", "❤"].sort());
  });
});

test("a column whose name holds a comma is found, and gets a name as a label", async () => {
  const files = {"t.csv": 'id,text,"rain, wet",hail\n1,A,1,0\n2,B,0,1\n'};
  const columns = {textColumn: "text", idColumn: "id", labelColumns: ["rain, wet", "hail"]};
  expect(await refusal("csv", files, columns)).toContain("--rename");
  const {given} = await importTable("csv", files, {...columns, rename: ["rain, wet=rain"]});
  expect(given).toEqual({1: ["rain"], 2: ["hail"]});
  expect(await refusal("csv", files, {...columns, labelColumns: ["rain"]})).toContain(
    "the header has id, text, '\"rain, wet\"', hail",
  );
});

test("a table of two thousand columns of 0 and 1 is read, each label by its name", async () => {
  const names = Array.from({length: 2000}, (_, index) => `c${index}`);
  const rows = [3, 1999].map(column => `T${column},${names.map((_, index) => (index === column ? 1 : 0)).join(",")}`);
  const {documents} = await importTable(
    "csv",
    {"t.csv": `text,${names.join(",")}\n${rows.join("\n")}\n`},
    {
      textColumn: "text",
      labelColumns: names,
    },
  );
  expect(documents.test?.map(({text, labels}) => [text, labels])).toEqual([
    ["T3", ["c3"]],
    ["T1999", ["c1999"]],
  ]);
});
