import fc from "fast-check";
import {parseHTML} from "linkedom";
import {describe, expect, test} from "vitest";
import {dataText, escapeHtml, html, jsonForScript, trusted} from "../../src/report/html.ts";

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert('2')">\u202e\u2028&amp;`;

describe("html", () => {
  test("escapes what is filled in, leaves markup alone, joins lists, and writes nothing for what is missing", () => {
    expect(html`<p title="${'"'}">${["<", html`<b>${1}</b>`]}${undefined}${false}</p>`.markup).toBe(
      '<p title="&quot;">&lt;<b>1</b></p>',
    );
    expect(html`${trusted("<hr>")}`.markup).toBe("<hr>");
  });

  test("any text comes back as it was, in content and in an attribute", () => {
    fc.assert(
      fc.property(fc.string({unit: "binary"}), text => {
        const clean = text.replaceAll("\0", "\ufffd");
        const {document} = parseHTML(`<p title="${escapeHtml(text)}">${escapeHtml(text)}</p>`);
        const paragraph = document.querySelector("p");
        expect(paragraph?.textContent).toBe(clean);
        expect(paragraph?.getAttribute("title")).toBe(clean);
        expect(paragraph?.childElementCount).toBe(0);
      }),
    );
  });

  test("JSON in a script element ends nowhere early and reads back the same", () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(HOSTILE), fc.string({unit: "binary"})), text => {
        const {markup} = jsonForScript({text});
        expect(markup).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(markup)).toEqual({text});
      }),
    );
  });

  test("text out of data is isolated, its control characters spelled out", () => {
    expect(dataText("a\u202eb\n\u0007<").markup).toBe("<bdi>a\\u202eb\n\\u0007&lt;</bdi>");
  });
});
