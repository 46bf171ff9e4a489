/**
 * How an answer is written. The text of an answer is
 * `opening` (`lead` label) (`separator` `lead` label)* `closing`.
 */
export interface AnswerFormat {
  readonly name: "json" | "list";
  /** The text before the first label step. */
  readonly opening: string;
  /** What stands between the place of a label step and the label's own text: nothing in json, a space in a list. */
  readonly lead: string;
  /** The text between two labels, up to the place of the next label step. */
  readonly separator: string;
  /** The text that closes the list, as demonstrations write it. */
  readonly closing: string;
  /** The shortest text after a label that closes the list: what follows it is free. */
  readonly closeEvent: string;
  /** The whole answer where no label is given and none says so. */
  readonly empty: string;
  /** Whether an end-of-generation token after a label closes the list too. */
  readonly endTokenCloses: boolean;
}

/**
 * The two answer formats. In a list the closing newline is the line break that the prompt's template writes after the
 * answer, so `closing` is empty there and `closeEvent` is the newline.
 */
export const answerFormats = {
  json: {
    name: "json",
    opening: '{"label": ["',
    lead: "",
    separator: '", "',
    closing: '"]}',
    closeEvent: '"]',
    empty: '{"label": []}',
    endTokenCloses: false,
  },
  list: {
    name: "list",
    opening: "Labels:",
    lead: " ",
    separator: ",",
    closing: "",
    closeEvent: "\n",
    empty: "Labels:",
    endTokenCloses: true,
  },
} as const satisfies Record<string, AnswerFormat>;

/**
 * The whole answer as a demonstration writes it.
 *
 * @param labels in answer order, already with the null label where the set is empty and the task has one
 * @example renderAnswer(answerFormats.json, ["joy", "fear"]) // '{"label": ["joy", "fear"]}'
 * @example renderAnswer(answerFormats.list, ["none"]) // "Labels: none"
 */
export function renderAnswer(format: AnswerFormat, labels: readonly string[]): string {
  if (labels.length === 0) return format.empty;
  return format.opening + labels.map(label => format.lead + label).join(format.separator) + format.closing;
}
