import {describe, expect, test} from "vitest";
import type {Engine} from "../../src/engine/engine.ts";
import {isPrivateAddress, readAddress} from "../../src/engine/remote/address.ts";
import {ServerHttp} from "../../src/engine/remote/http.ts";
import {serverKinds} from "../../src/engine/remote/index.ts";
import {readOutOf} from "../../src/engine/remote/partial-read.ts";
import {findServedModel, type LoadTokenizer, type RemoteOptions} from "../../src/engine/remote/remote-engine.ts";
import {turns} from "../../src/engine/remote/turns.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";
import {isExact, lowerOf, upperOf} from "../../src/math/bounded.ts";
import {answering, capture, engineOf, tracesOf, type Workspace, workspace} from "../run/workspace.ts";
import {codeOf} from "../support/code-of.ts";
import {type Fault, httpServer, send} from "../support/http-server.ts";
import {llamaHttp} from "../support/llama-http.ts";
import {sglangHttp} from "../support/sglang-http.ts";
import {type VllmHttp, vllmHttp} from "../support/vllm-http.ts";

const TOKENS = ["joy", "fear", "anger", "none", '", "', '"]}', '"]', "Input: ", "Labels: ", '{"label": ["'];
const tiny = (script = answering) => scriptedModel({tokens: TOKENS, script});
const KINDS = ["none", "there"] as const;

