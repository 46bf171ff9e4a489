// Compares exported GGUF files, as llama.cpp reads them, with the training framework.
//
//   node scripts/ladder/check-export.mjs CASES.json…      (written by export_cases.py; run from the repository root)
//
// For each file: every text tokenises to the same ids, the logits of every prompt agree over the whole vocabulary within
// the tolerance, and no BOS token is prepended. Prints one JSON line a model; exit code 1 where something differs. A quantised
// file is compared with the weights as stored, to see that it is right, and with those that were trained, to see what it costs.
import {readFileSync, statSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";
import {pathToFileURL} from "node:url";

const TOLERANCE = 0.05; // f16 weights and an f16 KV cache against float32; logits span tens of units
const QUANTISED_TOLERANCE = 0.5; // llama.cpp multiplies quantised weights with activations rounded to 8 bits

const engine = createRequire(join(process.cwd(), "package.json")).resolve("node-llama-cpp");
const {getLlama} = await import(pathToFileURL(engine).href);

const sameIds = (a, b) => a.length === b.length && a.every((id, i) => id === b[i]);

/** Raw logits after the last token of a prompt, by token id. */
async function logitsAfter(sequence, ids) {
  await sequence.clearHistory();
  const generateNext = {token: true, logits: true, options: {temperature: 0}};
  const results = await sequence.controlledEvaluate([...ids.slice(0, -1), [ids.at(-1), {generateNext}]]);
  return results.at(-1).next.logits;
}

/** Entropy in bits of the softmax of raw logits. */
function entropyBits(logits) {
  const most = logits.reduce((a, b) => Math.max(a, b));
  const total = logits.reduce((sum, z) => sum + Math.exp(z - most), 0);
  const mean = logits.reduce((sum, z) => sum + (Math.exp(z - most) / total) * (z - most), 0);
  return (Math.log(total) - mean) / Math.LN2;
}

async function check(llama, cases) {
  const model = await llama.loadModel({modelPath: cases.model, gpuLayers: 0, checkTensors: true});
  const lora = cases.adapter ? {adapters: [{filePath: cases.adapter, scale: 1}]} : undefined;
  const context = await model.createContext({
    contextSize: 1024,
    batchSize: 1024,
    threads: 1,
    flashAttention: false,
    lora,
  });
  const sequence = context.getSequence();
  const wrongTexts = cases.texts.filter(({text, ids}) => !sameIds(model.tokenize(text, false), ids));
  let largestDifference = 0;
  let largestStoredDifference = 0;
  let largestEntropyDifference = 0;
  let sameBest = 0;
  for (const {ids, logits, stored = logits} of cases.prompts) {
    const found = await logitsAfter(sequence, ids);
    let best = 0;
    for (const [id, expected] of logits.entries()) {
      largestDifference = Math.max(largestDifference, Math.abs(found.get(id) - expected));
      largestStoredDifference = Math.max(largestStoredDifference, Math.abs(found.get(id) - stored[id]));
      if (expected > logits[best]) best = id;
    }
    if (found.keys().next().value === best) sameBest += 1;
    const change = Math.abs(entropyBits([...found.values()]) - entropyBits(logits));
    largestEntropyDifference = Math.max(largestEntropyDifference, change);
  }
  const metadata = model.fileInfo.metadata.general;
  const isQuantised = cases.prompts.some(({stored}) => stored !== undefined);
  const result = {
    name: cases.name,
    texts: cases.texts.length,
    wrongTexts: wrongTexts.length,
    prompts: cases.prompts.length,
    largestLogitDifference: Number(largestDifference.toPrecision(3)),
    ...(isQuantised ? {largestStoredDifference: Number(largestStoredDifference.toPrecision(3))} : {}),
    largestEntropyDifferenceBits: Number(largestEntropyDifference.toPrecision(3)),
    sameBestToken: sameBest,
    prependsBos: model.tokens.shouldPrependBosToken,
    chatTemplate: model.fileInfo.metadata.tokenizer?.chat_template ?? null,
    bytes: statSync(cases.adapter ?? cases.model).size,
    sizeLabel: metadata.size_label,
    license: metadata.license,
  };
  const isClose = largestStoredDifference <= (isQuantised ? QUANTISED_TOLERANCE : TOLERANCE);
  const ok = wrongTexts.length === 0 && isClose && !result.prependsBos && result.chatTemplate === null;
  await model.dispose();
  return {...result, ok};
}

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error("usage: node scripts/ladder/check-export.mjs CASES.json…");
  process.exit(2);
}
const llama = await getLlama({gpu: false, build: "never", skipDownload: true, maxThreads: 0, logLevel: "error"});
let failed = false;
for (const path of paths) {
  const result = await check(llama, JSON.parse(readFileSync(path, "utf8")));
  writeFileSync(path.replace(/cases([^/]*)\.json$/, "check$1.json"), `${JSON.stringify(result)}\n`);
  console.log(JSON.stringify(result));
  failed ||= !result.ok;
}
process.exit(failed ? 1 : 0);
