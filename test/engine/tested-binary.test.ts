import {expect, test} from "vitest";
import {isFoundFrom} from "../../src/engine/tested-binary.ts";

test.each([
  ["beside the engine", "/app/node_modules/@node-llama-cpp/linux-x64/bins/x.node", true],
  ["above a package that carries the engine", "/home/node_modules/@node-llama-cpp/linux-x64/x.node", true],
  ["in another project", "/other/node_modules/@node-llama-cpp/linux-x64/x.node", false],
  ["in a package of another name", "/app/node_modules/@node-llama-cpp-x/linux-x64/x.node", false],
  ["in no package", "/bin/true", false],
])("a binary %s is this installation's or not", (_, binary, isOurs) => {
  const engine = "/home/node_modules/labelscope/node_modules/node-llama-cpp/dist/index.js";
  expect(isFoundFrom(binary.startsWith("/app") ? engine.replace("/home", "/app") : engine, binary)).toBe(isOurs);
});
