import {describeLlamaServer, llamaServer} from "./llama-server.ts";
import type {ServerKind} from "./remote-engine.ts";
import {describeSglang, sglang} from "./sglang.ts";
import {describeVllm, vllm} from "./vllm.ts";

const LLAMA = /^llamacpp\+(?=https?:\/\/)/i;
const SGLANG = /^sglang\+(?=https?:\/\/)/i;

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
    tag: "sglang",
    reads: spec => SGLANG.test(spec),
    urlOf: spec => spec.replace(SGLANG, "").replace(/\/v1\/?(?=#|$)/, ""),
    describe: describeSglang,
    dialect: sglang,
  },
  {
    tag: "vllm",
    reads: spec => /^https?:\/\//i.test(spec),
    urlOf: spec => spec.replace(/\/v1\/?(?=#|$)/, ""),
    describe: describeVllm,
    dialect: vllm,
  },
];
