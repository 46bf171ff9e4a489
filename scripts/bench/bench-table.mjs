// The stored measurements as a page that a person reads.

export function markdown(found) {
  const parts = ["# Measurements of speed and memory", ""];
  for (const section of Object.keys(found)) {
    const write = sections[section];
    if (write === undefined) continue;
    const {machine, date, commands, labelscope, engine, note} = found[section];
    parts.push(
      ...write(found[section]),
      "",
      `Target: ${found[section].target}. ${commands.map(command => `\`${command}\``).join(", ")}, ${date}; ${machine.cpu}, ${machine.cores} cores, ${machine.ramGB} GB, ${machine.platform}, Node ${machine.node}; labelscope ${labelscope}${engine === undefined ? "" : `, ${engine.engine}, llama.cpp ${engine.llamaCpp}`}.${note === undefined ? "" : ` ${note}`}`,
      "",
    );
  }
  return `${parts.join("\n").trimEnd()}\n`;
}

const sections = {
  speed: ({rows}) => [
    "## Documents a second",
    "",
    "GoEmotions, ten demonstrations, greedy answers, every step reduced over the full vocabulary. `labelscope run` against plain C++ loops on the same libraries, in turn; medians over the rounds. Loading is left out on both sides; the shared prefix is counted on both. The whole process, loading included, is in the last columns.",
    "",
    ...table(
      [
        "model",
        "sequences",
        "flash attention",
        "labelscope, docs/s",
        "own loop",
        "ratio",
        "outside loop",
        "ratio",
        "same answers as the own loop",
        "whole process, s",
        "own loop, s",
      ],
      rows.map(row => [
        row.model,
        row.sequences,
        row.flashAttention ? "on" : "off",
        row.product.toFixed(2),
        row.ownLoop.toFixed(2),
        `**${row.ratioToOwnLoop.toFixed(2)}**`,
        row.outsideLoop?.toFixed(2) ?? "",
        row.ratioToOutsideLoop === undefined ? "" : `**${row.ratioToOutsideLoop.toFixed(2)}**`,
        `${row.sameAnswers}/${row.documents}`,
        row.wholeProcessSeconds.toFixed(1),
        row.ownLoopWholeProcessSeconds.toFixed(1),
      ]),
    ),
  ],
  capture: ({rows}) => [
    "## What the capture costs",
    "",
    "Reducing one row of logits to logsumexp, entropy and the 20 best tokens, against finding the best token alone (which greedy decoding needs anyway), as a share of a step that decodes one token.",
    "",
    ...table(
      ["model", "vocabulary", "full reduction, ms", "best token alone, ms", "decoding step, ms", "cost of the capture"],
      rows.map(row => [
        row.model,
        row.vocabulary,
        row.reduceMs.toFixed(3),
        row.argmaxMs.toFixed(3),
        row.decodingStepMs.toFixed(2),
        `**${(100 * row.shareOfDecodingStep).toFixed(1)} %**`,
      ]),
    ),
  ],
  memory: ({rows}) => [
    "## Resident memory",
    "",
    ...table(
      ["model", "sequences", "peak, MB", "model file, MB", "key-value cache, MB", "beyond the two, MB"],
      rows.map(row => [
        row.model,
        row.sequences,
        row.peakMB.toFixed(0),
        row.fileMB.toFixed(0),
        row.cacheMB.toFixed(0),
        `**${row.beyondMB.toFixed(0)}**`,
      ]),
    ),
  ],
  flat: ({documents, residentMB, peakMB, documentsPerSecond}) => [
    "## Memory over many documents",
    "",
    `A tiny random model, ${documents} documents at ${documentsPerSecond.toFixed(0)} a second; resident MB when a share of the traces is written; peak ${peakMB.toFixed(0)} MB.`,
    "",
    ...table(Object.keys(residentMB), [Object.values(residentMB).map(value => value?.toFixed(0) ?? "")]),
  ],
  transformers: ({rows}) => [
    "## Against transformers",
    "",
    ...table(
      ["model", "labelscope, 8 sequences, docs/s", "transformers, float32, docs/s", "ratio", "versions"],
      rows.map(row => [
        row.model,
        row.product.toFixed(2),
        row.transformers.toFixed(3),
        `**${row.ratio.toFixed(1)}**`,
        row.versions,
      ]),
    ),
  ],
  help: ({medianSeconds, worstSeconds}) => [
    "## Start-up",
    "",
    `\`labelscope --help\`: ${medianSeconds.toFixed(3)} s (median of eleven; worst ${worstSeconds.toFixed(3)} s).`,
  ],
};

function table(head, rows) {
  const line = cells => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)];
}
