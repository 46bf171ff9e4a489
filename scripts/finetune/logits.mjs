#!/usr/bin/env node
/**
 * The engine's raw logits after given prompts, as float32, one row a prompt:
 *
 *   node scripts/finetune/logits.mjs examples.json OUT.f32 MODEL.gguf [ADAPTER.gguf]
 *
 * One sequence, float32 cache, no flash attention. Needs `npm run build`.
 */
import {readFile, writeFile} from "node:fs/promises";
import {labelscopeHome} from "../../dist/catalog/home.js";
import {openLocalEngine} from "../../dist/index.js";

const [examples, out, path, adapter] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: logits.mjs examples.json OUT.f32 MODEL.gguf [ADAPTER.gguf]");
  process.exit(2);
}
const {probes} = JSON.parse(await readFile(examples, "utf8"));
const engine = await openLocalEngine({home: labelscopeHome(process.env)});
const model = await engine.loadModel(path, adapter === undefined ? {} : {adapter: {path: adapter, scale: 1}});
const contextTokens = 64 + Math.max(...probes.map(({prompt}) => prompt.length));
const session = await model.openSession({
  sequences: 1,
  contextTokens,
  threads: 1,
  flashAttention: false,
  cacheType: "f32",
});
const spec = {tokens: [], groups: [], top: 0, logits: true};
const rows = [];
for (const {prompt} of probes) {
  await session.trim(0, 0);
  const [reads] = await session.extend([{sequence: 0, tokens: prompt, reads: [{at: prompt.length - 1, spec}]}]);
  rows.push(Buffer.from(Float32Array.from(reads[0].logits).buffer));
}
await writeFile(out, Buffer.concat(rows));
await session[Symbol.asyncDispose]();
await model[Symbol.asyncDispose]();
await engine[Symbol.asyncDispose]();
