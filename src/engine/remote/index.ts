import {describeLlamaServer, llamaServer} from "./llama-server.ts";
import type {ServerKind} from "./remote-engine.ts";
import {describeVllm, vllm} from "./vllm.ts";

const LLAMA = /^llamacpp\+(?=https?:\/\/)/i;

/** Every kind of server, by the scheme of its models' specs. */
export const serverKinds: readonly (ServerKind & {readonly reads: (spec: string) => boolean})[] = [
  {
    tag: "llamacpp",
    reads: spec => LLAMA.test(spec),
    urlOf: spec => spec.replace(LLAMA, ""),
    describe: async (http, _address, signal) => await describeLlamaServer(http, signal),
    dialect: llamaServer,
  },
  {
    tag: "vllm",
    reads: spec => /^https?:\/\//i.test(spec),
    urlOf: spec => spec.replace(/\/v1\/?(?=#|$)/, ""),
    describe: describeVllm,
    dialect: vllm,
  },
];
