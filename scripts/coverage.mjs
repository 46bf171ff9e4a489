// How often 95 % bootstrap intervals hold the truth, by simulation: means of known laws, and every metric on documents
// drawn from a large known population. Prints Markdown tables.
// Needs a build: `npm run build`, then `node scripts/coverage.mjs [samples] [resamples] [dist folder]`.
import {dirname, join, resolve} from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";

const [samples, resamples] = [2000, 1000].map((usual, index) => Number(process.argv[2 + index] ?? usual));
const dist = resolve(process.argv[4] ?? join(dirname(dirname(fileURLToPath(import.meta.url))), "dist"));
const load = path => import(pathToFileURL(join(dist, path)).href);
const [{createRng}, {resample}, {bootstrapInterval}, {metricList}, {metricTable}] = await Promise.all(
  ["math/rng.js", "stats/draws.js", "stats/interval.js", "metric/index.js", "metric/input.js"].map(load),
);

const methods = ["percentile", "bca"];
const holds = (interval, truth) => interval.given && interval.low <= truth && truth <= interval.high;
const percent = share => `${(100 * share).toFixed(1)}`;

const meanOf = values => ({
  documents: values.length,
  value: weights => {
    let sum = 0;
    for (let index = 0; index < values.length; index += 1) sum += weights[index] * values[index];
    return sum / values.length;
  },
});

const laws = [
  {name: "uniform on [0, 1]", mean: 0.5, draw: rng => rng()},
  {name: "exponential, mean 1", mean: 1, draw: rng => -Math.log(1 - rng())},
  {
    name: "NLL of `hard`: 18.42 × Binomial(7, 0.1)",
    mean: 18.42 * 0.7,
    draw: rng => 18.42 * Array.from({length: 7}, () => Number(rng() < 0.1)).reduce((sum, hit) => sum + hit, 0),
  },
];
const sizes = [10, 20, 50, 100, 200];
console.log(
  `${samples} samples, ${resamples} resamples each; standard error ${percent(Math.sqrt((0.95 * 0.05) / samples))}.\n`,
);
console.log(`| Mean of | method | ${sizes.map(size => `n = ${size}`).join(" | ")} |`);
console.log(`|---|---|${sizes.map(() => "---").join("|")}|`);
for (const law of laws) {
  const rows = new Map(methods.map(method => [method, []]));
  for (const size of sizes) {
    const rng = createRng(`coverage/${law.name}/${size}`);
    const held = new Map(methods.map(method => [method, 0]));
    for (let sample = 0; sample < samples; sample += 1) {
      const values = Float64Array.from({length: size}, () => law.draw(rng));
      const [draws] = resample([meanOf(values)], {documents: size, resamples, rng});
      for (const method of methods) {
        if (holds(bootstrapInterval(draws, {method}), law.mean)) held.set(method, held.get(method) + 1);
      }
    }
    for (const method of methods) rows.get(method).push(percent(held.get(method) / samples));
  }
  for (const method of methods) console.log(`| ${law.name} | ${method} | ${rows.get(method).join(" | ")} |`);
}

// Two populations of documents with five labels, spiky estimates and three annotators: all labels frequent, or the rarest
// in the gold set of 1 % of the documents.
const populations = [
  {name: "labels in the gold sets of 25 to 50 % of the documents", rates: [0.5, 0.45, 0.4, 0.35, 0.3]},
  {name: "labels in the gold sets of 50, 25, 13, 4 and 1 % of the documents", rates: [0.5, 0.3, 0.2, 0.1, 0.05]},
];
const documentOf = (rates, rng, id) => {
  const human = rates.map(rate => {
    const own = Math.min(1, rate * 2 * rng());
    return [0, 0, 0].reduce(sum => sum + Number(rng() < own), 0) / 3;
  });
  const q = human.map(value => 1 / (1 + Math.exp(-5 * (value - 0.5) - 6 * (rng() - 0.5))));
  return {id: `d${id}`, q, human, gold: human.map(value => value >= 0.5)};
};
for (const {name, rates} of populations) {
  const labels = rates.map((_, index) => `label ${index}`);
  const rng = createRng("coverage/metrics");
  const population = Array.from({length: 100_000}, (_, id) => documentOf(rates, rng, id));
  const truths = metricList.map(metric => metric.prepare(metricTable({labels, documents: population})).result.value);
  const rounds = Math.ceil(samples / 4);
  const counts = [100, 400];
  console.log(`\n${name}. ${rounds} samples; standard error ${percent(Math.sqrt((0.95 * 0.05) / rounds))}.\n`);
  console.log(
    `| Metric | its own | ${counts.flatMap(count => methods.map(method => `${method}, n = ${count}`)).join(" | ")} |`,
  );
  console.log(`|---|---|${counts.flatMap(() => methods.map(() => "---")).join("|")}|`);
  const held = metricList.map(() => []);
  for (const count of counts) {
    const hits = metricList.map(() => methods.map(() => 0));
    for (let round = 0; round < rounds; round += 1) {
      const documents = Array.from({length: count}, (_, id) => documentOf(rates, rng, id));
      const table = metricTable({labels, documents});
      const all = resample(
        metricList.map(metric => metric.prepare(table)),
        {documents: count, resamples, rng},
      );
      all.forEach((draws, index) => {
        methods.forEach((method, at) => {
          hits[index][at] += Number(holds(bootstrapInterval(draws, {method}), truths[index]));
        });
      });
    }
    for (const [index, list] of hits.entries()) held[index].push(...list.map(hit => percent(hit / rounds)));
  }
  for (const [index, metric] of metricList.entries()) {
    console.log(`| ${metric.name} | ${metric.interval} | ${held[index].join(" | ")} |`);
  }
}
