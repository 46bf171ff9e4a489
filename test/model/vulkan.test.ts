import {existsSync} from "node:fs";
import {mkdtemp, readdir, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {backendsIn, gpuFolder} from "../../src/engine/gpu/place.ts";
import type {Trace} from "../../src/records/trace.ts";
import {readTraces, TRACES} from "../../src/store/trace-file.ts";
import {type Build, buildCli, callCli} from "../cli-process.ts";
import {exactly} from "../support/exactly.ts";

/**
 * The Vulkan path on Mesa's software device, which computes on the processor: a test of the path, not of a speed. The drivers are
 * told to show that device alone, so that the numbers do not depend on the GPU of whoever runs this.
 */
const MODEL = join(import.meta.dirname, "../../models/ladder-xs-base.f16.gguf");
const DRIVER = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json";
const HOME = process.env.LABELSCOPE_TEST_GPU_HOME;
const SOFTWARE = {VK_DRIVER_FILES: DRIVER, VK_ICD_FILENAMES: DRIVER, GGML_VK_VISIBLE_DEVICES: "0"};

const reason = !existsSync(DRIVER)
  ? `Mesa's software device (${DRIVER}; Debian: mesa-vulkan-drivers, libvulkan1)`
  : HOME === undefined || !backendsIn(gpuFolder(HOME)).includes("vulkan")
    ? "LABELSCOPE_TEST_GPU_HOME, a LABELSCOPE_HOME in which `labelscope gpu install --backend vulkan` was run"
    : undefined;
if (reason !== undefined) console.log(`skipped: the Vulkan path needs ${reason}`);

/** The largest difference between two lists of equal length; NaN, which no bound holds, where one lacks a number. */
function furthest(one: readonly (number | null)[], other: readonly (number | null)[] = []): number {
  return Math.max(...one.map((value, i) => Math.abs((value ?? Number.NaN) - (other[i] ?? Number.NaN))));
}

describe.skipIf(reason !== undefined)("on a Vulkan device", () => {
  let [cwd, home] = ["", ""];
  let build: Build;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "labelscope-vulkan-"));
    home = HOME ?? "";
    build = buildCli();
  });
  afterAll(async () => {
    build.remove();
    await rm(cwd, {recursive: true, force: true});
  });

  const call = async (flags: readonly string[], env: Readonly<Record<string, string>> = SOFTWARE) =>
    await callCli(build, flags, {cwd, env: {...env, LABELSCOPE_HOME: home}});

  const capture = async (gpu: string): Promise<{traces: Trace[]; engine: unknown}> => {
    const flags = ["run", "posts", "--model", MODEL, "--limit", "4", "--threads", "1", "--gpu", gpu, "--out", gpu];
    const {code, stderr} = await call(flags);
    expect({code, stderr: code === 0 ? "" : stderr}).toEqual({code: 0, stderr: ""});
    const [name = ""] = await readdir(join(cwd, gpu));
    const traces: Trace[] = [];
    for await (const trace of readTraces(join(cwd, gpu, name, TRACES))) traces.push(trace);
    traces.sort((one, other) => (one.document.id < other.document.id ? -1 : 1));
    return {traces, engine: JSON.parse(await readFile(join(cwd, gpu, name, "manifest.json"), "utf8")).engine};
  };

  // The shaders are compiled by the device's first use: a minute or more.
  test("read-outs are the processor's within 0.05 in a score, 0.01 in a probability and 0.03 bits; the manifest says where", async () => {
    const [gpu, processor] = [await capture("vulkan"), await capture("off")];
    expect(gpu.traces.map(({answer}) => answer.text)).toEqual(processor.traces.map(({answer}) => answer.text));
    let steps = 0;
    for (const [index, {steps: own}] of gpu.traces.entries()) {
      for (const [place, step] of own.entries()) {
        const twin = processor.traces[index]?.steps[place];
        expect(furthest(step.scores, twin?.scores)).toBeLessThan(0.05);
        expect(furthest(step.probabilities, twin?.probabilities)).toBeLessThan(0.01);
        expect(Math.abs(exactly(step.vocabEntropyBits) - exactly(twin?.vocabEntropyBits))).toBeLessThan(0.03);
        steps++;
      }
    }
    expect(steps).toBeGreaterThanOrEqual(4);
    expect(gpu.engine).toMatchObject({
      gpu: "vulkan",
      gpuDevices: expect.stringContaining("llvmpipe"),
      gpuLayers: 3, // two blocks and the output
      modelLayers: 3,
      gpuMemory: expect.stringMatching(/ [GM]B$/),
      gpuModelMemory: expect.stringMatching(/ [kM]B$/),
      reader: "native",
    });
    const readers = (await readdir(join(home, "native"))).map(name =>
      readFile(join(home, "native", name, "reader.node"), "latin1"),
    );
    expect((await Promise.all(readers)).filter(bytes => bytes.includes("libllama.vulkan."))).not.toEqual([]);
    expect(processor.engine).toMatchObject({gpu: "off"});
    expect(processor.engine).not.toHaveProperty("gpuDevices");
  }, 300_000);

  test("doctor names the device, the layers on it and their memory, and how many were asked for counts", async () => {
    const {stdout} = await call(["doctor", MODEL, "--gpu", "vulkan", "--gpu-layers", "2", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({gpu: "vulkan", gpuLayers: 2, modelLayers: 3, reader: "native"});
    const text = (await call(["doctor", "--gpu", "vulkan"])).stdout;
    for (const name of ["gpu devices", "gpu layers", "model layers", "gpu memory", "gpu model memory"]) {
      expect(text).toMatch(new RegExp(`^${name} +\\S`, "m"));
    }
  }, 120_000);

  test("a build without a device is refused, and so are 0 layers and a kind of GPU that is not installed", async () => {
    const run = ["run", "posts", "--model", MODEL, "--limit", "1", "--out", "refused"];
    const noDevice = {...SOFTWARE, GGML_VK_VISIBLE_DEVICES: ""};
    for (const [flags, env, said] of [
      [["--gpu", "vulkan"], noDevice, /^gpu-unused: .*\n.*devices: none/m],
      [["--gpu", "vulkan", "--gpu-layers", "0"], SOFTWARE, /0 layers uses no GPU/],
      [["--gpu", "metal"], SOFTWARE, /^engine-unavailable: .*metal/m],
    ] as const) {
      const ended = await call([...run, ...flags], env);
      expect(ended).toMatchObject({code: 2, stderr: expect.stringMatching(said)});
    }
    expect(existsSync(join(cwd, "refused"))).toBe(false);
  }, 120_000);
});
