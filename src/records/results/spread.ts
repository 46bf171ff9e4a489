import {z} from "zod";
import {measuredSchema} from "./value.ts";

/**
 * The outline of a violin. A `curve` has equally spaced heights: height i stands at from + i·(to − from)/(heights − 1),
 * and the area under it is 1. Where all values are equal there is a `point` and no area.
 */
const outlineSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("curve"),
    from: z.number(),
    to: z.number(),
    /** Density per unit of x, rounded to 4 significant digits: for drawing. */
    heights: z.array(z.number().min(0)).min(2),
    /** Standard deviation of the kernel, in the unit of x. */
    bandwidth: z.number().positive(),
  }),
  z.strictObject({kind: z.literal("point"), at: z.number()}),
]);
export type Outline = z.infer<typeof outlineSchema>;

/** Five numbers of a box, interpolated between order statistics (type 7). */
const boxSchema = z.strictObject({
  min: z.number(),
  q1: z.number(),
  median: z.number(),
  q3: z.number(),
  max: z.number(),
});

/**
 * How one number is spread over documents: everything that a violin with a box needs. The values themselves are in the
 * CSV table of the same name.
 *
 * On the `log10` scale, for ratios, the outline stands over log10 of the value and `mean` is the geometric mean; the box
 * is in the unit of the value on both. Without values `mean` has the reason, and `box` and `outline` are absent.
 */
export const spreadSchema = z.strictObject({
  /** Values behind it, the infinite ones of `topToSecond` not among them. */
  n: z.int().min(0),
  scale: z.enum(["linear", "log10"]),
  /** Mean with a bootstrap interval over documents. */
  mean: measuredSchema,
  box: boxSchema.optional(),
  outline: outlineSchema.optional(),
});
export type Spread = z.infer<typeof spreadSchema>;
