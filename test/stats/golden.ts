import {readFileSync} from "node:fs";
import {join} from "node:path";
import {z} from "zod";

const numbers = z.array(z.number());
const ends = z.tuple([z.number(), z.number()]);

const schema = z.object({
  versions: z.record(z.string(), z.string()),
  normalCdf: z.array(z.object({x: z.number(), p: z.number()})),
  normalQuantile: z.array(z.object({p: z.number(), x: z.number()})),
  intervals: z.array(
    z.object({name: z.string(), level: z.number(), data: numbers, replicates: numbers, bca: ends, percentile: ends}),
  ),
  stratified: z.object({left: numbers, right: numbers, replicates: numbers, bca: ends}),
  signFlips: z.array(z.object({differences: numbers, p: z.number()})),
  holm: z.array(z.object({p: numbers, corrected: numbers})),
  effects: z.array(z.object({left: numbers, right: numbers, dz: z.number().nullable()})),
  densities: z.array(
    z.object({
      name: z.string(),
      data: numbers,
      bandwidth: z.number(),
      points: z.array(z.object({x: z.number(), density: z.number()})),
    }),
  ),
  quantiles: z.object({data: numbers, rows: z.array(z.object({share: z.number(), quantile: z.number()}))}),
});

/** Values of SciPy, NumPy and statsmodels; see scripts/golden. */
export const goldenStats = schema.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, "../golden/stats.golden.json"), "utf8")),
);
