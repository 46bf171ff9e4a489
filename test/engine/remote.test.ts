import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {Engine} from "../../src/engine/engine.ts";
import {reduceLogits} from "../../src/engine/reduce.ts";
import {isPrivateAddress, readAddress} from "../../src/engine/remote/address.ts";
import {retryAfterMs} from "../../src/engine/remote/http.ts";
import {serverKinds} from "../../src/engine/remote/index.ts";
import {readOutOf} from "../../src/engine/remote/partial-read.ts";
import {findServedModel, type RemoteOptions} from "../../src/engine/remote/remote-engine.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";
import {isExact, lowerOf, upperOf} from "../../src/math/bounded.ts";
import {readManifest} from "../../src/store/manifest-file.ts";
import {answering, capture, engineOf, tracesOf, type Workspace, workspace} from "../run/workspace.ts";
import {codeOf} from "../support/code-of.ts";
import type {Fault} from "../support/http-server.ts";
import {type LlamaHttp, llamaHttp} from "../support/llama-http.ts";

const TOKENS = ["joy", "fear", "anger", "none", '", "', '"]}', '"]', "Input: ", "Labels: ", '{"label": ["'];
const tiny = (script = answering) => scriptedModel({tokens: TOKENS, script});
const status = (code: number, headers: Record<string, string> = {}, body = "{}"): Fault => {
  return response => void response.writeHead(code, headers).end(body);
};

/** An engine that asks a scripted server, its tokeniser that of the scripted model. */
function served(options: RemoteOptions = {}): Engine {
  const [llama] = serverKinds;
  if (llama === undefined) throw new Error("there is no kind of server");
  return {
    name: "served",
    findModel: async (spec, place) =>
      await findServedModel(llama, spec, place, {
        tokenizer: "tiny.gguf",
        timeoutMs: 5_000,
        patienceMs: 20_000,
        longestPauseMs: 20,
        ...options,
        loadTokenizer: async () => tiny(),
      }),
    [Symbol.asyncDispose]: async () => {},
  };
}

const captured = async (place: Workspace, {url}: LlamaHttp, options: RemoteOptions = {}, changes = {}) =>
  await capture({...place, model: url}, {limit: 4, ...changes}, {engine: served(options)});

describe("bounds of what a server does not tell", () => {
  test("hold the numbers of the whole vocabulary, and are narrow where little is left", () => {
    const logits = fc.array(fc.float({min: -12, max: 12, noNaN: true}), {minLength: 12, maxLength: 60});
    fc.assert(
      fc.property(logits, fc.integer({min: 1, max: 11}), fc.integer({min: 0, max: 11}), (vector, top, named) => {
        const spec = {tokens: [named], groups: [[0, 3, 7, 9], [], [named]], top};
        const exact = reduceLogits(Float32Array.from(vector), spec);
        const logProb = (logit: number) => logit - exact.logSumExp;
        const told = readOutOf(
          {
            top: exact.top.map(({token, logit}) => ({token, logit: logProb(logit)})),
            named: new Map([[named, logProb(exact.tokenLogits[0] ?? Number.NaN)]]),
            vocabularySize: vector.length,
            slack: 1e-6,
          },
          spec,
        );
        const entropy = told.vocabEntropyBits ?? Number.NaN;
        expect(lowerOf(entropy)).toBeLessThanOrEqual(exact.vocabEntropyBits + 1e-9);
        expect(upperOf(entropy)).toBeGreaterThanOrEqual(exact.vocabEntropyBits - 1e-9);
        told.groupLogSumExp.forEach((value, place) => {
          const mass = Math.exp(logProb(exact.groupLogSumExp[place] ?? Number.NaN));
          expect(Math.exp(lowerOf(value))).toBeLessThanOrEqual(mass + 1e-9);
          expect(Math.exp(upperOf(value))).toBeGreaterThanOrEqual(mass - 1e-9);
        });
        expect(told.groupLogSumExp[1]).toBe(Number.NEGATIVE_INFINITY);
        expect(told.tokenLogits[0]).toBeCloseTo(logProb(exact.tokenLogits[0] ?? 0), 9);
      }),
    );
  });

  test("by hand: tokens of 1/2 and 1/4 told of eight", () => {
    const top = [
      {token: 0, logit: Math.log(0.5)},
      {token: 1, logit: Math.log(0.25)},
    ];
    const spec = {
      tokens: [],
      groups: [
        [1, 2],
        [2, 3, 4, 5],
      ],
      top: 2,
    };
    const {vocabEntropyBits, groupLogSumExp} = readOutOf({top, named: new Map(), vocabularySize: 8, slack: 0}, spec);
    // Told: 1/2·1 + 1/4·2 = 1 bit. The last 1/4: one token of 1/4 at least (0.5 bit), six of 1/24 at most.
    expect(vocabEntropyBits).toEqual([1.5, 1 + 0.25 * Math.log2(24)]);
    expect(groupLogSumExp.map(value => [Math.exp(lowerOf(value)), Math.exp(upperOf(value))])).toEqual([
      [0.25, 0.5],
      [0, 0.25],
    ]);
  });
});

