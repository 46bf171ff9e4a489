/** What a text may do, as its start grows: `no` holds for every longer text, too, and so does `yes`; `maybe` is decided later. */
export type Verdict = "no" | "maybe" | "yes";

const made = new WeakMap<readonly string[], PiecesIndex>();

/**
 * The pieces of a vocabulary in the order of their text, so that all that begin alike are judged by their beginning: of
 * 50 000 tokens a few hundred go on with a label.
 */
export class PiecesIndex {
  readonly #pieces: readonly string[];
  /** Tokens that write something, by their text. */
  readonly #tokens: readonly number[];

  private constructor(pieces: readonly string[]) {
    this.#pieces = pieces;
    const at = (token: number) => pieces[token] ?? "";
    const written = pieces.flatMap((piece, token) => (piece === "" ? [] : [token]));
    // By UTF-16 units, as below; localeCompare would order otherwise.
    this.#tokens = written.sort((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : a - b));
  }

  /** The index of a vocabulary, made once. */
  static of(pieces: readonly string[]): PiecesIndex {
    const known = made.get(pieces) ?? new PiecesIndex(pieces);
    made.set(pieces, known);
    return known;
  }

  /**
   * @param judge the verdict on a text that is not empty; asked of a piece only if none of its beginnings has decided
   * @returns every token whose piece is not judged `no`, in ascending order
   */
  matching(judge: (text: string) => Verdict): number[] {
    const found: number[] = [];
    const walk = (from: number, to: number, depth: number) => {
      let start = from;
      // A piece that ends here was judged as the beginning that it is.
      for (; start < to && this.#text(start).length === depth; start++) found.push(this.#tokens[start] ?? -1);
      while (start < to) {
        const beginning = this.#text(start).slice(0, depth + 1);
        const end = this.#endOf(beginning, start, to);
        const verdict = judge(beginning);
        if (verdict === "yes") for (let place = start; place < end; place++) found.push(this.#tokens[place] ?? -1);
        if (verdict === "maybe") walk(start, end, depth + 1);
        start = end;
      }
    };
    walk(0, this.#tokens.length, 0);
    return found.sort((a, b) => a - b);
  }

  #text(place: number): string {
    return this.#pieces[this.#tokens[place] ?? -1] ?? "";
  }

  /** The first place from `from` on whose text does not begin so; all that do stand together. */
  #endOf(beginning: string, from: number, to: number): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#text(middle).startsWith(beginning)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
