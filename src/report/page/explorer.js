// The step explorer: choosing models and a document, by mouse and keyboard. Part of the page's one script.

import {columnView, make} from "./explorer-view.js";

/**
 * @typedef {import("./explorer-view.js").Data} Data
 * @typedef {import("./explorer-view.js").Trace} Trace
 */

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
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 */
function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no element ${id}`);
  return found;
}

/** @param {string} text */
function shortened(text) {
  return text.length > 90 ? `${text.slice(0, 89)}…` : text;
}

/** Fills the explorer from the page's data, where it has some. */
export function startExplorer() {
  const source = document.getElementById("explorer-data");
  if (source === null) return;
  /** @type {Data} */
  const data = JSON.parse(source.textContent ?? "");
  const form = element("explorer-form", HTMLFormElement);
  const body = element("explorer-body", HTMLElement);
  const [left, right, order] = [
    element("left", HTMLSelectElement),
    element("right", HTMLSelectElement),
    element("order", HTMLSelectElement),
  ];
  const search = element("search", HTMLInputElement);
  const [list, detail, found] = [
    element("documents", HTMLElement),
    element("detail", HTMLElement),
    element("found", HTMLElement),
  ];
  /** Documents as listed, by their place in the data. */
  let shown = data.documents.map((_, i) => i);
  let chosen = 0;
  for (const hidden of [form, body, element("explorer-hint", HTMLElement)]) hidden.hidden = false;

  const runs = () => [Number(left.value), ...(right.value === "" ? [] : [Number(right.value)])];
  /** @param {number} at */
  const rank = at => {
    const [one = 0, other] = runs();
    if (order.value === "difference" && other !== undefined)
      return difference(data.traces[one]?.[at], data.traces[other]?.[at]);
    return order.value === "entropy" ? data.traces[one]?.[at]?.steps[0]?.h : undefined;
  };
  /** @param {number} at */
  const malformed = at => runs().some(run => (data.traces[run]?.[at]?.problems.length ?? 0) > 0);
  /** @param {number} at */
  const matches = at => {
    const wanted = search.value.trim().toLowerCase();
    const doc = data.documents[at];
    const texts = [doc?.id ?? "", doc?.text ?? "", ...runs().map(run => data.traces[run]?.[at]?.answer ?? "")];
    return wanted === "" || texts.some(text => text.toLowerCase().includes(wanted));
  };

  function renderDetail() {
    const doc = data.documents[chosen];
    if (doc === undefined || shown.length === 0) {
      detail.replaceChildren(make("p", "", "No document is chosen."));
      return;
    }
    const text = make("p", "text", doc.text, doc.cut ? "… (cut; the whole text is in traces.jsonl)" : "");
    text.dir = "auto";
    const columns = make("div", "columns", ...runs().map(run => columnView(data, chosen, run, runs()[0] ?? 0)));
    detail.replaceChildren(make("h3", "", doc.id), text, columns);
  }

  /** @param {number} at */
  function choose(at) {
    chosen = at;
    for (const option of list.children) option.setAttribute("aria-selected", String(option.id === `document-${at}`));
    const option = document.getElementById(`document-${at}`);
    if (option !== null) {
      list.setAttribute("aria-activedescendant", option.id);
      const [top, bottom] = [
        option.offsetTop - list.offsetTop,
        option.offsetTop - list.offsetTop + option.offsetHeight,
      ];
      if (top < list.scrollTop) list.scrollTop = top;
      else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
    }
    renderDetail();
  }

  function renderList() {
    const ranks = new Map(data.documents.map((_, at) => [at, rank(at)]));
    shown = data.documents
      .map((_, at) => at)
      .filter(at => matches(at) && (order.value !== "malformed" || malformed(at)));
    shown.sort((a, b) => (ranks.get(b) ?? -1) - (ranks.get(a) ?? -1) || a - b);
    list.replaceChildren(
      ...shown.map(at => {
        const doc = data.documents[at];
        const value = ranks.get(at);
        const head = make("b", "", make("span", "", doc?.id ?? ""), make("span", "", value?.toFixed(3) ?? ""));
        const option = make("div", "", head, shortened(doc?.text ?? ""));
        option.setAttribute("role", "option");
        option.id = `document-${at}`;
        return option;
      }),
    );
    const needsTwo = order.value === "difference" && right.value === "" ? "; a difference needs a second model" : "";
    found.textContent = `${shown.length} of ${data.documents.length} documents${needsTwo}`;
    list.removeAttribute("aria-activedescendant");
    const first = shown[0];
    choose(shown.includes(chosen) || first === undefined ? chosen : first);
  }

  for (const control of [left, right]) control.addEventListener("change", renderList);
  order.addEventListener("change", () => {
    chosen = -1;
    renderList();
  });
  search.addEventListener("input", renderList);
  form.addEventListener("submit", event => event.preventDefault());
  list.addEventListener("click", event => {
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option !== null) choose(Number(option.id.slice("document-".length)));
  });
  list.addEventListener("keydown", event => {
    const at = shown.indexOf(chosen);
    /** @type {Record<string, number>} */
    const moves = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + 10,
      PageUp: at - 10,
      Home: 0,
      End: shown.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = shown[Math.max(0, Math.min(shown.length - 1, to))];
    if (next !== undefined) choose(next);
  });
  const follow = () => {
    const id = /^#document=(.*)$/.exec(location.hash)?.[1];
    if (id === undefined) return;
    const at = data.documents.findIndex(doc => encodeURIComponent(doc.id) === id || doc.id === id);
    if (at < 0) return;
    search.value = "";
    order.value = "id";
    chosen = at;
    renderList();
    detail.scrollIntoView({block: "start"});
    detail.focus({preventScroll: true});
  };
  addEventListener("hashchange", follow);
  renderList();
  follow();
}
