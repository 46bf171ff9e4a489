import {describe, expect, test} from "vitest";
import {Template} from "../../../src/prompt/jinja/template.ts";
import {TemplateError} from "../../../src/prompt/jinja/template-error.ts";
import {fromJson} from "../../../src/prompt/jinja/value.ts";

const values = new Map([["messages", fromJson([{role: "user", content: "a word"}])]]);
const render = (source: string) => new Template(source).render(values, "2031-03-04T05:06:07").text.text;

/** `{% set %}` again and again, with what a step makes of `n.x`. */
const growing = (start: string, step: string, end = "") =>
  `{% set n = namespace(x=${start}) %}{% for _ in range(100000) %}{% set n.x = ${step} %}{% endfor %}${end}`;
const nested = (open: string, inside: string, close: string, times = 50_000) =>
  `${open.repeat(times)}${inside}${close.repeat(times)}`;
const loops = (inside: string) => nested("{% for a in range(100000) %}", inside, "{% endfor %}", 3);

/** Each would take minutes, more memory than there is, or more stack. */
const endless: Readonly<Record<string, string>> = {
  "loops that do nothing": loops(""),
  "loops that compare": loops("{% if messages == messages %}{% endif %}"),
  "loops over letters": loops("{% for c in 'x' * 100000 %}{% endfor %}"),
  "a doubled text": growing("'a'", "n.x ~ n.x"),
  "a replaced text": growing("'a'", "n.x | replace('a', 'aaaaaaaaaa')"),
  "a joined text": growing("'a'", "(n.x * 1000) | join(n.x)"),
  "a doubled list": growing("[1]", "n.x + n.x"),
  "lists in lists": growing("[]", "[n.x]", "{{ n.x }}"),
  "a list twice in a list": growing("['a']", "[n.x, n.x]", "{{ n.x | tojson }}"),
  "a dict twice in a dict": growing("{}", "{'a': n.x, 'b': n.x}", "{{ n.x == n.x }}"),
  "a macro that calls itself": "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
  "a sorted range, often": loops("{{ range(100000) | sort | length }}"),
  "unique, often": loops("{{ range(100000) | unique | list | length }}"),
  "nested brackets": `{{ ${nested("[", "", "]")} }}`,
  "nested parentheses": `{{ ${nested("(", "1", ")")} }}`,
  "nested blocks": nested("{% if true %}", "", "{% endif %}", 20_000),
  "a long sum": `{{ 1${"+1".repeat(50_000)} }}`,
  "a long chain of filters": `{{ 1${"|string".repeat(50_000)} }}`,
};

describe("a template without an end, or without measure, is refused like any other that cannot be rendered", () => {
  test.each(Object.entries(endless))("%s", (_, source) => {
    expect(() => render(source)).toThrow(TemplateError);
  });
});

test("what templates do with long documents is far from the limits", () => {
  const words = "word ".repeat(40_000);
  const long = new Map([["messages", fromJson([{role: "user", content: words}])]]);
  const source =
    "{% for m in messages %}{% if m.content is string and '</think>' not in m.content and not m.content.startswith('<') %}{{ m.role ~ ':' ~ m.content | trim }}{{ m.content.split() | length }}{% endif %}{% endfor %}";
  expect(new Template(source).render(long, "2031-03-04T05:06:07").text.text).toBe(`user:${words.trim()}40000`);
});

/** Python prints these as objects: `dict_keys(['a'])`, `range(0, 3)`, `<generator object …>`. */
test.each([
  "{'a': 1}.keys()",
  "{'a': 1}.items()",
  "range(3)",
  "[1] | map('string')",
  "[1] | select",
  "{'a': 1} | items",
])("%s is no list, and is refused where it would be printed", expression => {
  expect(() => render(`{{ ${expression} }}`)).toThrow("cannot be printed here");
  expect(render(`{{ (${expression}) | list | length > 0 }}`)).toBe("True");
});

test("what a filter gives is there once, as in Python, and a second look is refused", () => {
  expect(() => render("{% set r = messages | map(attribute='role') %}{{ r | join }}{{ r | join }}")).toThrow("twice");
});
