// Tables of the report: headings sort, a button copies as CSV. Part of the page's one script; see page-assets.ts.

/** @param {HTMLTableCellElement | undefined} cell */
function cellValue(cell) {
  return cell?.dataset.value ?? cell?.textContent.replace(/\s+/g, " ").trim() ?? "";
}

/**
 * Numbers by size, texts by the alphabet, what is missing last in either direction.
 * @param {string} one
 * @param {string} other
 * @param {number} sign
 */
function compareValues(one, other, sign) {
  const [left, right] = [one === "" || one.startsWith("–"), other === "" || other.startsWith("–")];
  if (left || right) return Number(left) - Number(right);
  const [a, b] = [Number(one), Number(other)];
  return sign * (Number.isNaN(a) || Number.isNaN(b) ? one.localeCompare(other, "en", {numeric: true}) : a - b);
}

/**
 * @param {HTMLTableElement} table
 * @param {number} column
 */
function sortBy(table, column) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const head = heads[column];
  const body = table.tBodies[0];
  if (head === undefined || body === undefined) return;
  const descending = head.getAttribute("aria-sort") === "ascending";
  for (const other of heads) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const rows = [...body.rows].sort((one, other) =>
    compareValues(cellValue(one.cells[column]), cellValue(other.cells[column]), descending ? -1 : 1),
  );
  body.append(...rows);
}

/** @param {HTMLTableElement} table */
function tableAsCsv(table) {
  /** @param {string} text */
  const quoted = text => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [...table.rows].map(row => [...row.cells].map(cell => quoted(cellValue(cell))).join(",")).join("\r\n");
}

/** @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}

/** Gives every table of the report its buttons. */
export function startTables() {
  for (const table of document.querySelectorAll("table")) {
    if (table.closest(".table") === null) continue;
    [...(table.tHead?.rows[0]?.cells ?? [])].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      if (head.title !== "") button.title = head.title;
      head.append(button);
      button.addEventListener("click", () => sortBy(table, column));
    });
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "copy";
    copy.textContent = "Copy as CSV";
    copy.setAttribute("aria-label", `Copy as CSV: ${table.caption?.textContent ?? "table"}`);
    copy.addEventListener("click", async () => {
      const done = await copyText(tableAsCsv(table));
      copy.textContent = done ? "Copied" : "Could not copy";
      setTimeout(() => {
        copy.textContent = "Copy as CSV";
      }, 2000);
    });
    table.closest(".table")?.append(copy);
  }
}
