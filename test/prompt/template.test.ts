import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {substitute} from "../../src/prompt/template.ts";

describe("substitute", () => {
  test("is literal and single-pass for any text", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom("{opening}", "{text}", "$&", "$1", "$$", "{answer}$`")),
        text => {
          expect(substitute("a {text} b {opening}", {text, opening: "<o>"})).toBe(`a ${text} b <o>`);
        },
      ),
    );
  });

  test("leaves braces that are no placeholder, and names that it was not given", () => {
    expect(substitute('{"label": [{text}]} {} {constructor}', {text: "x"})).toBe('{"label": [x]} {} {constructor}');
  });

  test("fills a placeholder wherever it stands", () => {
    expect(substitute("{text}{text}", {text: "x"})).toBe("xx");
  });
});
