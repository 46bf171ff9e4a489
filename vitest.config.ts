import {defineConfig} from "vitest/config";

const shared = {expect: {requireAssertions: true}, pool: "forks" as const};

/** `standalone` needs no model, network or GPU and is everything the other project leaves out; `model` runs real GGUF files. */
export default defineConfig({
  test: {
    projects: [
      {test: {...shared, name: "standalone", include: ["test/**/*.test.ts"], exclude: ["test/model/**"]}},
      {
        test: {
          ...shared,
          name: "model",
          include: ["test/model/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
