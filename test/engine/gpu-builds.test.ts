import {mkdtemp, rm} from "node:fs/promises";
import {createServer} from "node:http";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {gpuBuilds} from "../../src/engine/gpu/builds.ts";
import {installGpu, planGpu} from "../../src/engine/gpu/install.ts";
import {backendsIn} from "../../src/engine/gpu/place.ts";
import {codeOf} from "../support/code-of.ts";

const nowhere = () => false;
const builds = gpuBuilds(process.platform, process.arch);
const installs = builds.some(({packages}) => packages.length > 0);
if (!installs) console.log(`skipped: there is no GPU build to install for ${process.platform} ${process.arch}`);

describe("the engine's GPU builds", () => {
  // The names of node-llama-cpp 3.22.1's optional dependencies.
  test.each([
    ["linux", "x64", {cuda: ["linux-x64-cuda", "linux-x64-cuda-ext"], vulkan: ["linux-x64-vulkan"]}],
    ["win32", "x64", {cuda: ["win-x64-cuda", "win-x64-cuda-ext"], vulkan: ["win-x64-vulkan"]}],
    ["darwin", "arm64", {metal: []}],
    ["darwin", "x64", {}],
    ["linux", "arm64", {}],
    ["win32", "arm64", {}],
  ] as const)("for %s on %s are those that the engine ships", (platform, arch, expected) => {
    const found = gpuBuilds(platform, arch).map(({backend, packages}) => [backend, packages]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  test("are all among the packages that the engine itself names", async () => {
    const {default: engine} = await import("../../node_modules/node-llama-cpp/package.json", {with: {type: "json"}});
    const named = new Set(Object.keys(engine.optionalDependencies));
    const ours = [...gpuBuilds("linux", "x64"), ...gpuBuilds("win32", "x64")].flatMap(({packages}) => packages);
    expect(ours.filter(name => !named.has(`@node-llama-cpp/${name}`))).toEqual([]);
    expect(ours).toHaveLength(6);
  });
});

describe.skipIf(!installs)("planning an install", () => {
  let home = "";
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "labelscope-gpu-"));
  });
  afterAll(async () => {
    await rm(home, {recursive: true, force: true});
  });
  const plan = (exists: (path: string) => boolean) => planGpu(home, undefined, exists);

  test("takes CUDA if NVIDIA's driver is here, else Vulkan, and says so", () => {
    expect(plan(path => path.startsWith("/proc/driver/nvidia"))).toMatchObject({
      build: {backend: "cuda"},
      because: expect.stringContaining("/proc/driver/nvidia/version"),
    });
    expect(plan(nowhere)).toMatchObject({build: {backend: "vulkan"}, because: expect.stringContaining("NVIDIA")});
  });

  test("fetches the engine, its build for the processor and the GPU's, all of one version", () => {
    const {packages} = plan(nowhere);
    expect(Object.keys(packages)).toHaveLength(3);
    expect(new Set(Object.values(packages))).toEqual(new Set(["3.22.1"]));
  });

  test("a kind of GPU that this computer has no build for is refused with those that it has", async () => {
    expect(await codeOf(async () => planGpu(home, "metal", nowhere))).toBe("gpu-unsupported");
  });

  test("without npm, and without a network, nothing is left behind and the error says which it was", async () => {
    const {signal} = new AbortController();
    const install = (env: Readonly<Record<string, string | undefined>>) => () =>
      installGpu(plan(nowhere), {env, signal});
    expect(await codeOf(install({PATH: home}))).toBe("npm-missing");
    const closed = await closedPort();
    const offline = {
      ...process.env,
      npm_config_registry: `http://127.0.0.1:${closed}`,
      npm_config_fetch_retries: "0",
      npm_config_cache: join(home, "npm"),
    };
    expect(await codeOf(install(offline))).toBe("source-unreachable");
    expect(backendsIn(plan(nowhere).folder)).toEqual([]);
  }, 60_000);

  test("a home that cannot be made is named", async () => {
    const blocked = planGpu(join(import.meta.filename, "home"), undefined, nowhere);
    const install = installGpu(blocked, {env: process.env, signal: new AbortController().signal});
    await expect(install).rejects.toMatchObject({
      code: "file-refused",
      message: expect.stringContaining(import.meta.filename),
      next: [expect.stringContaining("LABELSCOPE_HOME")],
    });
  });
});

/** A port of this computer at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>(resolve => server.close(() => resolve()));
  return typeof address === "object" && address !== null ? address.port : 0;
}
