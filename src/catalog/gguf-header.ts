import {z} from "zod";
import {tensorBytes} from "./tensor-bytes.ts";

const wholeNumber = z.union([z.int().nonnegative(), z.bigint().nonnegative()]).transform(Number);

const headerSchema = z.object({
  metadata: z.record(z.string(), z.unknown()),
  splicedParts: z.int().positive(),
  infoEndOffset: wholeNumber,
  fullTensorInfo: z.array(
    z.object({
      name: z.string(),
      dimensions: z.array(wholeNumber),
      ggmlType: z.int(),
      fileOffset: wholeNumber,
      filePart: z.int().positive(),
    }),
  ),
});

export interface GgufTensor {
  readonly name: string;
  /** Fastest-varying first, as GGUF stores them. */
  readonly dimensions: readonly number[];
  readonly elements: number;
}

/** The header of a GGUF file. The lookups give `undefined` for a key that is absent or holds another type. */
export interface GgufHeader {
  readonly tensors: readonly GgufTensor[];
  /** Where the header ends and the tensors begin. */
  readonly headerBytes: number;
  /** Where the last tensor of the first file ends: the file must be at least this long. */
  readonly neededBytes: number;
  readonly quantisation?: string;
  readonly text: (...path: string[]) => string | undefined;
  readonly number: (...path: string[]) => number | undefined;
  readonly flag: (...path: string[]) => boolean | undefined;
  /** Length of an array. */
  readonly count: (...path: string[]) => number | undefined;
}

/**
 * Reads a header with the engine's reader, which is loaded only now: it takes a moment.
 *
 * @throws whatever the reader throws for a file that ends inside the header, and zod's error for a shape unknown here
 */
export async function readHeader(path: string): Promise<GgufHeader> {
  const {GgufFileType, readGgufFileInfo} = await import("node-llama-cpp");
  const found: unknown = await readGgufFileInfo(path, {sourceType: "filesystem", logWarnings: false});
  const {metadata, fullTensorInfo, infoEndOffset} = headerSchema.parse(found);
  const tensors = fullTensorInfo.map(({name, dimensions}) => ({
    name,
    dimensions,
    elements: dimensions.reduce((product, size) => product * size, 1),
  }));
  const ends = fullTensorInfo
    .filter(tensor => tensor.filePart === 1)
    .map(tensor => tensor.fileOffset + tensorBytes(tensor.dimensions, tensor.ggmlType));
  const lookup = (path: readonly string[]) => path.reduce<unknown>(member, metadata);
  const fileType = z.int().safeParse(lookup(["general", "file_type"])).data;
  const typeName = fileType === undefined ? undefined : GgufFileType[fileType];
  return {
    tensors,
    headerBytes: infoEndOffset,
    neededBytes: ends.reduce((a, b) => Math.max(a, b), infoEndOffset),
    ...(typeName === undefined ? {} : {quantisation: typeName.replace(/^(MOSTLY|ALL)_/, "")}),
    text: (...path) => z.string().safeParse(lookup(path)).data,
    number: (...path) => z.union([z.number(), z.bigint().transform(Number)]).safeParse(lookup(path)).data,
    flag: (...path) => z.boolean().safeParse(lookup(path)).data,
    count: (...path) => z.array(z.unknown()).safeParse(lookup(path)).data?.length,
  };
}

function member(value: unknown, key: string): unknown {
  return z.record(z.string(), z.unknown()).safeParse(value).data?.[key];
}
