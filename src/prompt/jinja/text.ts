import {TemplateError} from "./template-error.ts";

/** The longest text, in UTF-16 units. */
const LONGEST = 1 << 22;

/** The mark of a character that the template itself wrote. */
export const OWN = "\0";

/**
 * A string that knows where each of its characters came from.
 *
 * `marks` is as long as `text`; its character is `OWN` where the template wrote the text, and the mark of what was put in
 * where it did not. Whatever a template does to a text (trim, cut, join, replace) the marks go with the characters, so that
 * data can be told from the template's own text in what is rendered.
 */
export class Text {
  readonly text: string;
  readonly marks: string;

  /** @throws TemplateError for one of more than four million characters */
  constructor(text: string, marks: string = OWN.repeat(text.length)) {
    refuseTooLong(text.length);
    this.text = text;
    this.marks = marks;
  }

  slice(start: number, end?: number): Text {
    return new Text(this.text.slice(start, end), this.marks.slice(start, end));
  }

  concat(other: Text): Text {
    return new Text(this.text + other.text, this.marks + other.marks);
  }

  /** Another text of the same origin: the mark of the first character that was put in, if any was. */
  rewritten(text: string): Text {
    if (text.length === this.text.length) return new Text(text, this.marks);
    const mark = Array.from(this.marks).find(found => found !== OWN) ?? OWN;
    return new Text(text, mark.repeat(text.length));
  }

  /** Where the characters (code points, as Python counts them) begin, and the end of the text. */
  points(): number[] {
    const starts: number[] = [];
    for (let at = 0; at < this.text.length; at += (this.text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) starts.push(at);
    return [...starts, this.text.length];
  }

  /** Each character by itself. */
  characters(): Text[] {
    const starts = this.points();
    return starts.slice(0, -1).map((start, place) => this.slice(start, starts[place + 1]));
  }
}

/** @throws TemplateError for more characters than a text may have; asked before they are made */
export function refuseTooLong(characters: number): void {
  if (characters > LONGEST) throw new TemplateError("the template makes a text that is too long");
}

/** Texts with something between them. */
export function joined(texts: readonly Text[], between: Text = new Text("")): Text {
  const inside = texts.reduce((sum, part) => sum + part.text.length, 0);
  refuseTooLong(inside + between.text.length * Math.max(0, texts.length - 1));
  const text = texts.map(part => part.text).join(between.text);
  return new Text(text, texts.map(part => part.marks).join(between.marks));
}
