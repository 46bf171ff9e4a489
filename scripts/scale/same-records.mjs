// The greedy traces of runs, for looking whether two runs hold the same.
//
// usage: node scripts/scale/same-records.mjs RUN OTHER     prints one line; ends with 1 where they differ
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";

/** Timings differ from run to run, and a line's checksum covers them. */
const withoutTimings = (key, value) => (key === "elapsedMs" || key === "sum" ? undefined : value);

/**
 * The traces of a run folder by split and document id, each as text without its timings.
 *
 * @throws where a document is there twice
 */
export function tracesOf(folder) {
  const traces = new Map();
  for (const line of readFileSync(join(folder, "traces.jsonl"), "utf8").split("\n").filter(Boolean)) {
    const trace = JSON.parse(line);
    const id = `${trace.split}/${trace.document.id}`;
    if (traces.has(id)) throw new Error(`${folder}: document ${id} is there more than once`);
    traces.set(id, JSON.stringify(trace, withoutTimings));
  }
  return traces;
}

/** Documents that one of them lacks, and those whose traces differ. */
export function differences(one, other) {
  const missing = [...one.keys()].filter(id => !other.has(id));
  const added = [...other.keys()].filter(id => !one.has(id));
  const differing = [...one].filter(([id, trace]) => other.has(id) && other.get(id) !== trace).map(([id]) => id);
  return {missing, added, differing};
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [one, other] = process.argv.slice(2).map(tracesOf);
  const {missing, added, differing} = differences(one, other);
  const bad = missing.length + added.length + differing.length;
  console.log(
    bad === 0
      ? `${one.size} documents, every record the same but for timings`
      : `missing ${missing.length}, added ${added.length}, differing ${differing.length}: ${[...missing, ...added, ...differing].slice(0, 5).join(", ")}`,
  );
  process.exitCode = bad === 0 && one.size > 0 ? 0 : 1;
}
