import {readFileSync} from "node:fs";
import {join} from "node:path";
import {z} from "zod";

const numbers = z.array(z.number());

const schema = z.object({
  divergences: z.array(z.object({p: z.array(z.number().nullable()), q: numbers, nats: z.number()})),
  bounds: z.array(z.object({p: numbers, q: numbers, bound: z.number(), full: z.number()})),
  percentiles: z.object({
    base: numbers,
    variant: numbers,
    mean: z.number(),
    rms: z.number(),
    percentiles: z.record(z.string(), z.number()),
  }),
  slopes: z.array(z.object({sizes: numbers, values: z.array(numbers), slope: z.number()})),
});

/** Values of SciPy and NumPy; see scripts/golden/dynamics.py. */
export const goldenDynamics = schema.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, "../golden/dynamics.golden.json"), "utf8")),
);
