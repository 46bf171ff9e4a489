import {globals} from "./globals.ts";
import {parse} from "./parse.ts";
import {written} from "./run.ts";
import {Limits, Scope} from "./scope.ts";
import type {Statement} from "./syntax.ts";
import {TemplateError} from "./template-error.ts";
import type {Text} from "./text.ts";
import type {Value} from "./value.ts";

/** What came of a template, and whether it asked for the date. */
export interface Rendered {
  readonly text: Text;
  readonly usedDate: boolean;
}

/**
 * A Jinja2 template as transformers sets it up for chats: `trim_blocks`, `lstrip_blocks`, loop controls, `generation`
 * blocks, `raise_exception`, `strftime_now`, and `tojson` with the arguments of `json.dumps`. What is rendered equals
 * jinja2's to the byte; what is not known is refused, never rendered otherwise.
 *
 * @throws TemplateError with the line
 * Source: transformers, `utils/chat_template_utils.py`; jinja2 3.1
 */
export class Template {
  readonly #body: readonly Statement[];

  constructor(source: string) {
    this.#body = bounded(() => parse(source));
  }

  /** @param now what `strftime_now` shows, as `wallClock` writes it */
  render(values: ReadonlyMap<string, Value>, now: string): Rendered {
    const limits = new Limits();
    let usedDate = false;
    const outside = new Scope(
      limits,
      globals(now, () => {
        usedDate = true;
      }),
    );
    const text = bounded(() => written(this.#body, outside.inside(new Map(values))));
    return {text, usedDate};
  }
}

/** A template that is nested too deeply for this program's stack is refused like any other that cannot be read. */
function bounded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new TemplateError("the template is nested too deeply, or makes a value that is too large", {cause});
  }
}
