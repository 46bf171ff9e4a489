/** A source of numbers in [0, 1). Whatever is random takes one as an argument; there is no default. */
export type Rng = () => number;

/** Mixes a 32-bit state to 32 well-spread bits and steps it: splitmix32, used only to fill the generator's state. */
function splitmix32(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

/** FNV-1a over the UTF-16 code units of a seed, from a given start. */
function fnv1a(text: string, start: number): number {
  let hash = start >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}

/**
 * A small seeded generator (sfc32, state filled by splitmix32): the same seed gives the same numbers on every machine.
 *
 * Numbers have 53 random bits, so they lie in [0, 1) and never reach 1. The integer 7 and the string "7" are the same
 * seed. For independent streams under one seed give each its own name: `createRng("7/test/multi")`.
 *
 * @param seed an integer or any string
 * @throws RangeError for a number that is not a safe integer
 * Source: Doty-Humphrey, PractRand (sfc32); Steele et al. 2014 (splitmix).
 */
export function createRng(seed: number | string): Rng {
  if (typeof seed === "number" && !Number.isSafeInteger(seed)) throw new RangeError(`seed ${seed} is not an integer`);
  const text = String(seed);
  const low = splitmix32(fnv1a(text, 0x811c9dc5));
  const high = splitmix32(fnv1a(text, 0x9747b28c));
  let a = low() | 0;
  let b = high() | 0;
  let c = low() | 0;
  let counter = 1;
  const next32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 16; round += 1) next32();
  return () => ((next32() >>> 5) * 0x4000000 + (next32() >>> 6)) / 0x20000000000000;
}
