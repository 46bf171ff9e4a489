/** Elements in a block and bytes of a block, by the number that GGUF gives a tensor type (ggml.h, `ggml_type`). */
const blocks: Readonly<Record<number, readonly [elements: number, bytes: number]>> = {
  0: [1, 4], // F32
  1: [1, 2], // F16
  2: [32, 18], // Q4_0
  3: [32, 20], // Q4_1
  6: [32, 22], // Q5_0
  7: [32, 24], // Q5_1
  8: [32, 34], // Q8_0
  9: [32, 36], // Q8_1
  10: [256, 84], // Q2_K
  11: [256, 110], // Q3_K
  12: [256, 144], // Q4_K
  13: [256, 176], // Q5_K
  14: [256, 210], // Q6_K
  15: [256, 292], // Q8_K
  16: [256, 66], // IQ2_XXS
  17: [256, 74], // IQ2_XS
  18: [256, 98], // IQ3_XXS
  19: [256, 50], // IQ1_S
  20: [32, 18], // IQ4_NL
  21: [256, 110], // IQ3_S
  22: [256, 82], // IQ2_S
  23: [256, 136], // IQ4_XS
  24: [1, 1], // I8
  25: [1, 2], // I16
  26: [1, 4], // I32
  27: [1, 8], // I64
  28: [1, 8], // F64
  29: [256, 56], // IQ1_M
  30: [1, 2], // BF16
  34: [256, 54], // TQ1_0
  35: [256, 66], // TQ2_0
  39: [32, 17], // MXFP4
};

/** Types that the engine reads and whose layout is not in the table: NVFP4, Q1_0, Q2_0. */
const withoutLayout: ReadonlySet<number> = new Set([40, 41, 42]);

/** Whether the engine reads tensors of this type. */
export function isKnownTensorType(type: number): boolean {
  return blocks[type] !== undefined || withoutLayout.has(type);
}

/** Elements that a row is made of at a time: its length is a multiple of this. 1 for a type that is not in the table. */
export function tensorRowUnit(type: number): number {
  return blocks[type]?.[0] ?? 1;
}

/**
 * Bytes that a tensor takes in the file: whole blocks, row by row.
 *
 * 0 for a type that is not in the table, so that a newer type makes the check for truncation weaker and never wrong.
 */
export function tensorBytes(dimensions: readonly number[], type: number): number {
  const block = blocks[type];
  if (block === undefined) return 0;
  const [rowElements = 1, ...rest] = dimensions;
  const rows = rest.reduce((product, size) => product * size, 1);
  return Math.ceil(rowElements / block[0]) * block[1] * rows;
}