describe("llama.cpp's server", () => {
  test("gives the answers and label distributions of the engine that sees everything, and bounds that hold its entropy", async () => {
    const place = await workspace();
    const server = await llamaHttp(tiny());
    const exact = await tracesOf((await capture(place, {limit: 4, out: "exact"}, {engine: engineOf()})).folder);
    const outcome = await captured(place, server);
    const traces = await tracesOf(outcome.folder);
    expect(outcome.manifest).toMatchObject({
      model: {kind: "server", id: "tiny@llamacpp", served: "tiny", server: "llama.cpp server", totalParameters: 1000},
      readOuts: {scale: "log-probabilities", vocabEntropy: "bounded"},
    });
    let steps = 0;
    for (const {document, answer, steps: found} of traces) {
      const twin = exact.find(trace => trace.document.id === document.id);
      expect(answer).toEqual(twin?.answer);
      for (const [index, step] of found.entries()) {
        const other = twin?.steps[index];
        step.probabilities.forEach((p, label) => {
          expect(p).toBeCloseTo(other?.probabilities[label] ?? Number.NaN, 5);
        });
        expect(step.labelMass).toBeCloseTo(other?.labelMass ?? Number.NaN, 5);
        const [bits = Number.NaN, truth = Number.NaN] = [step.vocabEntropyBits, other?.vocabEntropyBits];
        expect(isExact(bits)).toBe(false);
        expect(lowerOf(bits)).toBeLessThanOrEqual(lowerOf(truth));
        expect(upperOf(bits)).toBeGreaterThanOrEqual(lowerOf(truth));
        steps++;
      }
    }
    expect(steps).toBeGreaterThan(3);
  });

  test("is asked again after 429, 500, a broken connection, half an answer and a hang, and the numbers are the same", async () => {
    const place = await workspace();
    const server = await llamaHttp(tiny());
    const calm = await tracesOf((await captured(place, server, {}, {out: "calm"})).folder);
    const half: Fault = (response, answer) => {
      response.writeHead(200).end(JSON.stringify(answer()).slice(0, 40));
    };
    const broken: Fault = response => void response.destroy();
    const hang: Fault = () => {};
    const engine = served({timeoutMs: 700});
    const spec = {...place, model: server.url};
    const plan = capture(spec, {limit: 4, out: "stormy"}, {engine});
    server.faults.push(status(429, {"retry-after": "0"}), status(500), broken, half, hang, status(503));
    const stormy = await tracesOf((await plan).folder);
    const plain = (traces: typeof calm) =>
      traces.map(({document, steps}) => [document.id, steps.map(step => step.scores)]).sort();
    expect(plain(stormy)).toEqual(plain(calm));
    expect(server.faults).toEqual([]);
  });

  test("an answer that cannot be right ends the run by name", async () => {
    const place = await workspace();
    const server = await llamaHttp(tiny());
    const failing = async (fault: Fault) => {
      server.faults.push(fault);
      const code = await codeOf(() => captured(place, server, {patienceMs: 300}, {fresh: true}));
      server.faults.length = 0;
      return code;
    };
    const saying =
      (place_: object): Fault =>
      (response, answer) =>
        void response.writeHead(200).end(JSON.stringify({...answer(), completion_probabilities: [place_]}));
    expect(await failing(saying({top_logprobs: [{id: 9999, logprob: -1}]}))).toBe("server-answer");
    expect(await failing(saying({top_logprobs: [{id: 1, logprob: null}]}))).toBe("nan-logits");
    expect(await failing(saying({}))).toBe("server-answer");
    expect(await failing(status(400, {}, '{"error": {"message": "too long"}}'))).toBe("server-refused");
  });

  test("another model, midway or between two commands, is noticed by its name or by its numbers", async () => {
    const other = () => tiny(text => ({...answering(text), joy: 4.2, fear: 3.9}));
    const midway = async (name?: string) => {
      const place = await workspace();
      const server = await llamaHttp(tiny());
      server.faults.push(
        ...Array.from({length: 5}, () => undefined).map(
          (_, index): Fault =>
            (response, answer) => {
              if (index === 4) server.become(other(), name);
              response.writeHead(200).end(JSON.stringify(answer()));
            },
        ),
      );
      return await codeOf(() => captured(place, server));
    };
    expect(await midway("other.gguf")).toBe("server-answer");
    expect(await midway()).toBe("server-changed");
    const place = await workspace();
    const server = await llamaHttp(tiny());
    await captured(place, server, {}, {limit: 2});
    server.become(other());
    await expect(captured(place, server)).rejects.toMatchObject({
      code: "run-changed",
      facts: {changed: ["the served model's answers to fixed prompts"]},
    });
  });

  test("strict asks one at a time without the server's cache; a key goes to the server and nowhere else", async () => {
    const place = await workspace();
    const server = await llamaHttp(tiny());
    const keyFile = join(place.folder, "key");
    await writeFile(keyFile, "s3cret\n");
    const {folder} = await captured(place, server, {apiKeyFile: keyFile}, {strict: true});
    const manifest = await readManifest(folder);
    expect(manifest?.sessions[0]?.sequences).toBe(1);
    expect(new Set(server.keys)).toEqual(new Set(["Bearer s3cret"]));
    expect(JSON.stringify(manifest)).not.toContain("s3cret");
    // The probes of who is asked may use the cache.
    expect(server.asked.filter(request => !request.cache_prompt).length).toBeGreaterThan(8);
    server.faults.push(status(401, {}, '{"error": {"message": "no"}}'));
    const error: unknown = await captured(place, server, {apiKeyFile: keyFile}, {fresh: true}).catch(caught => caught);
    expect(JSON.stringify(error) + String(error)).not.toContain("s3cret");
    expect(error).toMatchObject({code: "server-refused", next: [expect.stringContaining("LABELSCOPE_API_KEY")]});
  });

  test("full logits, hidden states and a tokeniser that is not the server's are refused", async () => {
    const place = await workspace();
    const server = await llamaHttp(tiny());
    expect(await codeOf(() => captured(place, server, {}, {fullLogits: true}))).toBe("no-full-logits");
    server.become(scriptedModel({tokens: ["Inp"]}));
    expect(await codeOf(() => captured(place, server))).toBe("tokenizer-mismatch");
  });
});

