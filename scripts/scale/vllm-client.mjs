// Two ways of asking a vLLM server, as kinds of servers for `findServedModel`: without labelscope's reader and with it.

const [{readOutOf}, {wrongAnswer}] = await Promise.all(
  ["partial-read.js", "answer.js"].map(file => import(new URL(`../../dist/engine/remote/${file}`, import.meta.url))),
);

const MOST_IDS = 128; // that vLLM names in one request
const TOP = 20; // that a server started without further flags gives
const SLACK = 2e-6; // float32 on a probability

export const stock = {tag: "vllm", urlOf: spec => spec, describe, dialect: stockDialect};
export const reader = {tag: "vllm-reader", urlOf: spec => spec, describe, dialect: readerDialect};

async function describe(http, _address, signal) {
  const {version} = await http.get("/version", signal);
  const [model] = (await http.get("/v1/models", signal)).data;
  return {name: model.id, server: "vLLM", version, root: model.root, contextTokens: model.max_model_len, facts: {}};
}

const idOf = key => Number(key.slice("token_id:".length));

function common({http, served, vocabularySize}) {
  return {
    capabilities: {
      ids: 4096,
      top: vocabularySize,
      fullLogits: false,
      hiddenState: false,
      attention: false,
      lora: false,
      positions: false,
      sharedPrefix: false,
    },
    sequences: 32,
    tokenize: async (text, signal) =>
      (await http.post("/tokenize", {model: served.name, prompt: text, add_special_tokens: false}, signal)).tokens,
  };
}

/** One request; the log-probabilities that came, by position, and the tokens that were taken. */
async function complete({http, served}, prompt, body, signal) {
  const asked = {model: served.name, prompt, max_tokens: 1, temperature: 0, repetition_penalty: 1, ...body};
  const answer = await http.post("/v1/completions", {...asked, return_tokens_as_token_ids: true}, signal);
  const {tokens, top_logprobs: told} = answer.choices[0].logprobs;
  return tokens.map((token, place) => ({best: idOf(token), told: told[place]}));
}

function readerDialect(options) {
  const shared = common(options);
  return {
    ...shared,
    capabilities: {...shared.capabilities, scale: "logits", vocabEntropy: "exact"},
    read: async (prompt, {tokens, groups, top}, {ahead, signal}) => {
      const numbers = 6 + tokens.length + groups.length + 2 * top;
      const labelscope = JSON.stringify({protocol: 1, tokens, groups, top});
      const body = {max_tokens: 1 + ahead, logprobs: numbers + 1, vllm_xargs: {labelscope}};
      const positions = await complete(options, prompt, body, signal);
      return positions.map(({best, told}) => {
        const all = Array.from({length: numbers}, (_, place) => told[`token_id:${place === best ? numbers : place}`]);
        if (all[0] !== 1001 || all.includes(undefined)) throw wrongAnswer(`the reader's status is ${all[0]}`);
        const [, , high, low, nats, logit, ...rest] = all.map(value =>
          value <= -9999 ? Number.NEGATIVE_INFINITY : value,
        );
        const part = count => rest.splice(0, count);
        const [tokenLogits, groupLogSumExp, ids, logits] = [tokens.length, groups.length, top, top].map(part);
        const readOut = {
          logSumExp: high + low,
          vocabEntropyBits: nats / Math.LN2,
          argmax: {token: best, logit},
          tokenLogits,
          groupLogSumExp,
          top: ids.map((token, rank) => ({token, logit: logits[rank]})),
        };
        return {readOut, next: best};
      });
    },
  };
}

function stockDialect(options) {
  const shared = common(options);
  const {vocabularySize} = options;
  const oneKind = turns();
  return {
    ...shared,
    capabilities: {...shared.capabilities, scale: "log-probabilities", vocabEntropy: "bounded"},
    read: async (prompt, spec, {signal}) => {
      const count = Math.max(spec.top, TOP);
      const [{told}] = await oneKind("top", () => complete(options, prompt, {logprobs: count}, signal));
      const top = Object.entries(told)
        .map(([key, logProb]) => ({token: idOf(key), logit: Math.min(0, logProb)}))
        .sort((one, other) => other.logit - one.logit || one.token - other.token);
      if (top.length < count) throw wrongAnswer(`${top.length} top tokens of ${count}`);
      const known = new Set(top.map(({token}) => token));
      const wanted = [...new Set([...spec.tokens, ...spec.groups.flat()])].filter(token => !known.has(token));
      const named = new Map();
      for (let done = 0; done < wanted.length; done += MOST_IDS) {
        const ids = wanted.slice(done, done + MOST_IDS);
        const body = {logprobs: 1, logprob_token_ids: ids};
        const [{told: log}] = await oneKind("named", () => complete(options, prompt, body, signal));
        for (const token of ids) named.set(token, Math.min(0, log[`token_id:${token}`]));
      }
      return [{readOut: readOutOf({top, named, vocabularySize, slack: SLACK}, spec)}];
    },
  };
}

/** Keeps two kinds of requests apart in time: vLLM's runner V1 loses the top tokens of a batch that has named ones, too. */
function turns() {
  let [kind, running, waiting] = ["", 0, []];
  const next = () => {
    if (running > 0 || waiting.length === 0) return;
    kind = waiting[0].kind;
    const go = waiting.filter(one => one.kind === kind);
    waiting = waiting.filter(one => one.kind !== kind);
    running = go.length;
    for (const {start} of go) start();
  };
  return async (wanted, work) => {
    await new Promise(start => {
      waiting.push({kind: wanted, start});
      next();
    });
    try {
      return await work();
    } finally {
      running--;
      next();
    }
  };
}
