import {z} from "zod";

/**
 * The version of the records of a run. A changed meaning raises it; readers convert or refuse by name.
 *
 * 2: what an engine bounds is stored as its two bounds, and every line and the manifest carry a checksum. A record of version 1
 * holds exact numbers alone, so it reads as one of version 2, but only damage that contradicts itself shows in it.
 */
export const TRACE_SCHEMA = 2;

/** The versions that are read. */
export const schemaVersion = z.union([z.literal(1), z.literal(TRACE_SCHEMA)]);

/** A checksum of what labelscope wrote: the first 16 hexadecimal digits of a SHA-256. */
export const checksumSchema = z.string().regex(/^[0-9a-f]{16}$/);
