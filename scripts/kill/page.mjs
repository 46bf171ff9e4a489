import {readFileSync} from "node:fs";
import {cpus} from "node:os";
import {join} from "node:path";

const {version} = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8"));

/** The measurement as a page of docs/measurements. */
export function commandsPage(rows, {kills, seed}) {
  const sum = key => rows.reduce((total, row) => total + row[key], 0);
  const line = ({command, kills: killed, starts, ends, lost, doubled, left, other}) =>
    `| ${[command, killed, starts, ends, lost, doubled, left, other].join(" | ")} |`;
  const total = Object.fromEntries(
    ["kills", "starts", "ends", "lost", "doubled", "left", "other"].map(key => [key, sum(key)]),
  );
  const today = new Date().toISOString().slice(0, 10);
  return `# Commands killed

\`node scripts/kill-test.mjs --commands all --kills ${kills} --seed ${seed} --store\` kills each command that writes, with SIGKILL at a random moment of its life, and calls it again until it ends by itself, with a folder, a cache and a folder for temporary files of its own. What is there then is held against what one uninterrupted call leaves, file by file: records, rows of matrices, tables and results must be the same but for timings and dates; pages and figures must be there.

| command | kills | starts | ended by itself | lost | doubled | left behind | different |
|---|---:|---:|---:|---:|---:|---:|---:|
${rows.map(line).join("\n")}
${line({...total, command: "**all**"})}

*Lost*: files that are missing. *Doubled*: records that stand twice. *Left behind*: files, empty folders and processes that an uninterrupted call does not leave. *Different*: files that hold something else. Checksums of model files that are remembered in the cache are not compared: any command that reads a model may add one.

${today}; ${cpus()[0]?.model.trim()}, ${cpus().length} cores, shared with other work; Node ${process.version}; labelscope ${version}.
`;
}
