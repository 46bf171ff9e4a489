// Documents × models: filters, order, search, and the steps of two models side by side. Part of the page's one script.

import {columnView, make} from "./explorer-view.js";

/**
 * @typedef {import("./explorer-view.js").Data} Data
 * @typedef {import("./explorer-view.js").Trace} Trace
 * @typedef {import("./explorer-view.js").Doc} Doc
 */

/** Rows that are there at once; more come when they are asked for. */
const ROWS = 60;

/**
 * Half the sum of the absolute differences of two label distributions at step 1, or undefined.
 * @param {Trace | null | undefined} one
 * @param {Trace | null | undefined} other
 */
function difference(one, other) {
  const [a, b] = [one?.steps[0], other?.steps[0]];
  if (a === undefined || b === undefined) return undefined;
  return a.p.reduce((sum, p, i) => sum + Math.abs(p - (b.p[i] ?? 0)), 0) / 20000;
}

/**
 * Example-F1 of an answer: 1 where it and the gold set are empty.
 * @param {readonly number[]} said
 * @param {readonly number[]} gold
 */
function agreement(said, gold) {
  const both = said.filter(label => gold.includes(label)).length;
  return said.length + gold.length === 0 ? 1 : (2 * both) / (said.length + gold.length);
}

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 */
function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no element ${id}`);
  return found;
}

/**
 * @param {Data} data
 * @param {readonly number[]} labels
 */
function named(data, labels) {
  return labels.length === 0 ? "no label" : labels.map(label => data.labels[label] ?? "").join(", ");
}

/**
 * @param {Data} data
 * @param {Trace} trace
 */
function answerOf(data, trace) {
  return trace.answer === undefined ? named(data, trace.said) : trace.answer;
}

/**
 * One model's answer to a document.
 * @param {Data} data
 * @param {Doc} doc
 * @param {Trace | null | undefined} trace
 */
function answerCell(data, doc, trace) {
  if (trace === null || trace === undefined) return make("td", "answer missing", "–");
  const cell = make("td", "answer", make("span", "words", answerOf(data, trace)));
  if (trace.problems.length > 0) cell.append(make("small", "", `malformed: ${trace.problems.join(", ")}`));
  const foot = make("span", "foot");
  if (doc.gold !== undefined) foot.append(verdictSign(trace.said, doc.gold));
  const entropy = trace.steps[0]?.h;
  if (entropy !== undefined) {
    const fill = make("span", "");
    fill.style.width = `${Math.min(100, (100 * entropy) / Math.log2(Math.max(2, data.labels.length)))}%`;
    const bar = make("span", "entropy", fill);
    bar.title = `entropy ${entropy.toFixed(3)} bits`;
    bar.setAttribute("role", "img");
    bar.setAttribute("aria-label", bar.title);
    foot.append(bar);
  }
  cell.append(foot);
  return cell;
}

/**
 * Labels that a prediction of a document holds: those from one half on.
 * @param {readonly number[]} values in ten-thousandths
 */
function predictedLabels(values) {
  return values.flatMap((value, label) => (value >= 5000 ? [label] : []));
}

/**
 * What predictions made elsewhere say of a document.
 * @param {Data} data
 * @param {Doc} doc
 * @param {readonly number[] | null | undefined} values
 */
function predictionCell(data, doc, values) {
  if (values === null || values === undefined) return make("td", "answer missing", "–");
  const said = predictedLabels(values);
  const cell = make("td", "answer", make("span", "words", named(data, said)));
  cell.title = values.map((value, label) => `${data.labels[label]} ${(value / 10000).toFixed(2)}`).join(", ");
  if (doc.gold !== undefined) cell.append(make("span", "foot", verdictSign(said, doc.gold)));
  return cell;
}

/**
 * Whether an answer agrees with the gold set, as a sign with a name.
 * @param {readonly number[]} said
 * @param {readonly number[]} gold
 */
function verdictSign(said, gold) {
  const f1 = agreement(said, gold);
  const [mark, words] = f1 === 1 ? ["✓", "right"] : f1 === 0 ? ["✕", "wrong"] : ["◐", "partly right"];
  const sign = make("span", words === "partly right" ? "part" : words, mark);
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", words);
  return sign;
}

/** Fills the documents' table from the page's data, where it has some. */
export function startDocuments() {
  const source = document.getElementById("explorer-data");
  if (source === null) return;
  /** @type {Data} */
  const data = JSON.parse(source.textContent ?? "");
  const form = element("documents-form", HTMLFormElement);
  const place = element("documents-body", HTMLElement);
  const [filter, order, left, right] = ["filter", "order", "left", "right"].map(id => element(id, HTMLSelectElement));
  if (filter === undefined || order === undefined || left === undefined || right === undefined) return;
  const search = element("search", HTMLInputElement);
  const [detail, found, more] = ["detail", "found", "more"].map(id => element(id, HTMLElement));
  if (detail === undefined || found === undefined || more === undefined) return;
  const body = document.createElement("tbody");
  /** Documents as listed, by their place in the data. @type {number[]} */
  let shown = [];
  let chosen = -1;
  for (const hidden of [form, place, element("documents-hint", HTMLElement)]) hidden.hidden = false;

  const head = make(
    "tr",
    "",
    make("th", "", "Document"),
    make("th", "", "Gold"),
    ...[...data.runs, ...data.predictions].map(({title}) => make("th", "", title)),
  );
  for (const cell of head.children) cell.setAttribute("scope", "col");
  place.append(
    make(
      "table",
      "documents",
      make("caption", "visually-hidden", "Documents and answers"),
      make("thead", "", head),
      body,
    ),
  );

  const runs = () => [Number(left.value), ...(right.value === "" ? [] : [Number(right.value)])];
  /** @param {number} at */
  const traces = at => data.traces.flatMap(own => own[at] ?? []);
  /** @param {number} at */
  const rank = at => {
    const [one = 0, other = -1] = runs();
    if (order.value === "difference") return difference(data.traces[one]?.[at], data.traces[other]?.[at]);
    if (order.value !== "entropy") return undefined;
    const all = traces(at).flatMap(({steps}) => steps[0]?.h ?? []);
    return all.length === 0 ? undefined : all.reduce((sum, h) => sum + h, 0) / all.length;
  };
  /** What the predictions answer. @param {number} at */
  const predicted = at =>
    data.predictions.flatMap(({documents}) => {
      const values = documents[at];
      return values === null || values === undefined ? [] : [predictedLabels(values)];
    });
  /** What every model and every prediction answers. @param {number} at */
  const answers = at => [...traces(at).map(({said}) => said), ...predicted(at)];
  /** @type {Record<string, (at: number) => boolean>} */
  const filters = {
    all: () => true,
    differ: at => new Set(answers(at).map(said => [...said].sort((a, b) => a - b).join())).size > 1,
    wrong: at => {
      const gold = data.documents[at]?.gold;
      return gold !== undefined && answers(at).every(said => agreement(said, gold) < 1);
    },
    malformed: at => traces(at).some(({problems}) => problems.length > 0),
  };
  const texts = data.documents.map((doc, at) =>
    [
      doc.id,
      doc.text,
      ...traces(at).map(trace => answerOf(data, trace)),
      ...predicted(at).map(said => named(data, said)),
    ]
      .join("\n")
      .toLowerCase(),
  );

  /** @param {number} at */
  function rowOf(at) {
    const doc = data.documents[at];
    const open = make("button", "open", doc?.id ?? "");
    open.type = "button";
    open.setAttribute("aria-expanded", String(at === chosen));
    open.addEventListener("click", () => choose(at, true));
    const text = make("span", "excerpt", doc?.text ?? "");
    text.dir = "auto";
    const name = make("th", "", open, text);
    name.scope = "row";
    const gold = doc?.gold === undefined ? "–" : named(data, doc.gold);
    const [one, other] = runs();
    const cells = data.traces.map((own, run) => {
      const cell = doc === undefined ? make("td", "") : answerCell(data, doc, own[at]);
      cell.classList.toggle("aside", run !== one && run !== other);
      return cell;
    });
    const predictions = data.predictions.map(({documents}) =>
      doc === undefined ? make("td", "") : predictionCell(data, doc, documents[at]),
    );
    const row = make("tr", at === chosen ? "chosen" : "", name, make("td", "gold", gold), ...cells, ...predictions);
    row.dataset.at = String(at);
    return row;
  }

  /** @param {number} count */
  function addRows(count) {
    const from = body.rows.length;
    body.append(...shown.slice(from, from + count).map(rowOf));
    if (more !== undefined) more.hidden = body.rows.length >= shown.length;
  }

  function renderDetail() {
    const doc = data.documents[chosen];
    if (detail === undefined) return;
    detail.hidden = doc === undefined;
    if (doc === undefined) return;
    const text = make("p", "text", doc.text, doc.cut ? "… (cut; the whole text is in traces.jsonl)" : "");
    text.dir = "auto";
    const columns = make("div", "columns", ...runs().map(run => columnView(data, chosen, run, runs()[0] ?? 0)));
    detail.replaceChildren(make("h3", "", doc.id), text, columns);
  }

  /**
   * @param {number} at
   * @param {boolean} scroll
   */
  function choose(at, scroll) {
    chosen = at;
    for (const row of body.rows) {
      const isChosen = row.dataset.at === String(at);
      row.classList.toggle("chosen", isChosen);
      row.querySelector("button")?.setAttribute("aria-expanded", String(isChosen));
    }
    renderDetail();
    if (!scroll || detail === undefined) return;
    detail.scrollIntoView({block: "nearest"});
    detail.focus({preventScroll: true});
  }

  function render() {
    const wanted = search.value.trim().toLowerCase();
    const fits = filters[filter?.value ?? "all"] ?? (() => true);
    shown = data.documents.map((_, at) => at).filter(at => fits(at) && (wanted === "" || texts[at]?.includes(wanted)));
    if (order?.value !== "id") {
      const ranks = new Map(shown.map(at => [at, rank(at) ?? -1]));
      shown.sort((a, b) => (ranks.get(b) ?? -1) - (ranks.get(a) ?? -1) || a - b);
    }
    const [one, other] = runs();
    // On a narrow screen the two chosen models stand there, with their heads.
    [...head.children].forEach((cell, place) => {
      const run = place - 2;
      cell.classList.toggle("aside", run >= 0 && run < data.runs.length && run !== one && run !== other);
    });
    body.replaceChildren();
    addRows(ROWS);
    place.scrollTop = 0;
    const needsTwo = order?.value === "difference" && right?.value === "" ? "; a difference needs a second model" : "";
    if (found !== undefined) found.textContent = `${shown.length} of ${data.documents.length} documents${needsTwo}`;
  }

  for (const control of [filter, order, left, right])
    control.addEventListener("change", () => {
      render();
      renderDetail();
    });
  search.addEventListener("input", render);
  form.addEventListener("submit", event => event.preventDefault());
  more.querySelector("button")?.addEventListener("click", () => addRows(ROWS));
  const follow = () => {
    const id = /^#document=(.*)$/.exec(location.hash)?.[1];
    if (id === undefined) return;
    const at = data.documents.findIndex(doc => encodeURIComponent(doc.id) === id || doc.id === id);
    if (at < 0) return;
    search.value = "";
    filter.value = "all";
    order.value = "id";
    render();
    choose(at, true);
  };
  addEventListener("hashchange", follow);
  render();
  follow();
}
