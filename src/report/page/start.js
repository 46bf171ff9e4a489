// Starts what the page's script does, and unfolds figures and provenance for printing; the longest tables stay folded.
import {startExplorer} from "./explorer.js";
import {startTables} from "./tables.js";

startTables();
startExplorer();

/** @type {HTMLDetailsElement[]} */
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details")].filter(details => !details.open && !details.matches(".data"));
  for (const details of unfolded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});