describe("addresses", () => {
  test("this machine and private networks are near, everything else is not", () => {
    expect(
      ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "::1", "fd00::1", "fe80::1"].filter(isPrivateAddress),
    ).toHaveLength(7);
    expect(["8.8.8.8", "172.32.0.1", "192.169.0.1", "2001:db8::1"].filter(isPrivateAddress)).toEqual([]);
  });

  test("a server outside is refused without a word of the person", async () => {
    const place = await workspace();
    const code = await codeOf(() =>
      capture({...place, model: "llamacpp+http://203.0.113.7:9"}, {}, {engine: served()}),
    );
    expect(code).toBe("server-public");
  });

  test("an address is read with the model after the #; one with a password is refused and not repeated", () => {
    expect(readAddress("http://host:8000/v1/#org/name")).toEqual({
      base: "http://host:8000/v1",
      host: "host",
      model: "org/name",
    });
    expect(() => readAddress("http://me:s3cret@host:1")).toThrow(/holds a user, a password or a query/);
    expect(() => readAddress("http://me:s3cret@:1")).not.toThrow(/s3cret/);
  });

  test("Retry-After is seconds or a date", () => {
    expect(retryAfterMs("3")).toBe(3000);
    expect(retryAfterMs("Thu, 01 Jan 1970 00:00:10 GMT", 4000)).toBe(6000);
    expect([retryAfterMs("soon"), retryAfterMs(null)]).toEqual([undefined, undefined]);
  });
});
