import {describe, expect, test} from "vitest";
import {type FinetunedRun, finetunedRows} from "../../src/compare/finetuned-rows.ts";

function run(
  id: string,
  variant?: string,
  parent?: string,
  about: {name?: string; prompt?: string; forced?: string} = {},
): FinetunedRun {
  const {name = `run-${id}`, prompt = "p", forced} = about;
  const model = {
    id,
    ...(variant === undefined ? {} : {variant}),
    ...(parent === undefined ? {} : {parent}),
  };
  return {
    name,
    manifest: {model, prompt: {hash: prompt}, identity: forced === undefined ? {} : {forceAnswers: forced}},
  };
}

const from = (runs: readonly FinetunedRun[]) =>
  finetunedRows(runs).map(({name, base, from: variant}) => [name, base, variant].join(" "));

describe("the rows of finetuned variants", () => {
  test("are hard and max-over-generations of the variant, beside its base", () => {
    expect(finetunedRows([run("s", "sft", "b"), run("b", "base")])).toEqual([
      {name: "sft-hard", title: "SFT, hard", estimator: "hard", base: "run-b", from: "run-s"},
      {
        name: "sft-max",
        title: "SFT, max over generations",
        estimator: "max-over-generations",
        base: "run-b",
        from: "run-s",
      },
    ]);
  });

  test.each([
    ["reinforcement learning", [run("b", "base"), run("r", "rl", "b")]],
    ["preference tuning", [run("b", "base"), run("d", "dpo", "b")]],
    ["a variant of another model", [run("b", "base"), run("s", "sft", "a")]],
    ["a base of nothing", [run("b", "base")]],
    ["a model that the catalogue does not know", [run("b"), run("c")]],
    ["a variant whose answers were forced", [run("b", "base"), run("s", "sft", "b", {forced: "gold"})]],
    ["a run beside itself", [run("b", "sft", "b")]],
  ])("are none for %s", (_what, runs) => {
    expect(finetunedRows(runs)).toEqual([]);
  });

  test("take the whole finetuned model before a merged one and a LoRA, whatever comes first", () => {
    const [base, lora, merged, whole] = [
      run("b", "base"),
      run("l", "lora", "b"),
      run("m", "merged", "b"),
      run("s", "sft", "b"),
    ];
    expect(from([lora, merged, whole, base])).toEqual(["sft-hard run-b run-s", "sft-max run-b run-s"]);
    expect(from([base, lora, merged])).toEqual(["sft-hard run-b run-m", "sft-max run-b run-m"]);
    expect(from([base, lora])).toEqual(["sft-hard run-b run-l", "sft-max run-b run-l"]);
  });

  test("take the run with the same prompt, then the first", () => {
    const variants = [
      run("s", "sft", "b", {name: "other prompt", prompt: "q"}),
      run("s", "sft", "b", {name: "same prompt"}),
      run("s", "sft", "b", {name: "same prompt again"}),
    ];
    expect(from([run("b", "base"), ...variants])[0]).toBe("sft-hard run-b same prompt");
    expect(from([run("b", "base", undefined, {prompt: "r"}), ...variants])[0]).toBe("sft-hard run-b other prompt");
  });

  test("stand beside each run of a base, and beside a finetuned model with a LoRA of its own", () => {
    const runs = [
      run("b", "base"),
      run("b", "base", undefined, {name: "second"}),
      run("s", "sft", "b"),
      run("l", "lora", "s"),
    ];
    expect(from(runs).filter(row => row.startsWith("sft-hard"))).toEqual([
      "sft-hard run-b run-s",
      "sft-hard second run-s",
      "sft-hard run-s run-l",
    ]);
  });
});
