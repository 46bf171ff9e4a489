import fc from "fast-check";
import type {AnswerFormat} from "../../src/prompt/format.ts";

export interface WellFormed {
  /** Indices of the labels in the order given; the null label's is the number of labels. */
  readonly given: readonly number[];
  /** From the first label step up to where the list closes. */
  readonly text: string;
}

/** Every well-formed answer, written out: all orders of all non-empty sets of labels, and the null label alone. */
export function wellFormedAnswers(format: AnswerFormat, labels: readonly string[], none?: string): WellFormed[] {
  const orders: number[][] = [];
  const grow = (given: number[]) => {
    labels.forEach((_, label) => {
      if (given.includes(label)) return;
      orders.push([...given, label]);
      grow([...given, label]);
    });
  };
  grow([]);
  if (none !== undefined) orders.push([labels.length]);
  const nameOf = (index: number) => labels[index] ?? none ?? "";
  return orders.map(given => ({
    given,
    text: given.map(index => format.lead + nameOf(index)).join(format.separator) + format.closeEvent,
  }));
}

/** A text cut into non-empty pieces at random places. */
export function anySplit(text: string): fc.Arbitrary<string[]> {
  return fc.array(fc.boolean(), {minLength: text.length - 1, maxLength: text.length - 1}).map(cuts => {
    const pieces = [text[0] ?? ""];
    cuts.forEach((cut, place) => {
      const character = text[place + 1] ?? "";
      if (cut) pieces.push(character);
      else pieces[pieces.length - 1] += character;
    });
    return pieces;
  });
}
