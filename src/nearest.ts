/**
 * The candidates that a mistyped name may have meant, best first.
 *
 * A candidate counts when it contains the name or is within a third of its length in single-letter edits.
 *
 * @returns at most `count` names; empty where nothing is near
 */
export function nearest(given: string, candidates: readonly string[], count: number): string[] {
  const wanted = given.toLowerCase();
  return [...new Set(candidates)]
    .map(name => {
      const edits = editDistance(wanted, name.toLowerCase());
      const contained = wanted.length >= 3 && name.toLowerCase().includes(wanted);
      return {name, edits, near: contained || edits <= Math.max(2, Math.floor(given.length / 3))};
    })
    .filter(candidate => candidate.near)
    .sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(candidate => candidate.name);
}

/** Levenshtein distance: insertions, deletions and replacements of one UTF-16 unit. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({length: b.length + 1}, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** ` (did you mean "joy"?)`, or nothing. */
export function suggestion(given: string, known: readonly string[]): string {
  const [name] = nearest(given.trim().slice(0, 100), known, 1);
  return name === undefined ? "" : ` (did you mean "${name}"?)`;
}
