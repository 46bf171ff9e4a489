import {describe, expect, test} from "vitest";
import {sizeLines} from "../../src/compare/size-lines.ts";
import type {Manifest} from "../../src/records/manifest.ts";
import type {FileModel} from "../../src/records/model.ts";
import {run} from "../dynamics/support.ts";

type Model = Partial<FileModel>;

const sized = (name: string, model: Model, identity: Partial<Manifest["identity"]> = {}) =>
  run([], {name, model: {sha256: name.padEnd(64, "0"), ...model}, identity});

const drawn = (runs: Parameters<typeof sizeLines>[0]) =>
  sizeLines(runs).map(
    ({family, variant, runs: line}) => `${family}/${variant}: ${line.map(({name}) => name).join(" ")}`,
  );

describe("sizeLines", () => {
  test("makes a line a family and variant, by counted size", () => {
    const runs = [
      sized("big", {totalParameters: 300}),
      sized("tuned", {totalParameters: 100, variant: "sft"}),
      sized("small-9b", {totalParameters: 100}),
      sized("stranger", {totalParameters: 50, family: "other"}),
    ];
    expect(drawn(runs)).toEqual(["ladder/base: small-9b big", "ladder/sft: tuned", "other/base: stranger"]);
  });

  test("splits a family that comes in several quantisations, and no other", () => {
    const runs = [
      sized("a", {totalParameters: 1, quantisation: "Q8_0"}),
      sized("b", {totalParameters: 1, quantisation: "Q4_K_M"}),
      sized("c", {totalParameters: 2, quantisation: "Q8_0"}),
      sized("d", {totalParameters: 2, family: "other", quantisation: "Q4_K_M"}),
    ];
    expect(drawn(runs)).toEqual(["ladder-Q8_0/base: a c", "ladder-Q4_K_M/base: b", "other/base: d"]);
  });

  test("puts own files together by architecture and tokeniser, and marks them", () => {
    const own = (name: string, tokenizer: string) => {
      const one = sized(name, {tokenizerHash: tokenizer.repeat(64)});
      const {family: _, variant: __, ...model} = one.manifest.model;
      return {...one, manifest: {...one.manifest, model}};
    };
    const lines = sizeLines([own("a", "1"), own("b", "2"), own("c", "1")]);
    expect(lines.map(({family, variant, runs}) => [family, variant, runs.length])).toEqual([
      ["llama", "unknown", 2],
      ["llama #2", "unknown", 1],
    ]);
    expect(lines[0]?.note).toMatch(/not in the catalogue/);
  });

  test("takes runs of the same model apart by what they were asked", () => {
    const runs = [
      sized("a", {totalParameters: 1}, {shots: 5}),
      {...sized("a", {totalParameters: 1}, {shots: 10}), name: "a10"},
      sized("b", {totalParameters: 2}, {shots: 5}),
    ];
    expect(drawn(runs)).toEqual(["ladder/base-shots-5: a b", "ladder/base-shots-10: a10"]);
  });

  test("takes forced runs apart from free ones of the same model", () => {
    const runs = [sized("a", {}), {...sized("a", {}, {forceAnswers: "gold"}), name: "forced"}];
    expect(drawn(runs)).toEqual(["ladder/base: a", "ladder/base-forceAnswers-gold: forced"]);
  });

  test("keeps runs of the same model together where nothing that was asked differs", () => {
    const runs = [sized("a", {}), {...sized("a", {}), name: "again"}];
    expect(drawn(runs)).toEqual(["ladder/base: a again"]);
  });
});
