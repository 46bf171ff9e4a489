/**
 * One row of a tensor as numbers: what a block of each type stands for (ggml-quants.c). For looking at a few rows; the engine
 * computes with its own kernels.
 */
type Decode = (block: DataView, out: Float32Array, at: number) => void;

interface Layout {
  readonly elements: number;
  readonly bytes: number;
  readonly decode: Decode;
}

/** A float16 as a number. */
function half(view: DataView, at: number): number {
  const bits = view.getUint16(at, true);
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const sign = bits >> 15 === 0 ? 1 : -1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** 32 numbers of 4 or 5 bits with a scale, and an offset or a minimum. */
function small({fifth, minimum}: {readonly fifth: boolean; readonly minimum: boolean}): Decode {
  const head = minimum ? 4 : 2;
  const quants = head + (fifth ? 4 : 0);
  const offset = minimum ? 0 : fifth ? 16 : 8;
  return (block, out, at) => {
    const d = half(block, 0);
    const m = minimum ? half(block, 2) : 0;
    const high = fifth ? block.getUint32(head, true) : 0;
    for (let j = 0; j < 16; j++) {
      const q = block.getUint8(quants + j);
      const low = (q & 15) | (((high >>> j) & 1) << 4);
      const top = (q >> 4) | (((high >>> (j + 16)) & 1) << 4);
      out[at + j] = d * (low - offset) + m;
      out[at + j + 16] = d * (top - offset) + m;
    }
  };
}

const decodeQ8: Decode = (block, out, at) => {
  const d = half(block, 0);
  for (let j = 0; j < 32; j++) out[at + j] = d * block.getInt8(2 + j);
};

/** Scale and minimum j of eight, six bits each in twelve bytes. */
function scaleAndMinimum(block: DataView, scales: number, j: number): [scale: number, minimum: number] {
  const byte = (index: number) => block.getUint8(scales + index);
  if (j < 4) return [byte(j) & 63, byte(j + 4) & 63];
  return [(byte(j + 4) & 15) | ((byte(j - 4) >> 6) << 4), (byte(j + 4) >> 4) | ((byte(j) >> 6) << 4)];
}

/** 256 numbers of 4 or 5 bits in eight parts with a scale and a minimum each. */
function superblock(fifth: boolean): Decode {
  const high = 16;
  const quants = fifth ? 48 : 16;
  return (block, out, at) => {
    const [d, least] = [half(block, 0), half(block, 2)];
    for (let part = 0; part < 8; part++) {
      const [scale, minimum] = scaleAndMinimum(block, 4, part);
      const base = quants + 32 * (part >> 1);
      for (let l = 0; l < 32; l++) {
        const q = block.getUint8(base + l);
        const own = part % 2 === 0 ? q & 15 : q >> 4;
        const bit = fifth ? ((block.getUint8(high + l) >> part) & 1) << 4 : 0;
        out[at + 32 * part + l] = Math.fround(d * scale) * (own + bit) - Math.fround(least * minimum);
      }
    }
  };
}

const decodeQ2K: Decode = (block, out, at) => {
  const [d, least] = [half(block, 80), half(block, 82)];
  for (let part = 0; part < 16; part++) {
    const scale = block.getUint8(part);
    const [scaled, minimum] = [Math.fround(d * (scale & 15)), Math.fround(least * (scale >> 4))];
    const [base, shift] = [16 + 32 * (part >> 3) + 16 * (part % 2), 2 * ((part >> 1) % 4)];
    for (let l = 0; l < 16; l++) out[at + 16 * part + l] = scaled * ((block.getUint8(base + l) >> shift) & 3) - minimum;
  }
};

const decodeQ3K: Decode = (block, out, at) => {
  const d = half(block, 108);
  for (let part = 0; part < 16; part++) {
    const low = block.getUint8(96 + (part % 8));
    const own = part < 8 ? low & 15 : low >> 4;
    const top = (block.getUint8(104 + (part % 4)) >> (2 * (part >> 2))) & 3;
    const scaled = Math.fround(d * ((own | (top << 4)) - 32));
    const [base, shift, mask] = [32 + 32 * (part >> 3) + 16 * (part % 2), 2 * ((part >> 1) % 4), part >> 1];
    for (let l = 0; l < 16; l++) {
      const isSet = (block.getUint8(16 * (part % 2) + l) >> mask) & 1;
      out[at + 16 * part + l] = scaled * (((block.getUint8(base + l) >> shift) & 3) - (isSet === 1 ? 0 : 4));
    }
  }
};

const decodeQ6K: Decode = (block, out, at) => {
  const d = half(block, 208);
  for (let part = 0; part < 8; part++) {
    const [side, quarter] = [part >> 2, part % 4];
    const base = 64 * side + 32 * (quarter % 2);
    for (let l = 0; l < 32; l++) {
      const q = block.getUint8(base + l);
      const own = quarter < 2 ? q & 15 : q >> 4;
      const top = (block.getUint8(128 + 32 * side + l) >> (2 * quarter)) & 3;
      const scale = block.getInt8(192 + 8 * side + 2 * quarter + (l >> 4));
      out[at + 32 * part + l] = Math.fround(d * scale) * ((own | (top << 4)) - 32);
    }
  }
};

const scratch = new DataView(new ArrayBuffer(4));

/** By the number that GGUF gives a tensor type (ggml.h, `ggml_type`). */
const layouts: ReadonlyMap<number, Layout> = new Map([
  [0, {elements: 1, bytes: 4, decode: (block, out, at) => (out[at] = block.getFloat32(0, true))}],
  [1, {elements: 1, bytes: 2, decode: (block, out, at) => (out[at] = half(block, 0))}],
  [2, {elements: 32, bytes: 18, decode: small({fifth: false, minimum: false})}],
  [3, {elements: 32, bytes: 20, decode: small({fifth: false, minimum: true})}],
  [6, {elements: 32, bytes: 22, decode: small({fifth: true, minimum: false})}],
  [7, {elements: 32, bytes: 24, decode: small({fifth: true, minimum: true})}],
  [8, {elements: 32, bytes: 34, decode: decodeQ8}],
  [10, {elements: 256, bytes: 84, decode: decodeQ2K}],
  [11, {elements: 256, bytes: 110, decode: decodeQ3K}],
  [12, {elements: 256, bytes: 144, decode: superblock(false)}],
  [13, {elements: 256, bytes: 176, decode: superblock(true)}],
  [14, {elements: 256, bytes: 210, decode: decodeQ6K}],
  [
    30,
    {
      elements: 1,
      bytes: 2,
      decode: (block, out, at) => {
        scratch.setUint32(0, block.getUint16(0, true) << 16);
        out[at] = scratch.getFloat32(0);
      },
    },
  ],
] satisfies [number, Layout][]);

/**
 * The numbers that some bytes of a tensor stand for.
 *
 * @param type as GGUF numbers it
 * @param bytes whole blocks
 * @returns absent for a type whose blocks are not known here
 */
export function dequantise(type: number, bytes: Uint8Array): Float32Array | undefined {
  const layout = layouts.get(type);
  if (layout === undefined) return undefined;
  const blocks = Math.floor(bytes.byteLength / layout.bytes);
  const out = new Float32Array(blocks * layout.elements);
  for (let block = 0; block < blocks; block++) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + block * layout.bytes, layout.bytes);
    layout.decode(view, out, block * layout.elements);
  }
  return out;
}
