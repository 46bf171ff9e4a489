import {readFileSync} from "node:fs";
import {availableParallelism, loadavg} from "node:os";
import type {Engine, Model} from "../engine/engine.ts";

/** Models with fewer parameters have nothing to do for a second thread: handing over takes longer than the work. */
const TINY_PARAMETERS = 10_000_000;
/** Tokens of a trial: each is an evaluation of its own, as while an answer is written. */
const TOKENS = 4;
/** For so few documents a trial takes longer than it saves, unless the machine is busy. */
const FEW_DOCUMENTS = 32;
/** More threads must not be slower than fewer by more than this factor. */
const SLACK = 1.05;
/** A trial that takes so many times as long as the other is given up. */
const PATIENCE = 3;

/** Threads of the engine, and why so many where nobody has said it. */
export interface ThreadChoice {
  readonly threads: number;
  /** For a person and the record of a session; absent where the number was given. */
  readonly because?: string;
}

/** What a choice is made by. */
export interface ThreadFacts {
  /** Given by a person. */
  readonly threads?: number | undefined;
  readonly strict: boolean;
  readonly parameters: number | undefined;
  /** Whether the model computes on this machine: a server does not ask. */
  readonly local: boolean;
  /** How many documents will be read at the most; absent: many. */
  readonly documents?: number;
  /** What the machine says of itself; default: asked. */
  readonly machine?: Machine;
}

interface Machine {
  readonly processors: number;
  /** Processes that ran or waited, the mean of a minute. */
  readonly load: number;
  /** Threads that run or wait at this moment, this one included; known on Linux only. */
  readonly running?: number;
}

/** What was chosen for the models of an engine: measured once each. */
const chosen = new WeakMap<Engine, Map<string, ThreadChoice>>();

/**
 * How many threads a model computes with: what a person says; in strict mode all processors, since then nothing depends on
 * the moment; one for a tiny model; else the faster of two short trials, with all processors and with those that the load
 * leaves free. For a few documents no trial is made while nothing else runs. Threads that wait for a processor which another program has stop all others, so one too many can be a
 * hundred times slower.
 *
 * @param id under which the choice is kept as long as the engine is
 */
export async function threadsFor(
  engine: Engine,
  id: string,
  model: Pick<Model, "openSession" | "vocabulary">,
  facts: ThreadFacts,
  signal?: AbortSignal,
): Promise<ThreadChoice> {
  const known = chosen.get(engine)?.get(id);
  const machine = facts.machine ?? thisMachine();
  const {processors} = machine;
  if (facts.threads !== undefined) return {threads: facts.threads};
  if (facts.strict || !facts.local) return {threads: processors};
  if (known !== undefined) return known;
  const choice = await choose(model, machine, facts, signal);
  chosen.set(engine, (chosen.get(engine) ?? new Map<string, ThreadChoice>()).set(id, choice));
  return choice;
}

async function choose(
  model: Pick<Model, "openSession" | "vocabulary">,
  {processors, load, running}: Machine,
  {parameters, documents}: Pick<ThreadFacts, "parameters" | "documents">,
  signal: AbortSignal | undefined,
): Promise<ThreadChoice> {
  if (processors === 1) return {threads: 1, because: "there is one processor"};
  if (parameters !== undefined && parameters < TINY_PARAMETERS)
    return {threads: 1, because: "a second one has nothing to do in a model this small"};
  if (documents !== undefined && documents <= FEW_DOCUMENTS && running !== undefined && running <= 1)
    return {threads: processors, because: "nothing else runs, and a trial would take longer than it saves"};
  const fewer = Math.max(1, Math.min(processors - 1, processors - Math.round(load)));
  const free = await trial(model, fewer, Number.POSITIVE_INFINITY, signal);
  const all = await trial(model, processors, PATIENCE * free, signal);
  const busy = load >= 1 ? `, load ${load.toFixed(1)}` : "";
  const per = (ms: number) => `${(ms / TOKENS).toFixed(ms / TOKENS < 10 ? 1 : 0)} ms a token`;
  if (all <= SLACK * free)
    return {threads: processors, because: `measured ${per(all)}, with ${fewer} ${per(free)}${busy}`};
  const slower = all === Number.POSITIVE_INFINITY ? `over ${PATIENCE} times as long` : per(all);
  return {threads: fewer, because: `measured ${per(free)}, with ${processors} ${slower}${busy}`};
}

/**
 * Milliseconds of a few tokens, one after another, after one that warms up.
 *
 * @returns infinity where it took longer than `most`
 */
async function trial(
  {openSession, vocabulary}: Pick<Model, "openSession" | "vocabulary">,
  threads: number,
  most: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const token = vocabulary.bosToken ?? 0;
  const tokens = [token];
  await using session = await openSession({
    sequences: 1,
    contextTokens: 256,
    threads,
    flashAttention: false,
    cacheType: "f16",
  });
  const spec = {tokens: [], groups: [], top: 1};
  const one = async () => void (await session.extend([{sequence: 0, tokens, reads: [{at: 0, spec}]}], signal));
  await one();
  const began = performance.now();
  for (let count = 0; count < TOKENS; count++) {
    await one();
    if (performance.now() - began > most) return Number.POSITIVE_INFINITY;
  }
  return performance.now() - began;
}

function thisMachine(): Machine {
  const machine = {processors: availableParallelism(), load: loadavg()[0] ?? 0};
  if (process.platform !== "linux") return machine;
  try {
    const running = /^(?:\S+ ){3}(\d+)\//.exec(readFileSync("/proc/loadavg", "utf8"))?.[1];
    return running === undefined ? machine : {...machine, running: Number(running)};
  } catch {
    return machine; // a container may hide it
  }
}
