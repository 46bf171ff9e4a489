// Model files: fields of the header, counts, lengths, types, offsets, metadata, cuts and flipped bytes, of one file and of a
// split one, with each kind of tokeniser.
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fieldsOf, partsOf, withPairs} from "../gguf-file.mjs";

const LABELS = "joy,fear,none";
const PROMPT = 'Input: I loved it!\n{"label": ["';

/** Values at which counts, lengths and offsets go wrong. */
const EDGES = [
  0n,
  1n,
  2n,
  7n,
  255n,
  65536n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

export function prepare({models}) {
  const ladder = readFileSync(join(models, "ladder-xxxs-base.f16.gguf"));
  const bases = {
    plain: [ladder],
    quantised: [readFileSync(join(models, "ladder-xs-base.q4_0.gguf"))],
    split: partsOf(ladder, [2, 5]),
    ...tokenisers(ladder),
  };
  return {bases, names: Object.keys(bases), truth: new Map()};
}

/** The ladder's weights under a vocabulary of each other kind, of as many tokens. */
function tokenisers(ladder) {
  const count = 1024;
  const bytes = Array.from({length: 256}, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);
  const letters = [..."abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ!\"#$%&'()*+,-./:;<=>?@[]{}\\\n"];
  const fill = (start, prefix) => {
    const list = [...start];
    for (let i = 0; list.length < count; i++) list.push(`${prefix}${letters[i % 26]}${letters[(i * 7) % 26]}${i}`);
    return list;
  };
  const pieces = fill(["<unk>", "<s>", "</s>", ...bytes, "▁", "▁joy", "▁fear", "joy", "fear", "none", ...letters], "▁");
  const types = pieces.map((_, i) => (i === 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1));
  const scores = pieces.map((_, i) => -i);
  const ids = {
    "tokenizer.ggml.bos_token_id": {u32: 1},
    "tokenizer.ggml.eos_token_id": {u32: 2},
    "tokenizer.ggml.unknown_token_id": {u32: 0},
    "tokenizer.ggml.merges": undefined,
    "tokenizer.ggml.pre": undefined,
  };
  const vocabulary = (model, tokens, more) =>
    withPairs(ladder, {
      ...ids,
      "tokenizer.ggml.model": {text: model},
      "tokenizer.ggml.tokens": {texts: tokens},
      ...more,
    });
  const scored = {"tokenizer.ggml.scores": {f32s: scores}, "tokenizer.ggml.token_type": {i32s: types}};
  const words = fill(["[PAD]", "[UNK]", "[CLS]", "[SEP]", ...letters, "▁joy", "▁fear"], "▁");
  return {
    sentencepiece: [vocabulary("llama", pieces, scored)],
    unigram: [vocabulary("t5", pieces, scored)],
    wordpiece: [vocabulary("bert", words, {"tokenizer.ggml.token_type": {i32s: words.map((_, i) => (i < 4 ? 3 : 1))}})],
    plamo2: [vocabulary("plamo2", pieces, scored)],
    rwkv: [
      vocabulary("rwkv", fill(["<s>", ...letters.map(l => (l === "\n" ? "\\n" : l === "\\" ? "\\\\" : l))], ""), {
        "tokenizer.ggml.token_type": {i32s: words.map(() => 1)},
      }),
    ],
  };
}

/**
 * One mutation: what was done, and what may come of it. `refuse`: nobody may accept the file; `same`: what was changed bears
 * on no number; `any`: it may be another model, and its numbers must be numbers.
 */
const MUTATIONS = {
  cut: ({bytes, random}) => ({bytes: bytes.subarray(0, random.below(bytes.length - 64)), expect: "refuse"}),
  "flipped bytes in the header": ({bytes, random, map}) => ({
    bytes: flipped(bytes, random, 0, map.dataStart),
    expect: "any",
  }),
  "flipped bytes in the weights": ({bytes, random, map}) => ({
    bytes: flipped(bytes, random, map.dataStart, bytes.length),
    expect: "any",
  }),
  "count or length": ({bytes, random, map}) => {
    const field = random.of(map.fields.filter(({what}) => /count$|length$/.test(what)));
    return {bytes: withEdge(bytes, field, random), detail: named(field), expect: "refuse"};
  },
  "dimension or offset": ({bytes, random, map}) => {
    const field = random.of(map.fields.filter(({what}) => what === "dimension" || what === "offset"));
    return {bytes: withEdge(bytes, field, random), detail: named(field), expect: "refuse"};
  },
  "kind of value or tensor": ({bytes, random, map}) => {
    const field = random.of(map.fields.filter(({what}) => /type$/.test(what)));
    const copy = Buffer.from(bytes);
    copy.writeUInt32LE(random.of([...Array(14).keys(), 30, 41, 99, 2 ** 31, 2 ** 32 - 1]), field.at);
    return {bytes: copy, detail: named(field), expect: "any"};
  },
  "magic or version": ({bytes, random}) => {
    const copy = Buffer.from(bytes);
    if (random.chance(0.3)) copy.write(random.of(["GGML", "gguf", "FUGG", "\0\0\0\0", "PK\u0003\u0004"]), "latin1");
    else copy.writeUInt32LE(random.of([0, 1, 4, 5, 0x03000000, 2 ** 32 - 1]), 4);
    return {bytes: copy, expect: "refuse"};
  },
  "number of the metadata": ({bytes, random, map}) => {
    const field = random.of(map.fields.filter(({what, size}) => what === "number" && size === 4));
    const copy = Buffer.from(bytes);
    const value = random.of([
      0,
      1,
      2,
      3,
      7,
      513,
      65536,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32 - 1,
      0x7fc00000,
      0x7f800000,
      0xbf800000,
    ]);
    copy.writeUInt32LE(value, field.at);
    const bound = /block_count|embedding_length|feed_forward_length/.test(field.key) && !copy.equals(bytes);
    return {bytes: copy, detail: `${field.key} = ${value}`, expect: bound ? "refuse" : "any"};
  },
  alignment: ({bytes, random}) => {
    const u32 = random.of([0, 1, 3, 4, 24, 33, 2 ** 31, 2 ** 32 - 1]);
    return {bytes: withPairs(bytes, {"general.alignment": {u32}}), detail: String(u32), expect: "refuse"};
  },
  epsilon: ({bytes, random}) => {
    const f32 = random.of([Number.NaN, Number.POSITIVE_INFINITY, -1e-5, 0, -0]);
    const change = {"llama.attention.layer_norm_rms_epsilon": {f32}};
    return {bytes: withPairs(bytes, change), detail: String(f32), expect: f32 === 0 ? "any" : "refuse"};
  },
  tokens: ({bytes, random, map}) => {
    const entries = map.fields.filter(
      ({what, key, size}) => what === "entry" && key === "tokenizer.ggml.tokens" && size > 1,
    );
    const copy = Buffer.from(bytes);
    const field = random.of(entries);
    if (random.chance(0.5)) copy.fill(0xff, field.at, field.at + field.size);
    else {
      const twin = random.of(entries.filter(other => other.size === field.size && other !== field));
      if (twin === undefined) return {bytes: flipped(bytes, random, 0, map.dataStart), expect: "any"};
      bytes.copy(copy, field.at, twin.at, twin.at + twin.size);
    }
    return {bytes: copy, detail: `entry at ${field.at}`, expect: "refuse"};
  },
  "kind of tokeniser": ({bytes, random}) => {
    const text = random.of([
      "llama",
      "gpt2",
      "bert",
      "t5",
      "rwkv",
      "plamo2",
      "no_vocab",
      "none",
      "",
      "GPT2",
      "gemma4",
      "hybriddna",
    ]);
    return {bytes: withPairs(bytes, {"tokenizer.ggml.model": {text}}), detail: text, expect: "any"};
  },
  "a pair left out": ({bytes, random, map}) => {
    const {key} = random.of(map.pairs);
    return {bytes: withPairs(bytes, {[key]: undefined}), detail: key, expect: "any"};
  },
  "words that bear on nothing": ({bytes, random}) => ({
    bytes: withPairs(bytes, {
      "general.name": {text: random.of(["", "x".repeat(5000), "\u001b[2J", "‮", Buffer.from([0xff, 0xfe])])},
      [`note.${random.below(100)}`]: random.of([
        {text: "π"},
        {u32: 7},
        {f32: Number.NaN},
        {texts: ["a", "a"]},
        {bool: true},
      ]),
    }),
    expect: "same",
  }),
};

/** Mutations of a model in several files. */
const PARTS = {
  "parts exchanged": ({parts}) => ({parts: [parts[0], parts[2], parts[1]], expect: "refuse"}),
  "a part left out": ({parts, random}) => {
    const gone = 1 + random.below(2);
    return {parts: parts.map((part, i) => (i === gone ? undefined : part)), expect: "refuse"};
  },
  "a part cut": ({parts, random}) => {
    const which = random.below(3);
    const cut = part => part.subarray(0, random.below(part.length - 64));
    return {parts: parts.map((part, i) => (i === which ? cut(part) : part)), expect: "refuse"};
  },
  "place of a part": ({parts, random}) => {
    const which = random.below(3);
    const copy = Buffer.from(parts[which]);
    const key = random.of(["split.no", "split.count", "split.tensors.count"]);
    const field = fieldsOf(copy).fields.find(other => other.what === "number" && other.key === key);
    const before = copy.readUIntLE(field.at, field.size);
    copy.writeUIntLE((before + 1 + random.below(250)) % 256 || 200, field.at, field.size);
    const other = copy.readUIntLE(field.at, field.size) !== before;
    return {parts: parts.map((part, i) => (i === which ? copy : part)), detail: key, expect: other ? "refuse" : "same"};
  },
  "flipped bytes in the weights of a part": ({parts, random}) => {
    const which = random.below(3);
    const part = parts[which];
    const changed = flipped(part, random, fieldsOf(part).dataStart, part.length);
    return {parts: parts.map((other, i) => (i === which ? changed : other)), expect: "any"};
  },
};

export function make({random, index, folder, ready}) {
  const base = random.of(ready.names);
  const [bytes, ...further] = ready.bases[base];
  const stem = join(folder, `m${index}`);
  let made;
  let what;
  if (further.length > 0 && random.chance(0.7)) {
    what = random.of(Object.keys(PARTS));
    made = PARTS[what]({parts: [bytes, ...further], random});
  } else {
    what = random.of(Object.keys(MUTATIONS));
    const {bytes: first, ...rest} = MUTATIONS[what]({bytes, random, map: fieldsOf(bytes)});
    made = {...rest, parts: [first, ...further]};
  }
  const paths = made.parts.map((_, i) =>
    made.parts.length === 1 ? `${stem}.gguf` : `${stem}-0000${i + 1}-of-0000${made.parts.length}.gguf`,
  );
  for (const [i, part] of made.parts.entries()) if (part !== undefined) writeFileSync(paths[i], part);
  return {
    name: `${base}: ${what}${made.detail === undefined ? "" : ` (${made.detail})`}`,
    expect: made.expect,
    base,
    paths,
    calls: callsFor(paths[0]),
  };
}

/** What every base says before anything is changed. */
export function truths({folder, ready}) {
  return ready.names.map((base, place) => {
    const parts = ready.bases[base];
    const paths = parts.map((part, i) => {
      const path = join(
        folder,
        parts.length === 1 ? `base${place}.gguf` : `base${place}-0000${i + 1}-of-0000${parts.length}.gguf`,
      );
      writeFileSync(path, part);
      return path;
    });
    return {name: `${base}, unchanged`, expect: "base", base, paths, calls: callsFor(paths[0])};
  });
}

function callsFor(path) {
  return [
    {argv: ["models", "info", path, "--json"]},
    {argv: ["score", "--model", path, "--labels", LABELS, "--json", "--threads", "1"], input: PROMPT},
  ];
}

/** @returns what is wrong with answers that were given, or nothing */
export function judge(fuzzed, answers, ready) {
  const [info, score] = answers;
  if (fuzzed.expect === "base") ready.truth.set(fuzzed.base, score.data);
  if (score.outcome !== "answered") return undefined;
  if (info.outcome !== "answered") return "models info refuses what score accepts";
  if (fuzzed.expect === "refuse") return "accepted";
  const place = unfinite(score.data);
  if (place !== undefined) return `${place} is no number`;
  const mass = score.data.labels.reduce((sum, {p}) => sum + p, 0);
  if (Math.abs(mass - 1) > 1e-9) return `probabilities sum to ${mass}`;
  if (fuzzed.expect !== "same") return undefined;
  const numbers = data => JSON.stringify(data.labels);
  return numbers(score.data) === numbers(ready.truth.get(fuzzed.base)) ? undefined : "numbers changed";
}

function unfinite(value, path = "result") {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path;
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = unfinite(inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function flipped(bytes, random, from, to) {
  const copy = Buffer.from(bytes);
  for (let count = 1 + random.below(4); count > 0; count--)
    copy[from + random.below(to - from)] ^= 1 << random.below(8);
  return copy;
}

function withEdge(bytes, {at, size}, random) {
  const copy = Buffer.from(bytes);
  const before = size === 8 ? bytes.readBigUInt64LE(at) : BigInt(bytes.readUInt32LE(at));
  const near = [before + 1n, before > 0n ? before - 1n : 5n, before * 2n + 1n];
  const value = BigInt.asUintN(8 * size, random.of([...EDGES, ...near]));
  const other = value === before ? value + 3n : value;
  if (size === 8) copy.writeBigUInt64LE(other, at);
  else copy.writeUInt32LE(Number(other), at);
  return copy;
}

const named = ({what, key, at}) => `${what}${key === undefined ? "" : ` of ${key}`} at ${at}`;
