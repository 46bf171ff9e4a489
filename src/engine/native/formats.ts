/**
 * Formats that a model file can be rewritten in to measure their speed, with their number in llama.h's `llama_ftype` and the bits
 * of a weight, blocks' scales included.
 */
export const FORMATS = [
  {name: "Q4_0", ftype: 2, bits: 4.5},
  {name: "Q4_K_M", ftype: 15, bits: 4.9},
  {name: "Q4_1", ftype: 3, bits: 5},
  {name: "Q8_0", ftype: 7, bits: 8.5},
  {name: "BF16", ftype: 32, bits: 16},
  {name: "F16", ftype: 1, bits: 16},
  {name: "F32", ftype: 0, bits: 32},
] as const;
