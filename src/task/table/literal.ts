/** What numpy and pandas write around a list or one of its entries; a keyword after it (`dtype=object`) says nothing here. */
const wrapper = /^(?:(?:np|numpy)\.\w+|array|set|frozenset|list|tuple|Index)$/;

/** What a text spells as a value of JSON, Python or numpy; `problem` where it only begins like one. */
export type Literal = {readonly value: unknown} | {readonly problem: string};

const words = new Map<string, unknown>([
  ["null", null],
  ["None", null],
  ["nan", null],
  ["NaN", null],
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
]);

const escapes = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
]);

const closing = new Map([
  ["[", "]"],
  ["(", ")"],
  ["{", "}"],
]);

class LiteralError extends Error {}

/** Reads one value; nested deeper than anyone's labels is refused, so that a file of brackets cannot exhaust the stack. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): unknown {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw new LiteralError("something follows it");
    return value;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }

  #take(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #value(depth: number): unknown {
    if (depth > 20) throw new LiteralError("it is nested too deep");
    this.#space();
    const first = this.#text[this.#at] ?? "";
    const close = closing.get(first);
    if (close !== undefined) {
      this.#at += 1;
      return this.#members(close, depth);
    }
    if (first === '"' || first === "'") return this.#string(first);
    const name = /^[A-Za-z_][\w.]*(?=["'(])/.exec(this.#text.slice(this.#at, this.#at + 300))?.[0];
    if (name === undefined) return this.#word();
    this.#at += name.length;
    const next = this.#text[this.#at] ?? "";
    if (next !== "(") {
      if (!/^[bru]{1,2}$/i.test(name)) throw new LiteralError(`"${name}" stands before a quote`);
      return this.#string(next);
    }
    if (!wrapper.test(name)) throw new LiteralError(`"${name}(…)" is not known to be a list or a label`);
    this.#at += 1;
    return this.#wrapped(name, depth);
  }

  /** What stands in `set(…)`, `np.str_(…)`, `array(…, dtype=object)`: the one value, or an empty list. */
  #wrapped(name: string, depth: number): unknown {
    const values: unknown[] = [];
    while (!this.#take(")")) {
      if (this.#at >= this.#text.length) throw new LiteralError('")" is missing');
      const keyword = /^\w+\s*=\s*/.exec(this.#text.slice(this.#at, this.#at + 300))?.[0];
      this.#at += keyword?.length ?? 0;
      const value = this.#value(depth + 1);
      if (keyword === undefined) values.push(value);
      this.#take(",");
    }
    if (values.length > 1) throw new LiteralError(`"${name}(…)" holds several values`);
    return values.length === 0 ? [] : values[0];
  }

  /** A list, tuple or set as an array; with colons, an object. */
  #members(close: string, depth: number): unknown {
    const list: unknown[] = [];
    const pairs: [string, unknown][] = [];
    while (!this.#take(close)) {
      if (this.#at >= this.#text.length) throw new LiteralError(`"${close}" is missing`);
      const value = this.#value(depth + 1);
      if (close === "}" && this.#take(":")) pairs.push([String(value), this.#value(depth + 1)]);
      else list.push(value);
      this.#take(",");
    }
    if (pairs.length > 0 && list.length > 0) throw new LiteralError("some of its members have no key");
    return pairs.length > 0 || (close === "}" && list.length === 0) ? Object.fromEntries(pairs) : list;
  }

  #string(quote: string): string {
    let result = "";
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text[this.#at] ?? "";
      if (character === quote) {
        this.#at += 1;
        return result;
      }
      if (character !== "\\") {
        result += character;
        continue;
      }
      this.#at += 1;
      const code = this.#text[this.#at] ?? "";
      const hex = /^(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/.exec(this.#text.slice(this.#at, this.#at + 5));
      const digits = hex?.[1] ?? hex?.[2];
      if (digits !== undefined) {
        result += String.fromCharCode(Number.parseInt(digits, 16));
        this.#at += digits.length;
      } else result += escapes.get(code) ?? code;
    }
    throw new LiteralError("a quote is not closed");
  }

  /** A number as it is written (`3.` as `3`), a word of either language, or a word without quotes up to a comma. */
  #word(): unknown {
    const bare = /^[^,[\](){}"':]+/.exec(this.#text.slice(this.#at, this.#at + 300))?.[0] ?? "";
    const number = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?=$|[\s,\])}:])/.exec(
      this.#text.slice(this.#at, this.#at + 300),
    );
    if (number !== null) {
      this.#at += number[0].length;
      return number[0].replace(/\.0*$/, "");
    }
    const word = bare.trim();
    if (word === "") throw new LiteralError(`"${this.#text[this.#at] ?? "nothing"}" is not expected there`);
    if (word.includes("...") || word.includes("…")) throw new LiteralError("it was cut short with dots");
    this.#at += bare.length;
    const next = this.#text[this.#at];
    if (next !== undefined && !/[,:\])}]/.test(next)) throw new LiteralError(`"${next}" follows "${word}"`);
    if (words.has(word)) return words.get(word);
    if (/\s/.test(word)) throw new LiteralError(`is "${word}" one label or several? They have no quotes`);
    return word;
  }
}

/** Whether a cell is meant as a list or an object. A parenthesis only with a quote in it or empty: `(other)` is a word. */
export function looksLikeLiteral(text: string): boolean {
  return /^(?:[[{]|\(\s*["')]|(?:(?:np|numpy)\.)?(?:array|set|frozenset|list|tuple|Index)\()/.test(text);
}

/**
 * A list, tuple, set or object as JSON, Python or numpy write it: `["joy"]`, `['joy', 'love']`, `[ 3 17]`, `set()`,
 * `[np.str_('joy')]`, `array(['joy'], dtype=object)`, `{"choices": ["joy"]}`. Numbers come as text. Never evaluates anything.
 */
export function parseLiteral(text: string): Literal {
  try {
    const value: unknown = JSON.parse(text);
    return {value};
  } catch {
    // Not JSON: Python or numpy.
  }
  try {
    return {value: new Reader(text).whole()};
  } catch (error) {
    if (error instanceof LiteralError) return {problem: error.message};
    throw error;
  }
}
