import {afterAll} from "vitest";
import {serverKinds} from "../../src/engine/remote/index.ts";
import {findServedModel} from "../../src/engine/remote/remote-engine.ts";
import {scriptedEngine, scriptedModel} from "../../src/engine/scripted.ts";
import {llamaHttp} from "../support/llama-http.ts";
import {sglangHttp} from "../support/sglang-http.ts";
import {vllmHttp} from "../support/vllm-http.ts";
import {engineContract} from "./engine-contract.ts";

const SCRIPT = {tokens: ["label", "joy", '", "', "Input"]};
const closing: (() => void)[] = [];
const atEnd = (close: () => void) => void closing.push(close);
afterAll(() => {
  for (const close of closing) close();
});

/** A scripted server that answers as a kind of server does, read through that kind's own requests. */
function remoteContract(name: string, tolerance: number, serve: () => Promise<{readonly url: string}>): void {
  engineContract(name, {
    path: "remote",
    tolerance,
    open: async () => {
      const {url} = await serve();
      const kind = serverKinds.find(({reads}) => reads(url));
      if (kind === undefined) throw new Error(`no server reads ${url}`);
      const source = await findServedModel(
        kind,
        url,
        {cwd: "/", env: {}},
        {tokenizer: "any", loadTokenizer: async () => scriptedModel(SCRIPT)},
      );
      return {engine: scriptedEngine(SCRIPT), model: await source.load()};
    },
  });
}

remoteContract("llama.cpp's server", 1e-4, async () => await llamaHttp(scriptedModel(SCRIPT), "tiny.gguf", atEnd));
remoteContract("vLLM's server", 0, async () => await vllmHttp(scriptedModel(SCRIPT), {atEnd}));
remoteContract("vLLM's server with the reader", 0, async () => {
  return await vllmHttp(scriptedModel(SCRIPT), {reader: "there", atEnd});
});
remoteContract("SGLang's server", 0, async () => await sglangHttp(scriptedModel(SCRIPT), atEnd));
