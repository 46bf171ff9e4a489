// What the step explorer shows of one document. Part of the page's one script; see page-assets.ts.

/**
 * @typedef {{r: number, kind: string, forced?: true, p: number[], h: number, v: number, m: number, stop?: number, starts: boolean, out: [string, string], top: [string, number][]}} Step
 * @typedef {{answer?: string, said: number[], problems: string[], steps: Step[]}} Trace
 * @typedef {{id: string, text: string, cut?: true, annotations: string[][], aggregated?: true, gold?: number[]}} Doc
 * @typedef {{labels: string[], runs: {name: string, title: string}[], documents: Doc[], traces: (Trace | null)[][], predictions: {title: string, documents: (number[] | null)[]}[], of: number}} Data
 */

/**
 * Control characters spelled out, so that a text cannot hide or reorder anything.
 * @param {string} text
 */
function visible(text) {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, character =>
    character === "\n" ? "\n" : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * An element with a class and content; texts are always text.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {string} className
 * @param {...(Node | string)} content
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(name, className, ...content) {
  const element = document.createElement(name);
  if (className !== "") element.className = className;
  element.append(...content.map(part => (typeof part === "string" ? visible(part) : part)));
  return element;
}

/** @param {number} value in ten-thousandths */
function probability(value) {
  return (value / 10000).toFixed(4);
}

/**
 * How many annotators gave a label; the null label: gave none.
 * @param {Doc} doc
 * @param {string} label
 * @param {boolean} isNone
 */
function people(doc, label, isNone) {
  const {annotations} = doc;
  const given = annotations.filter(set => (isNone ? set.length === 0 : set.includes(label))).length;
  if (annotations.length === 0) return "";
  return doc.aggregated ? (given > 0 ? "yes" : "") : given === 0 ? "" : `${given} of ${annotations.length}`;
}

/**
 * The share of the annotators that gave a label.
 * @param {Doc} doc
 * @param {string} label
 * @param {boolean} isNone
 */
function share({annotations}, label, isNone) {
  const given = annotations.filter(set => (isNone ? set.length === 0 : set.includes(label))).length;
  return annotations.length === 0 ? 0 : given / annotations.length;
}

/**
 * A number, or the two bounds between which it lies.
 * @param {number | readonly [number, number]} value
 */
function written3(value) {
  return typeof value === "number" ? value.toFixed(3) : `${value[0].toFixed(3)} to ${value[1].toFixed(3)}`;
}

/**
 * One label step as a table of bars.
 * @param {Data} data
 * @param {Doc} doc
 * @param {Step} step
 * @param {number[]} order indices of labels, from top to bottom
 * @param {string} model
 */
function stepView(data, doc, step, order, model) {
  const [kind, written] = step.out;
  const numbers = [
    `entropy ${step.h.toFixed(3)} bits`,
    ...(step.v === undefined ? [] : [`vocabulary ${written3(step.v)} bits`]),
    `label mass ${step.m.toFixed(3)}`,
    ...(step.stop === undefined ? [] : [`stop ${written3(step.stop)}`]),
  ].join(", ");
  const table = make("table", "steps");
  table.append(make("caption", "", `Step ${step.r} (${step.forced ? "forced, " : ""}${step.kind})`));
  const columns = document.createElement("colgroup");
  for (const name of ["name", "p", "", "people"]) columns.append(make("col", name));
  const head = make("tr", "");
  for (const title of ["label", "probability", "", doc.aggregated ? "given" : "annotators"])
    head.append(title === "" ? make("td", "") : make("th", "", title));
  for (const cell of head.querySelectorAll("th")) cell.scope = "col";
  const body = document.createElement("tbody");
  const gold = new Set(doc.annotations.flat());
  for (const i of order) {
    const label = data.labels[i] ?? "";
    const p = step.p[i] ?? 0;
    const emitted = kind !== "other" && written === label;
    const fill = make("span", "");
    fill.style.width = `${p / 100}%`;
    const mark = make("span", "mark-people");
    mark.style.left = `${100 * share(doc, label, i === data.labels.length - 1 && !gold.has(label))}%`;
    const bar = make("span", "bar", fill, ...(doc.annotations.length === 0 ? [] : [mark]));
    bar.setAttribute("aria-hidden", "true");
    const name = make("th", "", label, ...(emitted ? [" ◀", make("span", "visually-hidden", " emitted")] : []));
    name.scope = "row";
    const isNone = i === data.labels.length - 1 && !gold.has(label);
    body.append(
      make(
        "tr",
        emitted ? "emitted" : "",
        name,
        make("td", "number", probability(p)),
        make("td", "", bar),
        make("td", "number", people(doc, label, isNone)),
      ),
    );
  }
  table.append(columns, make("thead", "", head), body);
  const tokens = step.top.map(([text, p]) => `${JSON.stringify(text)} ${probability(p)}`).join(" · ");
  return [
    table,
    make("p", "", numbers, step.starts ? "" : "; the best token starts no label"),
    ...(kind === "other" ? [make("p", "", `emitted ${JSON.stringify(written)}, which is no label`)] : []),
    ...(kind === "repeat" ? [make("p", "", `emitted ${JSON.stringify(written)} again`)] : []),
    make("p", "tokens", `best tokens: ${tokens}`),
    make("p", "visually-hidden", `End of step ${step.r} of ${model}.`),
  ];
}

/**
 * One model's answer, step by step.
 * @param {Data} data
 * @param {number} at the document
 * @param {number} run
 * @param {number} leader the run whose probabilities order the labels
 */
export function columnView(data, at, run, leader) {
  const doc = data.documents[at];
  const trace = data.traces[run]?.[at];
  const model = data.runs[run]?.title ?? "";
  const column = make("div", "column", make("h4", "", model));
  if (doc === undefined || trace === null || trace === undefined) {
    column.append(make("p", "", "This run has no trace of the document."));
    return column;
  }
  const wrong = trace.problems.length === 0 ? "" : `: not well-formed (${trace.problems.join(", ")})`;
  const labels = trace.said.map(label => data.labels[label] ?? "").join(", ") || "no label";
  const written = trace.answer === undefined ? labels : JSON.stringify(trace.answer);
  column.append(make("p", "", `answer: ${written}${wrong}`));
  for (const step of trace.steps) {
    const leading = data.traces[leader]?.[at]?.steps.find(({r}) => r === step.r) ?? step;
    const order = data.labels.map((_, i) => i).sort((a, b) => (leading.p[b] ?? 0) - (leading.p[a] ?? 0) || a - b);
    column.append(...stepView(data, doc, step, order, model));
  }
  return column;
}
