// The commands that are killed: what is there before each, how it is called, and what it is to have made in the end.
import {cpSync, mkdirSync, writeFileSync} from "node:fs";
import {createServer} from "node:http";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {writeTinyModel} from "../bench/tiny-model.mjs";

const DOCUMENTS = 24;
/** Everything that a run can hold beside its answers. */
const ADDED = ["--estimators", "marginal,unary,binary,probe", "--train-limit", "12"];
const run = (...more) => ["run", "task.yaml", "--model", "tiny.gguf", "--strict", "--threads", "1", "--quiet", ...more];

/**
 * @param call runs a command in a folder to its end, for what has to be there
 * @returns by name: `prepare(folder)` fills a folder; `argv` is what is called in it, again and again until it is done, `runs/*`
 *   stands for all runs of the folder and `ADDRESS` for the server's (`serves`)
 */
export function scenariosOf(scratch, call) {
  const material = join(scratch, "material");
  writeMaterial(material);
  const made = new Map();
  /** A folder with the task and the model, and, made once, what some commands leave in it. */
  const after =
    (name, ...commands) =>
    async folder => {
      const first = join(scratch, `before-${name}`);
      if (!made.has(name)) {
        made.set(name, first);
        cpSync(material, first, {recursive: true});
        for (const argv of commands) await call(first, argv);
      }
      cpSync(first, folder, {recursive: true});
    };
  return {
    adding: {
      prepare: after("adding", run("--limit", "8")),
      argv: run("--limit", String(DOCUMENTS), ...ADDED),
    },
    experiment: {
      prepare: after("experiment"),
      argv: [
        ...["experiment", "label-order", "task.yaml", "--model", "tiny.gguf", "--strict", "--threads", "1", "--quiet"],
        ...["--limit", "4"],
      ],
    },
    study: {prepare: after("study"), argv: ["study", "study.yaml", "--quiet"]},
    merge: {
      prepare: after("merge", ...[1, 2, 3].map(part => run("--limit", String(DOCUMENTS), "--shard", `${part}/3`))),
      argv: ["merge", "runs/*", "--out", "merged", "--quiet"],
    },
    compare: {
      prepare: after("compare", run("--limit", "12", ...ADDED)),
      argv: ["compare", "runs/*", "--out", "compared", "--resamples", "10", "--quiet"],
    },
    import: {
      prepare: after("import"),
      argv: [
        ...["tasks", "import", "csv", "--data", "table.csv", "--out", "imported", "--id-column", "id", "--quiet"],
        ...["--text-column", "text", "--labels-column", "labels"],
      ],
    },
    pull: {prepare: after("pull"), argv: ["models", "pull", "ADDRESS", "--id", "pulled", "--quiet"], serves: true},
  };
}

function writeMaterial(folder) {
  mkdirSync(folder, {recursive: true});
  writeTinyModel(join(folder, "tiny.gguf"));
  const line = (id, labels) => `${JSON.stringify({id, text: `text ${id}`, labels})}\n`;
  const lines = (prefix, count) =>
    Array.from({length: count}, (_, i) => line(`${prefix}${i}`, [[], ["on"], ["off"], ["on", "off"]][i % 4])).join("");
  writeFileSync(join(folder, "train.jsonl"), lines("t", 16));
  writeFileSync(join(folder, "test.jsonl"), lines("d", DOCUMENTS));
  const rows = Array.from({length: 3000}, (_, i) => `r${i},text ${i},${i % 3 === 0 ? "on" : "off"}`);
  writeFileSync(join(folder, "table.csv"), ["id,text,labels", ...rows, ""].join("\n"));
  const prompt = {
    instruction: "On or off: {labels}.\n",
    demonstration: "{text}\n{answer}\n",
    query: "{text}\n{opening}",
    unary: {instruction: "Right?\n", demonstration: "{text}\n{label}: {answer}\n", query: "{text}\n{label}:"},
    binary: {
      instruction: "Which?\n",
      demonstration: "{text}\n{first} or {second}: {answer}\n",
      query: "{text}\n{first} or {second}:",
    },
  };
  const task = {
    version: 1,
    id: "kills",
    title: "Nothing lost",
    labels: ["on", "off"],
    none: "none",
    format: "json",
    prompt,
    demonstrations: {from: "train", count: 2, multiShare: 0.5, noneShare: 0},
    gold: "labels",
    data: {train: "train.jsonl", test: "test.jsonl"},
  };
  writeFileSync(join(folder, "task.yaml"), JSON.stringify(task)); // JSON is YAML
  const study = {
    version: 1,
    title: "Killed",
    task: "task.yaml",
    models: ["tiny.gguf"],
    options: {limit: 4, strict: true, threads: 1, estimators: ["unary"]},
    vary: {shots: [1, 2]},
    experiments: [{name: "label-order", limit: 4}],
    compare: {resamples: 10},
  };
  writeFileSync(join(folder, "study.yaml"), JSON.stringify(study));
}

/** A server of one model, slow enough for a kill to meet it half-way; it honours ranges under one ETag. */
export async function serveSlowly(bytes) {
  const server = createServer(async (request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const headers = {etag: '"one"', "accept-ranges": "bytes", "content-length": bytes.length - start};
    if (start === 0) response.writeHead(200, headers);
    else response.writeHead(206, {...headers, "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`});
    if (request.method === "HEAD") return response.end();
    const piece = Math.ceil(bytes.length / 20);
    for (let at = start; at < bytes.length && !response.destroyed; at += piece) {
      response.write(bytes.subarray(at, at + piece));
      await sleep(30);
    }
    response.end();
  });
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  return {address: `http://127.0.0.1:${server.address().port}/model.gguf`, close: () => server.close()};
}
