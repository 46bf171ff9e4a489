import {describe, expect, test} from "vitest";
import {cpuFeatures} from "../../src/commands/doctor.ts";

describe("cpuFeatures", () => {
  test("names what llama.cpp's line switches on, of the processor alone", () => {
    const line = "CUDA : ARCHS = 890 | USE_GRAPHS = 1 | CPU : SSE3 = 1 | AVX512 = 0 | AVX512_VNNI = 1 | REPACK = 1 |";
    expect(cpuFeatures(line)).toEqual(["SSE3", "AVX512_VNNI", "REPACK"]);
    expect(cpuFeatures("CPU : AVX2 = 1 | CUDA : PEER_MAX_BATCH_SIZE = 128 | USE_GRAPHS = 1 |")).toEqual(["AVX2"]);
  });

  test("names none where the line speaks of none", () => {
    for (const line of ["", "something else", "CPU : AVX = 0 |"]) expect(cpuFeatures(line)).toEqual([]);
  });
});
