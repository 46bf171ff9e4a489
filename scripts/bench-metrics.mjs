// How much processor time every metric takes with a BCa interval on many documents, and how much memory.
// Needs a build: `npm run build`, then `node scripts/bench-metrics.mjs [documents] [resamples] [labels] [dist folder]`.
import {dirname, join, resolve} from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";

const [documents, resamples, labels] = [10_000, 2000, 7].map((usual, index) =>
  Number(process.argv[2 + index] ?? usual),
);
const dist = resolve(process.argv[5] ?? join(dirname(dirname(fileURLToPath(import.meta.url))), "dist"));
const load = path => import(pathToFileURL(join(dist, path)).href);
const [{createRng}, {metricList}, {metricTable}, {resample}, {bootstrapInterval}] = await Promise.all(
  ["math/rng.js", "metric/index.js", "metric/input.js", "stats/draws.js", "stats/interval.js"].map(load),
);

// Spiky estimates, as models give them: most near 0 or 1, some in between; one to five annotators a document.
const rng = createRng("bench-metrics");
const input = {
  labels: Array.from({length: labels}, (_, index) => `label ${index}`),
  documents: Array.from({length: documents}, (_, index) => {
    const annotators = 1 + Math.floor(5 * rng());
    const human = Array.from({length: labels}, () => {
      const rate = rng() ** 3;
      return Array.from({length: annotators}, () => Number(rng() < rate)).reduce((a, b) => a + b, 0) / annotators;
    });
    const q = human.map(value => 1 / (1 + Math.exp(-4 * (value - 0.5) - 6 * (rng() - 0.5))));
    return {id: `d${index}`, q, human, gold: human.map(value => value >= 0.5)};
  }),
};

const measure = metrics => {
  const start = process.cpuUsage();
  const table = metricTable(input);
  const ready = metrics.map(metric => metric.prepare(table));
  const draws = resample(ready, {documents, resamples, rng: createRng(1)});
  const scores = metrics.map((metric, index) => ({
    metric,
    result: ready[index].result,
    interval: bootstrapInterval(draws[index], {method: metric.interval}),
  }));
  const {user, system} = process.cpuUsage(start);
  return {seconds: (user + system) / 1e6, scores};
};
const all = measure(metricList);
const peak = process.resourceUsage().maxRSS / 1024;
console.log(`${documents} documents, ${labels} labels, ${resamples} resamples, BCa, node ${process.version}`);
console.log(
  `all ${metricList.length} metrics: ${all.seconds.toFixed(1)} s of processor time, peak memory ${peak.toFixed(0)} MB`,
);
for (const {metric, result, interval} of all.scores) {
  const ends = interval.given
    ? `[${interval.low.toFixed(4)}, ${interval.high.toFixed(4)}] ${interval.method}`
    : interval.reason;
  const {seconds} = measure([metric]);
  console.log(
    `${metric.name.padEnd(34)}${result.value?.toFixed(4).padStart(9)} ${ends}  alone ${seconds.toFixed(2)} s`,
  );
}
