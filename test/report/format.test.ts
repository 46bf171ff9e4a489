import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  formatCount,
  formatMeasured,
  formatNumber,
  formatParameters,
  formatShare,
  plural,
} from "../../src/report/format.ts";

describe("numbers for people", () => {
  test("have three decimals, fewer when large, and significant digits when small", () => {
    expect([0.12345, -12.345, 123.45, 6789.1, 0.000123, 0.00012, -0.0000456, 1e-7, 0, -0].map(formatNumber)).toEqual([
      "0.123",
      "−12.35",
      "123.5",
      "6789",
      "0.00012",
      "0.00012",
      "−0.000046",
      "1.0e−7",
      "0",
      "0",
    ]);
  });

  test("keep their sign and never read as 0 unless they are 0", () => {
    fc.assert(
      fc.property(fc.double({noNaN: true, min: -1e6, max: 1e6}), value => {
        const text = formatNumber(value);
        expect(Math.sign(Number(text.replaceAll("−", "-")))).toBe(value === 0 ? 0 : Math.sign(value));
      }),
    );
  });

  test("shares, counts, parameters, plurals", () => {
    expect(formatShare(0.1234)).toBe("12.3 %");
    expect(formatCount(1234567)).toBe("1\u202f234\u202f567");
    expect([999, 30_000, 134_515_008, 7e9].map(formatParameters)).toEqual(["999", "30 k", "134.5 M", "7 B"]);
    expect([plural(1, "document"), plural(2, "document")]).toEqual(["1 document", "2 documents"]);
  });

  test("an interval stands in brackets; a missing number is a dash", () => {
    expect(formatMeasured({value: 0.5, n: 20, lower: 0.4, upper: 0.6, method: "bca"})).toBe("0.500 [0.400, 0.600]");
    expect(formatMeasured({value: 0.5, n: 2})).toBe("0.500");
    expect(formatMeasured({reason: "none", n: 0})).toBe("–");
  });
});
