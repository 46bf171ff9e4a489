import {defineConfig} from "vitest/config";

const shared = {expect: {requireAssertions: true}, pool: "forks" as const};

/**
 * `standalone` needs no model, network, browser or GPU and is everything the other projects leave out; `model` runs real
 * GGUF files, `browser` drives a Chromium.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "standalone",
          include: ["test/**/*.test.ts"],
          exclude: ["test/model/**", "test/browser/**"],
          // Long enough for a machine on which other things run; nothing here waits for it otherwise.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          ...shared,
          name: "model",
          include: ["test/model/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          ...shared,
          name: "browser",
          include: ["test/browser/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
