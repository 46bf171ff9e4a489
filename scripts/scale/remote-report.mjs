// What was measured of servers, as a page that a person reads, and which marks were missed.

const LABELS = 1e-4;
const ENTROPY = 1e-4;

const quantities = [
  ["labelLogProb", "label score, as log-probability", LABELS],
  ["labelProbability", "probability in the label distribution", undefined],
  ["labelEntropyBits", "entropy of the label distribution, bits", ENTROPY],
  ["vocabEntropyBits", "entropy of the vocabulary, bits", ENTROPY],
  ["labelMass", "label mass", undefined],
  ["stop", "stop probability", undefined],
  ["topTokenLogProb", "the 20 best tokens, as log-probability", undefined],
];
const pairs = ["reader against local", "stock against local", "stock against reader"];

/** The marks that a measurement missed, as sentences; none is what is wanted. */
export function misses({numbers}) {
  if (numbers === undefined) return [];
  return pairs.flatMap(pair => {
    const {traces, trees} = numbers[pair];
    // Against the local engine the exact value is itself off by what the two engines differ.
    const slack = pair.endsWith("local") ? ENTROPY : 0;
    return [
      ...quantities.flatMap(([key, name, mark]) =>
        mark === undefined || traces.largest[key].value <= mark
          ? []
          : [`${pair}: ${name} differs by ${traces.largest[key].value}`],
      ),
      ...(traces.answers.same === traces.answers.of
        ? []
        : [`${pair}: ${traces.answers.of - traces.answers.same} answers differ`]),
      ...Object.entries(traces.held).flatMap(([key, {farthestOutside}]) =>
        farthestOutside <= slack ? [] : [`${pair}: a bound of ${key} is off by ${farthestOutside}`],
      ),
      ...(trees.apart === 0 ? [] : [`${pair}: ${trees.apart} intervals of label trees do not overlap`]),
    ];
  });
}

export function markdown(found) {
  const {numbers, speed} = found;
  return `${[
    "# A model on a vLLM server",
    "",
    "The same float32 weights of SmolLM2-135M (dequantised), the same prompts, read three ways: by the **local** engine with a float32 key-value cache; by **stock** vLLM (named tokens and the top N); by vLLM with labelscope's **reader** inside ([src/engine/vllm-reader](../../src/engine/vllm-reader/README.md)). Both servers are asked by `run`, as with `--model http://HOST:PORT/v1#MODEL`.",
    ...(numbers === undefined ? [] : numbersPart(numbers)),
    ...(speed === undefined ? [] : speedPart(speed)),
    "",
    "## What was not run",
    "",
    "No GPU: vLLM's Model Runner V2, which GPUs use, was given made-up rows through its real interface only. Other precisions, several GPUs and several nodes were not run either. On a GPU, kernels add up in another order for every batch, so differences between two reads of one prompt will be larger than here.",
    ...(misses(found).length === 0 ? [] : ["", "## Missed marks", "", ...misses(found).map(miss => `- ${miss}`)]),
  ].join("\n")}\n`;
}

function numbersPart(section) {
  const {documents, trees} = section;
  const of = read => pairs.map(pair => read(section[pair]));
  const [first] = pairs;
  return [
    "",
    "## Do they say the same?",
    "",
    `GoEmotions, ten demonstrations, ${documents} documents, every label step of the greedy answers (scores: ${section[first].traces.scoring}). Largest absolute difference of all pairs of exact numbers:`,
    "",
    ...table(
      ["", "mark", ...pairs],
      [
        ...quantities.map(([key, name, mark]) => [
          name,
          mark === undefined ? "" : exponent(mark),
          ...of(({traces}) => (traces.largest[key].pairs === 0 ? "bounded" : exponent(traces.largest[key].value))),
        ]),
        ["same answers", "all", ...of(({traces}) => `${traces.answers.same}/${traces.answers.of}`)],
        [
          "same token at the same rank of the best 20",
          "",
          ...of(({traces}) => `${traces.topTokens.same}/${traces.topTokens.of}`),
        ],
        ["pairs of label scores", "", ...of(({traces}) => String(traces.largest.labelLogProb.pairs))],
      ],
    ),
    "",
    `Label trees (\`marginal\`) of ${trees} documents: intervals for one label's probability, from two searches that each stop when the interval is narrow.`,
    "",
    ...table(
      ["", ...pairs],
      [
        ["largest difference of midpoints", ...of(({trees: t}) => exponent(t.largestMidpoint))],
        ["intervals that do not overlap", ...of(({trees: t}) => `${t.apart}/${t.labels}`)],
        ["documents with as many expansions", ...of(({trees: t}) => `${t.sameReads}/${t.documents}`)],
      ],
    ),
    "",
    "## Do the bounds hold?",
    "",
    "What stock vLLM bounds, against the exact number of another engine. Outside: how far the exact number is beyond the farthest bound. Against the local engine the exact number itself is off by what the two engines differ (above); against the reader, which sees the same logits, nothing is.",
    "",
    ...table(
      ["", "bounds", "hold", "outside", "median width", "widest"],
      pairs
        .slice(1)
        .flatMap(pair =>
          Object.entries(section[pair].traces.held).map(([key, held]) => [
            `${quantities.find(([name]) => name === key)[1]}, ${pair}`,
            String(held.bounds),
            String(held.held),
            exponent(held.farthestOutside),
            held.medianWidth.toFixed(3),
            held.widest.toFixed(3),
          ]),
        ),
    ),
    "",
    footer(section),
  ];
}

function speedPart(section) {
  return [
    "",
    "## How fast?",
    "",
    "Documents a second at so many documents under way at once (`--sequences`), loading and start-up checks left out, a fresh cache salt for each run. The engines went in turn, and the ratios are medians of the rounds' own; the servers and the client share the machine's cores.",
    "",
    ...table(
      ["lanes", "documents", "local", "stock", "reader", "reader : stock", "reader : local"],
      section.rows.map(({lanes, documents, local, stock, reader, readerToStock, readerToLocal}) => [
        String(lanes),
        String(documents),
        ...[local, stock, reader].map(({documentsPerSecond}) => documentsPerSecond.toFixed(2)),
        `**${readerToStock.toFixed(2)}**`,
        `**${readerToLocal.toFixed(2)}**`,
      ]),
    ),
    "",
    "Over the wire, a document:",
    "",
    ...table(
      ["lanes", "stock: requests", "kB sent", "kB received", "reader: requests", "kB sent", "kB received"],
      section.rows.map(({lanes, stock, reader}) => [
        String(lanes),
        ...[stock, reader].flatMap(({requests, bytesSent, bytesReceived}) => [
          requests.toFixed(1),
          (bytesSent / 1000).toFixed(1),
          (bytesReceived / 1000).toFixed(1),
        ]),
      ]),
    ),
    "",
    footer(section),
  ];
}

function footer({machine, date, labelscope, versions, threads, note}) {
  const named = Object.entries(versions).map(([name, version]) => `, ${name} ${version}`);
  return `\`THREADS=${threads} bash scripts/scale/vllm.sh WORK DATA\`, ${date}; ${machine.cpu}, ${machine.cores} cores, ${machine.ramGB} GB, ${machine.platform}, Node ${machine.node}; labelscope ${labelscope}${named.join("")}; threads of each server and of the local engine: ${threads}.${note === undefined ? "" : ` ${note}`}`;
}

function exponent(value) {
  return value === 0 ? "0" : value.toExponential(1);
}

function table(head, rows) {
  const line = cells => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
