import {describe, expect, test} from "vitest";
import {benchText} from "../../src/commands/doctor-bench.ts";

describe("benchText", () => {
  const shape = {threads: 2, batchTokens: 64, lanes: 8};
  const text = benchText({
    threads: 2,
    load: 0.25,
    rounds: 3,
    shapes: [
      {...shape, flashAttention: false, prefill: 200, decode: 80},
      {...shape, flashAttention: true, prefill: 300, decode: 88},
    ],
    flashAttention: [{prefill: 1.48, decode: 1.1}],
    formats: [
      {
        format: "Q8_0",
        measured: {sizeBytes: 1_500_000, speed: {prefill: 400, decode: 100}, gain: {prefill: 2, decode: 1.25}},
      },
      {format: "F32", because: "it takes 9.0 GB, and there is room for 4.3 GB"},
    ],
  });

  test("sets what flash attention gains beside the row that has it", () => {
    expect(text).toMatch(/64 +8 +off +200 +80\n/);
    expect(text).toMatch(/64 +8 +on +300 +88 +1\.48 ×, 1\.10 ×/);
  });

  test("says of a format how it compares with the file itself, or why it was not measured", () => {
    expect(text).toMatch(/Q8_0 +1\.5 MB +400 +100 +2\.00 ×, 1\.25 ×/);
    expect(text).toMatch(/F32 .*not measured: it takes 9\.0 GB/);
  });
});