/** The engine as the registry opens it for a spec, with the tokeniser of the scripted model. */
function served(options: RemoteOptions & {readonly loadTokenizer?: LoadTokenizer} = {}): Engine {
  return {
    name: "served",
    findModel: async (spec, place) => {
      const kind = serverKinds.find(({reads}) => reads(spec));
      if (kind === undefined) throw new Error(`no server reads ${spec}`);
      return await findServedModel(kind, spec, place, {
        tokenizer: "tiny.gguf",
        timeoutMs: 5_000,
        patienceMs: 20_000,
        longestPauseMs: 20,
        loadTokenizer: async () => tiny(),
        ...options,
      });
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

type ServedOptions = Parameters<typeof served>[0];
const captured = async (place: Workspace, {url}: {readonly url: string}, options: ServedOptions = {}, changes = {}) =>
  await capture({...place, model: url}, {limit: 4, ...changes}, {engine: served(options)});

const failing = async (server: VllmHttp, place: Workspace, fault: Fault) => {
  server.faults.push(fault);
  const code = await codeOf(() => captured(place, server, {patienceMs: 300}, {fresh: true}));
  server.faults.length = 0;
  return code;
};

describe.each(KINDS)("vLLM's server (labelscope's reader: %s)", reader => {
  test("gives the answers and label distributions of the engine that sees everything", async () => {
    const place = await workspace();
    const server = await vllmHttp(tiny(), {reader});
    const exact = await tracesOf((await capture(place, {limit: 4, out: "exact"}, {engine: engineOf()})).folder);
    const outcome = await captured(place, server);
    expect(outcome.manifest).toMatchObject({
      model: {
        kind: "server",
        id: "tiny@vllm",
        served: "tiny",
        server: "vLLM",
        version: "0.32.0",
        root: "tiny",
        contextTokens: 4095,
      },
    });
    // Nothing needs saying if everything is exact.
    if (reader === "there") expect(outcome.manifest.readOuts).toBeUndefined();
    else expect(outcome.manifest.readOuts).toEqual({scale: "log-probabilities", vocabEntropy: "bounded"});
    let steps = 0;
    for (const {document, answer, steps: found} of await tracesOf(outcome.folder)) {
      const twin = exact.find(trace => trace.document.id === document.id);
      expect(answer).toEqual(twin?.answer);
      for (const [index, step] of found.entries()) {
        const other = twin?.steps[index];
        step.probabilities.forEach((p, label) => {
          expect(p).toBeCloseTo(other?.probabilities[label] ?? Number.NaN, 5);
        });
        expect(step.labelMass).toBeCloseTo(other?.labelMass ?? Number.NaN, 5);
        const [bits = Number.NaN, truth = Number.NaN] = [step.vocabEntropyBits, other?.vocabEntropyBits];
        expect(lowerOf(bits)).toBeLessThanOrEqual(lowerOf(truth) + 1e-5);
        expect(upperOf(bits)).toBeGreaterThanOrEqual(lowerOf(truth) - 1e-5);
        if (reader === "there") expect(isExact(bits)).toBe(true);
        steps++;
      }
    }
    expect(steps).toBeGreaterThan(3);
  });

  test("is asked again after 429, 500, a broken connection, half an answer and a hang, and the numbers are the same", async () => {
    const place = await workspace();
    const server = await vllmHttp(tiny(), {reader});
    const calm = await tracesOf((await captured(place, server, {}, {out: "calm"})).folder);
    const faults: Fault[] = [
      response => void response.writeHead(429, {"retry-after": "0"}).end("{}"),
      response => void response.writeHead(500).end("{}"),
      response => void response.destroy(),
      (response, answer) => void response.writeHead(200).end(JSON.stringify(answer()).slice(0, 40)),
      () => {},
      response => void response.writeHead(200).end('{"choices": [{"logprobs": NaN}]}'),
      (response, answer) => void setTimeout(() => send(response, answer()), 150),
      response => void response.writeHead(503).end("{}"),
    ];
    server.faults.push(...faults);
    const stormy = await tracesOf((await captured(place, server, {timeoutMs: 700}, {out: "stormy"})).folder);
    const plain = (traces: typeof calm) =>
      traces.map(({document, steps}) => [document.id, steps.map(step => step.scores)]).sort();
    expect(plain(stormy)).toEqual(plain(calm));
    expect(server.faults).toEqual([]);
  });

  test("an answer that cannot be right ends the run by name", async () => {
    const place = await workspace();
    const server = await vllmHttp(tiny(), {reader});
    const saying =
      (logprobs: object): Fault =>
      (response, answer) =>
        send(response, {...answer(), choices: [{logprobs}]});
    expect(await failing(server, place, saying({tokens: ["joy"], top_logprobs: [{}]}))).toBe("server-answer");
    expect(await failing(server, place, saying({tokens: [], top_logprobs: []}))).toBe("server-answer");
    expect(await failing(server, place, (response, answer) => send(response, {...answer(), model: "other"}))).toBe(
      "server-answer",
    );
    expect(await failing(server, place, response => send(response, {error: {message: "too long"}}, 400))).toBe(
      "server-refused",
    );
  });

  test("another model, midway or between two commands, is noticed by its numbers", async () => {
    const other = () => tiny(text => ({...answering(text), joy: 4.2, fear: 3.9}));
    const place = await workspace();
    const server = await vllmHttp(tiny(), {reader});
    await captured(place, server, {}, {limit: 2});
    server.become(other());
    await expect(captured(place, server)).rejects.toMatchObject({
      code: "run-changed",
      facts: {changed: ["the served model's answers to fixed prompts"]},
    });
    const midway = await vllmHttp(tiny(), {reader});
    const pass: Fault = (response, answer) => send(response, answer());
    midway.faults.push(...Array.from({length: reader === "there" ? 12 : 9}, () => pass), (response, answer) => {
      midway.become(other());
      send(response, answer());
    });
    expect(await codeOf(() => captured(place, midway, {}, {out: "midway"}))).toBe("server-changed");
  });

  test("strict gives every request a cache of its own", async () => {
    const place = await workspace();
    const server = await vllmHttp(tiny(), {reader});
    await captured(place, server, {}, {strict: true});
    const salts = server.asked.flatMap(({cache_salt: salt}) => salt ?? []);
    expect(salts.length).toBeGreaterThan(4);
    expect(new Set(salts).size).toBe(salts.length);
  });

  test("a tokeniser that is not the server's, full logits and hidden states are refused", async () => {
    const place = await workspace();
    const server = await vllmHttp(tiny(), {reader});
    expect(await codeOf(() => captured(place, server, {}, {fullLogits: true}))).toBe("no-full-logits");
    server.become(scriptedModel({tokens: ["Inp"]}));
    expect(await codeOf(() => captured(place, server))).toBe("tokenizer-mismatch");
  });

  test("a tokeniser that differs on one of the run's own documents is refused", async () => {
    const place = await workspace();
    const server = await vllmHttp(tiny(), {reader});
    const seen: string[] = [];
    const tokenizerOf = (isOther: (text: string) => boolean) => {
      const own = tiny();
      return {
        ...own,
        tokenize: (text: string) => {
          seen.push(text);
          return isOther(text) ? [0] : own.tokenize(text);
        },
      };
    };
    const {folder} = await captured(place, server, {loadTokenizer: async () => tokenizerOf(() => false)});
    const {document} = (await tracesOf(folder)).at(-1) ?? {};
    const text = seen.find(each => document !== undefined && each === document.text) ?? "none of them";
    const other = {loadTokenizer: async () => tokenizerOf(each => each === text)};
    expect(await codeOf(() => captured(place, server, other, {out: "other"}))).toBe("tokenizer-mismatch");
  });
});

describe("labelscope's reader in vLLM", () => {
  test("reads greedy tokens in advance: fewer requests than label steps and tokens need one by one", async () => {
    const place = await workspace();
    const server = await vllmHttp(tiny(), {reader: "there"});
    const outcome = await captured(place, server);
    const tokens = (await tracesOf(outcome.folder)).reduce((sum, {answer}) => sum + answer.tokens.length, 0);
    const reads = server.asked.filter(({max_tokens: most}) => most > 1).length;
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThan(tokens);
  });

  test("reads no further ahead than the context has room", async () => {
    const server = await vllmHttp(tiny(), {reader: "there"});
    const source = await served().findModel(server.url, {cwd: "/", env: {}});
    await using model = await source.load();
    await using session = await model.openSession({
      ...{sequences: 1, contextTokens: 4095, threads: 1, flashAttention: false, cacheType: "f16"},
    });
    const tokens = Array.from({length: 4095}, () => 0);
    const reads = [{at: tokens.length - 1, spec: {tokens: [0], groups: [], top: 1}}];
    expect(await session.extend([{sequence: 0, tokens, reads}])).toHaveLength(1);
    const lanes = await model
      .planLanes({
        ...{prefix: [], longestTokens: 4095, documents: 1, sequences: 1, scratch: {sequences: 0, tokens: 0}},
        ...{wantedScratch: 0, hidden: false, strict: false, local: {threads: 1, flashAttention: false}},
      })
      .open(new AbortController().signal);
    await lanes.run([tokens], async (prompt, lane) => void (await lane.start(prompt, reads)));
    const longest = server.asked.filter(({prompt}) => prompt.length === 4095);
    expect(longest.map(({max_tokens: most}) => most)).toEqual([1, 1]);
  });

  test("is refused if its numbers are not the server's own", async () => {
    const place = await workspace();
    expect(await codeOf(async () => captured(place, await vllmHttp(tiny(), {reader: "lying"})))).toBe(
      "reader-mismatch",
    );
  });

  test("ends the run on logits that are NaN, and on a status that it does not know", async () => {
    const place = await workspace();
    const server = await vllmHttp(tiny(), {reader: "there"});
    const status = async (number: number) => {
      server.faults.push(
        ...Array.from({length: 12}, (): Fault => (response, answer) => send(response, answer())),
        response =>
          send(response, {
            model: "tiny",
            choices: [{logprobs: {tokens: ["token_id:9"], top_logprobs: [{"token_id:0": number}]}}],
          }),
      );
      const code = await codeOf(() => captured(place, server, {}, {fresh: true}));
      server.faults.length = 0;
      return code;
    };
    expect(await status(2001)).toBe("nan-logits");
    expect(await status(2002)).toBe("server-answer");
    expect(await status(7)).toBe("server-answer");
  });
});

describe("servers behind http://", () => {
  test("a model is chosen by its name; of a LoRA its parent is kept", async () => {
    const place = await workspace();
    const server = await vllmHttp(tiny());
    server.models.push({id: "poems", owned_by: "vllm", root: "/loras/poems", parent: "tiny", max_model_len: null});
    server.become(tiny(), "poems");
    const {manifest} = await captured(place, {url: `${server.url}#poems`});
    expect(manifest.model).toMatchObject({id: "poems@vllm", variant: "lora", parent: "tiny", contextTokens: 4095});
    expect(server.asked.every(({model}) => model === "poems")).toBe(true);
    await expect(captured(place, {url: `${server.url}#prose`})).rejects.toMatchObject({
      code: "served-model",
      details: ["tiny", "poems (LoRA on tiny)"],
    });
    server.models.push({id: "second", owned_by: "vllm", parent: null, max_model_len: 10});
    expect(await codeOf(() => captured(place, server))).toBe("served-model");
  });

  test.each([
    ["an API that lists other owners", {data: [{id: "gpt", owned_by: "openai"}]}, 200],
    ["a server without a list of models", {error: "not found"}, 404],
    ["a page", {hello: "world"}, 200],
  ])("%s is refused by name, with the other way in", async (_, answer, status) => {
    const place = await workspace();
    const url = await httpServer(async (_request, response) => send(response, answer, status));
    await expect(captured(place, {url: `${url}/v1`})).rejects.toMatchObject({
      code: "server-unsupported",
      next: expect.arrayContaining([expect.stringContaining("evaluate --predictions")]),
    });
  });
});

test.each([
  ["llama.cpp's", "llamacpp+"],
  ["vLLM's", ""],
  ["SGLang's", "sglang+"],
])("whoever asks %s server that never answers can end it before the first answer", async (_, scheme) => {
  const url = await httpServer(async () => {});
  const end = new AbortController();
  const asked = served({timeoutMs: 60_000}).findModel(scheme + url, {cwd: "/", env: {}, signal: end.signal});
  setTimeout(() => end.abort(), 50);
  await expect(asked).rejects.toMatchObject({name: "AbortError"});
});

describe("what a server does that no distribution and no server should", () => {
  const told = (top: readonly (readonly [number, number])[], vocabularySize: number) => ({
    top: top.map(([token, p]) => ({token, logit: Math.log(p)})),
    named: new Map<number, number>(),
    vocabularySize,
    slack: 1e-6,
  });
  const spec = {tokens: [], groups: [], top: 2};

  test.each([
    [
      "a token twice",
      told(
        [
          [0, 0.5],
          [0, 0.5],
        ],
        10,
      ),
      /twice/,
    ],
    [
      "more mass than there is",
      told(
        [
          [0, 0.9],
          [1, 0.9],
        ],
        10,
      ),
      /sum to 1\.80/,
    ],
    [
      "less than the tokens not told can make up",
      told(
        [
          [0, 0.05],
          [1, 0.01],
        ],
        10,
      ),
      /can sum to 0\.14 at most/,
    ],
  ])("%s is told as the server's fault before anything is stored", (_, answer, why) => {
    expect(() => readOutOf(answer, spec)).toThrow(why);
    expect(() =>
      readOutOf(
        told(
          [
            [0, 0.6],
            [1, 0.2],
          ],
          10,
        ),
        spec,
      ),
    ).not.toThrow();
  });

  test("a server that asks for no pause is asked again with growing ones, and one that asks for a long one gets it", async () => {
    const times: number[] = [];
    let after = "0";
    const url = await httpServer(async (_, response) => {
      times.push(performance.now());
      response.writeHead(429, {"retry-after": after}).end("{}");
    });
    const ask = async (patienceMs: number) => {
      const http = new ServerHttp({base: url, timeoutMs: 5_000, patienceMs, random: () => 0.5});
      return await codeOf(async () => await http.get("/x"));
    };
    expect(await ask(2_000)).toBe("server-unreachable");
    expect(times.length).toBeLessThan(6);
    times.length = 0;
    after = "60";
    expect(await ask(30_000)).toBe("server-unreachable");
    expect(times).toHaveLength(1);
  });

  test.each([
    ["a redirect", 302, {location: "https://login.example/?next=x"}, "", /status 302, which points to https:\/\/login/],
    ["a web page", 200, {"content-type": "text/html; charset=utf-8"}, "<html>", /answers with a web page/],
    ["a refusal that repeats the key", 401, {}, '{"message": "bad key sk-1234"}', /bad key \[the key\]/],
  ])("%s is final and told in one try, without the key", async (_, status, headers, body, why) => {
    let tries = 0;
    const url = await httpServer(async (_request, response) => {
      tries++;
      response.writeHead(status, headers).end(body);
    });
    const http = new ServerHttp({base: url, apiKey: "sk-1234", timeoutMs: 5_000, patienceMs: 5_000});
    const failed = await http.get("/x").catch(error => error);
    expect(failed).toMatchObject({code: "server-refused", message: expect.stringMatching(why)});
    expect(String(failed)).not.toContain("sk-1234");
    expect(tries).toBe(1);
  });

  test("a server that answers that it is loading is waited for longer than one that is not there", async () => {
    let tries = 0;
    const waits: string[] = [];
    const url = await httpServer(async (_, response) => {
      tries++;
      if (tries < 6) response.writeHead(503).end('{"message": "Loading model"}');
      else send(response, {ready: true});
    });
    const waiting = {timeoutMs: 5_000, patienceMs: 60_000, firstPatienceMs: 300, longestPauseMs: 200};
    const http = new ServerHttp({...waiting, base: url, onWait: why => void waits.push(why)});
    expect(await http.get("/x")).toEqual({ready: true});
    expect(waits).toEqual([expect.stringMatching(/has to be waited for: status 503: Loading model/)]);
    const nobody = new ServerHttp({...waiting, base: "http://127.0.0.1:9"});
    expect(await codeOf(async () => await nobody.get("/x"))).toBe("server-unreachable");
  });

  test("a key that cannot be a header's is refused and not shown", async () => {
    const asked = served().findModel("http://127.0.0.1:9/v1", {cwd: "/", env: {LABELSCOPE_API_KEY: "sk-1\nline2"}});
    await expect(asked).rejects.toMatchObject({code: "api-key", message: expect.not.stringContaining("sk-1")});
  });

  test("a name with a percent sign that encodes nothing is a name", () => {
    expect(readAddress("http://127.0.0.1:9/v1#50%off").model).toBe("50%off");
    expect(isPrivateAddress("0.0.0.0")).toBe(true);
  });

  test("llama.cpp's server that tells of fewer tokens than it was asked for ends the run by name", async () => {
    const place = await workspace();
    const server = await llamaHttp(tiny());
    const pass: Fault = (response, answer) => send(response, answer());
    const cut: Fault = (response, answer) => {
      const text = JSON.stringify(answer());
      const whole: {completion_probabilities: {top_probs?: object[]}[]} = JSON.parse(text);
      for (const position of whole.completion_probabilities) {
        if (position.top_probs !== undefined) position.top_probs = position.top_probs.slice(0, 1);
      }
      send(response, whole);
    };
    server.faults.push(...Array.from({length: 6}, () => pass), ...Array.from({length: 4}, () => cut));
    expect(await codeOf(() => captured(place, server))).toBe("server-answer");
  });
});

describe("SGLang's server, in the shapes of its documents", () => {
  test("gives the answers and label distributions of the engine that sees everything, in few requests", async () => {
    const place = await workspace();
    const server = await sglangHttp(tiny());
    const exact = await tracesOf((await capture(place, {limit: 4, out: "exact"}, {engine: engineOf()})).folder);
    const pass: Fault = (response, answer) => send(response, answer());
    server.faults.push(...Array.from({length: 4}, () => pass), response => void response.writeHead(503).end("{}"));
    const outcome = await captured(place, server);
    expect(outcome.manifest.model).toMatchObject({id: "tiny@sglang", server: "SGLang", version: "0.5.6"});
    for (const {document, answer, steps} of await tracesOf(outcome.folder)) {
      const twin = exact.find(trace => trace.document.id === document.id);
      expect(answer).toEqual(twin?.answer);
      for (const [index, step] of steps.entries()) {
        const other = twin?.steps[index];
        step.probabilities.forEach((p, label) => {
          expect(p).toBeCloseTo(other?.probabilities[label] ?? Number.NaN, 5);
        });
        const [bits = Number.NaN, truth = Number.NaN] = [step.vocabEntropyBits, other?.vocabEntropyBits];
        expect(lowerOf(bits)).toBeLessThanOrEqual(lowerOf(truth) + 1e-5);
        expect(upperOf(bits)).toBeGreaterThanOrEqual(lowerOf(truth) - 1e-5);
      }
    }
    const tokens = exact.reduce((sum, {answer}) => sum + answer.tokens.length, 0);
    expect(server.asked.filter(({input_ids: ids}) => ids.length > 20).length).toBeLessThan(tokens);
  });

  test.each([
    ["a token that it was asked for", {output_token_ids_logprobs: [[]]}, "server-answer"],
    ["a log-probability", {output_top_logprobs: [[[null, 1, null]]]}, "nan-logits"],
    ["a token of the vocabulary", {output_top_logprobs: [[[-1, 99_999, null]]]}, "server-answer"],
    ["the best tokens", {output_top_logprobs: []}, "server-answer"],
  ])("an answer without %s ends the run by name", async (_, changes, code) => {
    const place = await workspace();
    const server = await sglangHttp(tiny());
    const pass: Fault = (response, answer) => send(response, answer());
    server.faults.push(...Array.from({length: 6}, () => pass), (response, answer) => {
      const whole: {meta_info?: object} = answer();
      send(response, {...whole, meta_info: {...whole.meta_info, ...changes}});
    });
    expect(await codeOf(() => captured(place, server))).toBe(code);
  });

  test("another server behind its scheme is refused", async () => {
    const place = await workspace();
    const url = await httpServer(async (_, response) => send(response, {data: [{id: "x", owned_by: "vllm"}]}));
    expect(await codeOf(() => captured(place, {url: `sglang+${url}`}))).toBe("server-unsupported");
  });
});

test.each([
  ["llama.cpp's", async () => await llamaHttp(tiny())],
  ["vLLM's", async () => await vllmHttp(tiny())],
  ["SGLang's", async () => await sglangHttp(tiny())],
])("with --exact-entropy nothing of %s server is bounded, and the price is said first", async (_, serve) => {
  const place = await workspace();
  const server = await serve();
  const notices: string[] = [];
  const exact = await tracesOf((await capture(place, {limit: 2, out: "exact"}, {engine: engineOf()})).folder);
  const options = {exactEntropy: true, notice: (line: string) => void notices.push(line)};
  const outcome = await captured(place, server, options, {limit: 2});
  expect(outcome.manifest.readOuts?.vocabEntropy ?? "exact").toBe("exact");
  for (const {document, steps} of await tracesOf(outcome.folder)) {
    const twin = exact.find(trace => trace.document.id === document.id);
    for (const [index, {vocabEntropyBits = Number.NaN}] of steps.entries()) {
      expect(isExact(vocabEntropyBits)).toBe(true);
      expect(lowerOf(vocabEntropyBits)).toBeCloseTo(lowerOf(twin?.steps[index]?.vocabEntropyBits ?? Number.NaN), 4);
    }
  }
  expect(notices).toEqual([expect.stringMatching(/^--exact-entropy: .* sends \d+ log-probabilities at every read/)]);
});

test("kinds of work take turns: never two kinds at once, and all are done", async () => {
  const oneKind = turns();
  const running = new Map<string, number>();
  let mixed = 0;
  const work = (kind: string) => async () => {
    running.set(kind, (running.get(kind) ?? 0) + 1);
    await new Promise(resolve => setTimeout(resolve, 1));
    if ([...running.values()].filter(count => count > 0).length > 1) mixed++;
    running.set(kind, (running.get(kind) ?? 0) - 1);
    if (kind === "b") throw new Error("fails");
    return kind;
  };
  const all = Array.from({length: 30}, (_, place) => ["a", "b", "c"][place % 3] ?? "a");
  const done = await Promise.allSettled(all.map(async kind => await oneKind(kind, work(kind))));
  expect(done.map(({status}) => status)).toEqual(all.map(kind => (kind === "b" ? "rejected" : "fulfilled")));
  expect(mixed).toBe(0);
});
