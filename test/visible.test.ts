import fc from "fast-check";
import {expect, test} from "vitest";
import {visible, visibleJson} from "../src/visible.ts";
import {acting} from "./support/acting.ts";

test("controls, those that turn the direction and lone surrogates are spelled out; all else stays", () => {
  expect(visible("\u001b[31m\u0007\u009b\r\u202e\u2066\ud800")).toBe(
    "\\u001b[31m\\u0007\\u009b\\u000d\\u202e\\u2066\\ud800",
  );
  expect(visible("plain é 中 😀\n")).toBe("plain é 中 😀\n");
  expect(visible("\u{e0041}")).toBe("\\u{e0041}");
  expect(visible("a\tb\n")).toBe("a\\u0009b\n");
  expect(visible("a\tb\n", "\n\t")).toBe("a\tb\n");
});

test("nothing of any text is left that acts, and what is spelled out stays as it is", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 0xffff})), units => {
      const shown = visible(String.fromCharCode(...units), "\n\t");
      expect(acting(shown)).toEqual([]);
      expect(visible(shown, "\n\t")).toBe(shown);
    }),
  );
});

test("JSON says the same with them escaped, and holds none of them", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 0xffff})), fc.string({unit: "binary"}), (units, text) => {
      const value = {[text]: String.fromCharCode(...units), "\u009b\u{e0041}": "\u202e"};
      const json = visibleJson(JSON.stringify(value, null, 2));
      expect(acting(json)).toEqual([]);
      expect(JSON.parse(json)).toEqual(value);
    }),
  );
});
