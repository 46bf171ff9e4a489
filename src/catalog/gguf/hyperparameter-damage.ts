import {basename} from "node:path";
import type {GgufHeader} from "./header.ts";
import type {ModelFiles} from "./model-files.ts";
import {type GgufValue, isInteger} from "./values.ts";

/**
 * Whole numbers that the engine takes as sizes, with their bounds: its own fixed limits (llama.h: 512 layers, 512 experts)
 * where it has one, else far beyond every model. `required` ones the engine wants of every architecture.
 */
const wholeNumbers: Readonly<Record<string, {from: number; to: number; required?: true; even?: true}>> = {
  block_count: {from: 1, to: 512, required: true},
  context_length: {from: 1, to: 2 ** 31 - 1, required: true},
  embedding_length: {from: 1, to: 2 ** 20, required: true},
  feed_forward_length: {from: 0, to: 2 ** 24},
  "attention.head_count": {from: 0, to: 2 ** 16},
  "attention.head_count_kv": {from: 0, to: 2 ** 16},
  "attention.key_length": {from: 1, to: 2 ** 16},
  "attention.value_length": {from: 1, to: 2 ** 16},
  "rope.dimension_count": {from: 0, to: 2 ** 16, even: true},
  expert_count: {from: 0, to: 512},
  expert_used_count: {from: 0, to: 512},
};

/** Numbers that are divided by or taken a logarithm of. */
const positive = /(?:epsilon|rope\.freq_base(?:_swa)?|rope\.scaling\.factor)$/;

/** Tensors whose rows are as long as the hidden state in every architecture that has them. */
const ofModelWidth = /^(?:token_embd|output_norm|blk\.\d+\.(?:attn_norm|ffn_norm))\.weight$/;

/** What is wrong with the numbers that describe a model's layers, one line each with the key. */
export function hyperparameterDamage(model: ModelFiles, architecture: string): string[] {
  const {header} = model;
  const prefix = `${architecture}.`;
  const found: string[] = [];
  for (const [name, bounds] of Object.entries(wholeNumbers)) {
    const key = prefix + name;
    const value = header.values.get(key);
    if (value === undefined) {
      if (bounds.required === true) found.push(`${key} is not there`);
      continue;
    }
    if (!isNumeric(value)) found.push(`${key} is no whole number`);
    else if (!numbersOf(value).every(each => isWithin(each, bounds)))
      found.push(
        `${key} is ${shown(value)}, not ${bounds.even === true ? "an even" : "a whole"} number from ${bounds.from} to ${bounds.to}`,
      );
  }
  for (const [key, value] of header.values) {
    if (!key.startsWith(prefix) || !isFloat(value)) continue;
    const wrong = numbersOf(value).some(each => !Number.isFinite(each) || (positive.test(key) && each <= 0));
    if (wrong) found.push(`${key} is ${shown(value)}`);
  }
  // What follows compares numbers that are in range.
  return found.length > 0 ? found : [...shapeDamage(model, prefix), ...attentionDamage(header, prefix)];
}

function shapeDamage({header, tensors, paths, fileOf}: ModelFiles, prefix: string): string[] {
  const found: string[] = [];
  const blocks = header.number(`${prefix}block_count`) ?? 0;
  const width = header.number(`${prefix}embedding_length`) ?? 0;
  const feedForward = header.values.get(`${prefix}feed_forward_length`);
  let last = -1;
  const where = (name: string) => (paths.length > 1 ? `${name} in ${basename(fileOf(name))}` : name);
  for (const {name, dimensions} of tensors) {
    const [, number, rest] = /^blk\.(\d+)\.(.+)$/.exec(name) ?? [];
    if (number !== undefined) last = Math.max(last, Number(number));
    if (ofModelWidth.test(name) && dimensions[0] !== width)
      found.push(`${prefix}embedding_length is ${width}, ${where(name)} has rows of ${dimensions[0]}`);
    if (rest !== "ffn_down.weight" || feedForward === undefined) continue;
    const [only, ...more] = numbersOf(feedForward);
    const expected = more.length === 0 ? only : numbersOf(feedForward)[Number(number)];
    if (expected !== dimensions[0])
      found.push(`${prefix}feed_forward_length is ${expected}, ${where(name)} has rows of ${dimensions[0]}`);
  }
  if (last !== -1 && last + 1 !== blocks)
    found.push(`${prefix}block_count is ${blocks}, the last tensors are those of block ${last}`);
  return found;
}

/** Heads share keys in groups of one size: the engine divides the one count by the other. */
function attentionDamage(header: GgufHeader, prefix: string): string[] {
  const counts = (name: string) => {
    const value = header.values.get(prefix + name);
    return value === undefined ? [] : numbersOf(value);
  };
  const heads = counts("attention.head_count");
  const shared = counts("attention.head_count_kv");
  const found: string[] = [];
  const [head] = heads;
  const width = header.number(`${prefix}embedding_length`) ?? 0;
  if (heads.length === 1 && header.number(`${prefix}attention.key_length`) === undefined && head !== undefined) {
    if (head === 0 || head > width) found.push(`${prefix}attention.head_count is ${head} for a width of ${width}`);
  }
  for (const [index, count] of shared.entries()) {
    const of = heads.length === 1 ? head : heads[index];
    if (count === 0 || of === undefined || of % count === 0) continue;
    found.push(`${prefix}attention.head_count_kv is ${count}, which does not divide ${of} heads`);
    break;
  }
  const experts = counts("expert_count")[0] ?? 0;
  const used = counts("expert_used_count")[0] ?? 0;
  if (used > experts || (experts > 0 && used === 0))
    found.push(`${prefix}expert_used_count is ${used} of ${experts} experts`);
  return found;
}

function isWithin(value: number, {from, to, even}: {from: number; to: number; even?: true}): boolean {
  return Number.isInteger(value) && value >= from && value <= to && (even !== true || value % 2 === 0);
}

function isNumeric(value: GgufValue): boolean {
  const type = value.type === "array" ? value.of : value.type;
  return isInteger(type);
}

function isFloat(value: GgufValue): boolean {
  return /^float/.test(value.type === "array" ? value.of : value.type);
}

/** One number, or those of a list with one a layer. */
function numbersOf(value: GgufValue): readonly number[] {
  if (value.type === "array") return value.of === "string" ? [] : Array.from(value.numbers);
  return typeof value.value === "number" ? [value.value] : [];
}

function shown(value: GgufValue): string {
  const numbers = numbersOf(value);
  return numbers.length > 4 ? `${numbers.slice(0, 4).join(", ")} …` : numbers.join(", ");
}
