import {isKnownTensorType, tensorBytes, tensorRowUnit} from "../tensor-bytes.ts";
import {BadValue, type Cursor} from "./cursor.ts";

/** A tensor as the header lists it. */
export interface GgufTensor {
  readonly name: string;
  /** Fastest-varying first, as GGUF stores them. */
  readonly dimensions: readonly number[];
  readonly elements: number;
  /** The number of its type (ggml.h, `ggml_type`). */
  readonly type: number;
  /** Bytes from the beginning of the data to its own. */
  readonly dataOffset: number;
  /** Bytes of the tensor; 0 where the type's layout is not known here. */
  readonly sizeBytes: number;
}

/** The engine's own limits (ggml.h): dimensions of a tensor, and bytes of a name with its end. */
const LIMITS = {dimensions: 4, nameBytes: 63};
const MOST_ELEMENTS = 2 ** 50;

/** Reads one entry of the list of tensors. */
export function readTensor(cursor: Cursor): GgufTensor {
  const at = cursor.position;
  const length = cursor.u64();
  if (length === 0 || length > LIMITS.nameBytes) throw new BadValue(at, `a tensor's name of ${length} bytes`);
  const name = cursor.take(length).toString("utf8");
  const bad = (offset: number, message: string) => new BadValue(offset, `tensor ${name}: ${message}`);
  const dimensionsAt = cursor.position;
  const count = cursor.u32();
  if (count === 0 || count > LIMITS.dimensions) throw bad(dimensionsAt, `${count} dimensions`);
  const dimensions: number[] = [];
  for (let index = 0; index < count; index++) dimensions.push(cursor.u64());
  const elements = dimensions.reduce((product, size) => product * size, 1);
  if (dimensions.includes(0) || elements > MOST_ELEMENTS)
    throw bad(dimensionsAt, `its dimensions are ${dimensions.join(" × ")}`);
  const typeAt = cursor.position;
  const type = cursor.u32();
  if (!isKnownTensorType(type)) throw bad(typeAt, `type ${type} is none that the engine reads`);
  const unit = tensorRowUnit(type);
  if ((dimensions[0] ?? 0) % unit !== 0)
    throw bad(typeAt, `rows of ${dimensions[0]} do not divide into blocks of ${unit}`);
  const dataOffset = cursor.u64();
  return {name, dimensions, elements, type, dataOffset, sizeBytes: tensorBytes(dimensions, type)};
}

/**
 * Where the data ends that a header describes, in bytes from the beginning of the data. The engine wants tensors one after
 * another, each at the next multiple of the alignment: so none overlaps another, and no place is left unsaid.
 *
 * @returns the end, or what is wrong with which tensor
 */
export function dataEnd(tensors: readonly GgufTensor[], alignment: number): number | string {
  let expected: number | undefined = 0;
  let end = 0;
  const names = new Set<string>();
  for (const {name, dataOffset, sizeBytes} of tensors) {
    if (names.has(name)) return `tensor ${name} stands twice`;
    names.add(name);
    if (dataOffset % alignment !== 0) return `tensor ${name} begins at byte ${dataOffset}, no multiple of ${alignment}`;
    if (expected !== undefined && dataOffset !== expected)
      return `tensor ${name} begins at byte ${dataOffset} of the data, the one before it ends at ${expected}`;
    end = Math.max(end, dataOffset + sizeBytes);
    // A layout that is not known here gives no end.
    expected = sizeBytes === 0 ? undefined : Math.ceil((dataOffset + sizeBytes) / alignment) * alignment;
  }
  return end;
}
