import {describe, expect, test} from "vitest";
import {engineLibraries} from "../../src/engine/native/compile.ts";

describe("the engine's libraries", () => {
  test.each([
    ["processor", ["libggml-base.so", "libggml.v0.5.0.so", "libllama.v0.5.0.so"]],
    ["vulkan", ["libggml-base.so", "libggml.vulkan.v0.5.0.so", "libllama.vulkan.v0.5.0.so"]],
    ["cuda", ["libggml-base.so", "libggml.cuda.v0.5.0.so", "libllama.cuda.v0.5.0.so"]],
    ["own", ["libggml-base.so", "libggml.so", "libllama.so"]],
  ])("of a %s build are found among all that are mapped", (_, files) => {
    const others = ["libggml-cpu-zen4.so", "libggml-vulkan.so", "libllama-common.so"];
    const mapped = [...files, ...others].map(file => `/engine/bins/${file}`);
    expect(engineLibraries([...mapped, "/usr/lib/libc.so"])).toEqual({folder: "/engine/bins", files});
  });

  test("are none where one of the three is not there", () => {
    expect(engineLibraries(["/a/libllama.so", "/a/libggml.so"])).toBeUndefined();
  });
});
