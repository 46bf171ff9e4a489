import type {RenderFunction} from "@observablehq/plot";

/** A mark's attribute on the element that Plot draws it into. */
function marked(name: string, value: number): {readonly render: RenderFunction} {
  return {
    render: (index, scales, values, dimensions, context, next) => {
      const group = next?.(index, scales, values, dimensions, context) ?? null;
      group?.setAttribute(name, String(value));
      return group;
    },
  };
}

/** Options of a mark that belongs to a series: the page hides what has its number. */
export function inSeries(index: number) {
  return marked("data-series", index);
}

/** Options of a mark that names a series: a click on it hides the series on the page. */
export function keyOf(index: number) {
  return marked("data-key", index);
}
