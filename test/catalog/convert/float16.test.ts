import {describe, expect, test} from "vitest";
import {float16Bits, toFloat16} from "../../../src/catalog/convert/float16.ts";

/** The value of a finite float16 by the definition of the format: sign, five bits of exponent, ten of fraction. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The next float32 away from zero or towards it. */
function neighbour(value: number, step: 1 | -1): number {
  const float = new Float32Array([value]);
  const word = new Uint32Array(float.buffer);
  word[0] = (word[0] ?? 0) + step;
  return float[0] ?? Number.NaN;
}

describe("float16Bits", () => {
  test("gives every finite float16 back", () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7c00; bits += 1) {
      if (float16Bits(halfValue(bits)) !== bits || float16Bits(-halfValue(bits)) !== (bits | 0x8000)) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  test("rounds to the nearest, and a tie to the even one, between any two neighbours", () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7bff; bits += 1) {
      const middle = (halfValue(bits) + halfValue(bits + 1)) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const around = [float16Bits(neighbour(middle, -1)), float16Bits(middle), float16Bits(neighbour(middle, 1))];
      if (around[0] !== bits || around[1] !== even || around[2] !== bits + 1) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  test("makes infinity of what is too large and keeps NaN", () => {
    expect([65504, 65519.99, 65520, Number.POSITIVE_INFINITY, -1e30].map(float16Bits)).toEqual([
      0x7bff, 0x7bff, 0x7c00, 0x7c00, 0xfc00,
    ]);
    expect(float16Bits(Number.NaN)).toBe(0x7e00);
  });
});

test("toFloat16 converts bytes at any offset", () => {
  const buffer = Buffer.alloc(13);
  buffer.writeFloatLE(1, 1);
  buffer.writeFloatLE(-0.5, 5);
  buffer.writeFloatLE(0, 9);
  expect(Buffer.from(toFloat16(buffer.subarray(1))).toString("hex")).toBe("003c00b80000");
});
