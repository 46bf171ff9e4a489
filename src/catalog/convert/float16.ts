/** The bits of a float32 as those of the nearest float16. Scratch space of one number, shared by all calls. */
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * IEEE 754 half precision of a number, as its 16 bits: the nearest, a tie to the even one. Beyond 65 504 (from 65 520 on)
 * infinity, below 2⁻²⁵ zero, NaN stays NaN.
 *
 * @example float16Bits(1) // 0x3c00
 * @example float16Bits(-2) // 0xc000
 */
export function float16Bits(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  // Subnormal: in units of 2⁻²⁴, which is exact in float64 up to the rounding itself.
  const units = Math.abs(value) * 2 ** 24;
  const below = Math.floor(units);
  const rest = units - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  return sign | (up ? below + 1 : below);
}

/** Little-endian float32 bytes as little-endian float16 bytes, number by number. */
export function toFloat16(bytes: Uint8Array): Uint8Array {
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / 4;
  const result = new Uint8Array(2 * count);
  const to = new DataView(result.buffer);
  for (let index = 0; index < count; index += 1) {
    to.setUint16(2 * index, float16Bits(from.getFloat32(4 * index, true)), true);
  }
  return result;
}
