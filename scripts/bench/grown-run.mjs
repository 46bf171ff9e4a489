// Makes a large run of a small real one: its traces again and again under other ids, sealed as a run's are.
//   node scripts/bench/grown-run.mjs RUN DOCUMENTS OUT
import {once} from "node:events";
import {createReadStream, createWriteStream, mkdirSync, rmSync} from "node:fs";
import {join} from "node:path";
import {createInterface} from "node:readline";
import {fileURLToPath, pathToFileURL} from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const load = async path => await import(pathToFileURL(join(root, "dist", path)).href);
const [{bindingOf, sealLine}, {canonicalJson, sha256}, {readManifest, writeManifest}] = await Promise.all(
  ["store/seal.js", "task/hash.js", "store/manifest-file.js"].map(load),
);

/** @param {string} run @param {number} documents @param {string} out */
export async function growRun(run, documents, out) {
  rmSync(out, {recursive: true, force: true});
  mkdirSync(out, {recursive: true});
  const manifest = await readManifest(run);
  const binding = bindingOf(manifest);
  const traces = [];
  for await (const line of createInterface({input: createReadStream(join(run, "traces.jsonl"))})) {
    const {sum: _, ...trace} = JSON.parse(line);
    if (trace.split === "test") traces.push(trace);
  }
  const file = createWriteStream(join(out, "traces.jsonl"));
  for (let at = 0; at < documents; at++) {
    const trace = traces[at % traces.length];
    const document = {...trace.document, id: `grown-${String(at).padStart(6, "0")}`};
    const key = sha256(canonicalJson(document)).slice(0, 32);
    const line = sealLine({...trace, key, document}, binding);
    if (!file.write(`${line}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
  await writeManifest(out, {...manifest, planned: {test: documents}});
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [run, documents, out] = process.argv.slice(2);
  await growRun(run, Number(documents), out);
}
