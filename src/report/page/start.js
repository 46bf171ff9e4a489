// Starts what the page's script does, and unfolds its parts for printing; the longest tables stay folded.
import {startDocuments} from "./documents.js";
import {startChoices, startFigures} from "./figures.js";
import {startTables} from "./tables.js";

startTables();
startChoices();
startFigures();
startDocuments();

/** A link to a part opens it. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = target?.querySelector(":scope > details.part");
  if (details instanceof HTMLDetailsElement) details.open = true;
  target?.scrollIntoView();
}
addEventListener("hashchange", openTarget);
if (/^#[a-z]+$/.test(location.hash)) openTarget();

/** @type {HTMLDetailsElement[]} */
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details")].filter(details => !details.open && !details.matches(".data"));
  for (const details of unfolded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});
