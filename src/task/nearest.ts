/** Levenshtein distance between two short strings. */
function editDistance(left: string, right: string): number {
  let row = Array.from({length: right.length + 1}, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/**
 * The known name that was probably meant: the closest one ignoring case, at most two fifths of its letters away (at least
 * one). `undefined` where none is close; the earlier one on a tie.
 */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const wanted = given.trim().toLowerCase().slice(0, 100);
  let best: {name: string; distance: number} | undefined;
  for (const name of known) {
    const distance = editDistance(wanted, name.toLowerCase());
    const allowed = Math.max(1, Math.floor(0.4 * name.length));
    if (distance <= allowed && (best === undefined || distance < best.distance)) best = {name, distance};
  }
  return best?.name;
}

/** ` (did you mean "joy"?)`, or nothing. */
export function suggestion(given: string, known: readonly string[]): string {
  const name = nearest(given, known);
  return name === undefined ? "" : ` (did you mean "${name}"?)`;
}
