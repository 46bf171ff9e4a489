import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {LabelTree, TREE_DEFAULTS, type TreeOptions} from "../../src/capture/label-tree.ts";
import type {Extension, Model} from "../../src/engine/engine.ts";
import {Lockstep, sequencesNeeded} from "../../src/engine/lockstep.ts";
import type {Script} from "../../src/engine/scripted.ts";
import {boundsSchema} from "../../src/records/tree.ts";
import {LABELS, prepare, TOKENS} from "../support/capture.ts";

/** Logits that depend on everything written, so that no two orders of labels are equally probable. */
function moody(seed: number): Script {
  return text => {
    let hash = seed;
    for (const character of text) hash = (hash * 31 + character.charCodeAt(0)) % 9973;
    return Object.fromEntries(
      [...TOKENS, "j", "f", '"', "]", ","].map((token, i) => [token, ((hash * (i + 7)) % 41) / 8]),
    );
  };
}

const captureTree = async (script: Script, options: Partial<TreeOptions>, scratchPerLane = 4) => {
  let tokens = 0;
  const onExtend = (items: readonly Extension[]) => {
    for (const item of items) tokens += item.tokens.length;
  };
  const prepared = prepare({script, onExtend});
  const lockstepOptions = {prefix: [], lanes: 1, scratchPerLane};
  await using session = await prepared.model.openSession({
    sequences: sequencesNeeded(lockstepOptions),
    contextTokens: 512,
    threads: 1,
    flashAttention: false,
    cacheType: "f32",
  });
  const tree = new LabelTree(prepared.setup, {...TREE_DEFAULTS, ...options});
  const found: Awaited<ReturnType<LabelTree["capture"]>>[] = [];
  await new Lockstep(session, lockstepOptions).run(prepared.documents, async (document, lane) => {
    found.push(await tree.capture(lane, document.opened));
  });
  const [captured] = found;
  if (captured === undefined) throw new Error("no tree was captured");
  return {captured, seenTokens: tokens, ...prepared};
};

/** The sixteen well-formed answers over three labels and the null label, up to where the list closes. */
const ANSWERS: ReadonlyMap<string, readonly string[]> = new Map(
  [[], ...LABELS.flatMap(one => [[one], ...LABELS.flatMap(two => (two === one ? [] : pairs(one, two)))])].map(
    labels => [`${(labels.length === 0 ? ["none"] : labels).join('", "')}"]`, labels],
  ),
);

function pairs(one: string, two: string): string[][] {
  const third = LABELS.find(label => label !== one && label !== two) ?? "";
  return [
    [one, two],
    [one, two, third],
  ];
}

/** Mass of every answer by walking all token paths, from full logits, without the grammar under test. */
async function enumerate(model: Model, prompt: readonly number[]): Promise<Map<string, number>> {
  await using session = await model.openSession({
    sequences: 1,
    contextTokens: 512,
    threads: 1,
    flashAttention: false,
    cacheType: "f32",
  });
  const masses = new Map<string, number>();
  const walk = async (tokens: readonly number[], text: string, mass: number): Promise<void> => {
    await session.trim(0, 0);
    const all = [...prompt, ...tokens];
    const spec = {tokens: [], groups: [], top: 0, logits: true};
    const [read] = await session.extend([{sequence: 0, tokens: all, reads: [{at: all.length - 1, spec}]}]);
    const logits = read?.[0]?.logits ?? new Float32Array();
    const weights = Array.from(logits, Math.exp);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [token, weight] of weights.entries()) {
      const piece = model.vocabulary.pieces[token] ?? "";
      if (piece === "") continue;
      const whole = text + piece;
      const own = (mass * weight) / total;
      const done = [...ANSWERS.keys()].find(answer => whole.startsWith(answer));
      if (done !== undefined) masses.set(done, (masses.get(done) ?? 0) + own);
      else if (own > 1e-7 && [...ANSWERS.keys()].some(answer => answer.startsWith(whole))) {
        await walk([...tokens, token], whole, own);
      }
    }
  };
  await walk([], "", 1);
  return masses;
}

describe("LabelTree", () => {
  test("bounds contain the truth that complete enumeration of the sixteen answers gives", async () => {
    expect(ANSWERS.size).toBe(16);
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 1, max: 9000}), fc.integer({min: 2, max: 60}), async (seed, expansions) => {
        const {captured, model, documents} = await captureTree(moody(seed), {expansions});
        const masses = await enumerate(model, documents[0]?.opened ?? []);
        const total = [...masses.values()].reduce((sum, mass) => sum + mass, 0);
        LABELS.forEach((label, place) => {
          const held = [...masses].filter(([answer]) => ANSWERS.get(answer)?.includes(label));
          const truth = held.reduce((sum, [, mass]) => sum + mass, 0) / total;
          const bounds = boundsSchema.parse(captured.labels?.[place] ?? {lower: 0, upper: 1});
          expect(bounds.lower).toBeLessThanOrEqual(truth + 1e-5);
          expect(bounds.upper).toBeGreaterThanOrEqual(truth - 1e-5);
        });
        expect(captured.wellFormedMass.lower).toBeLessThanOrEqual(total + 1e-5);
        expect(captured.wellFormedMass.upper).toBeGreaterThanOrEqual(total - 1e-5);
      }),
      {numRuns: 6},
    );
  }, 60_000);

  test("stops when every interval is narrower than the width, and tells why it stopped", async () => {
    const {captured} = await captureTree(moody(17), {width: 0.05, expansions: 2000});
    expect(captured.stopped).toBe("narrow");
    for (const {lower, upper} of captured.labels ?? []) expect(upper - lower).toBeLessThan(0.05);
    expect(captured.labels).toHaveLength(3);
  });

  test("keeps to its budget of expansions", async () => {
    const {captured} = await captureTree(moody(17), {width: 1e-9, expansions: 9});
    expect(captured.stopped).toBe("budget");
    expect(captured.expansions).toBe(9);
  });

  test("has no bounds and says so by their absence where no closed answer was found", async () => {
    const {captured} = await captureTree(() => ({joy: 5}), {expansions: 1});
    expect(captured.labels).toBeUndefined();
    expect(captured.wellFormedMass.lower).toBe(0);
  });

  test("finds the same with scratch sequences as one path after another", async () => {
    const {evaluatedTokens: fewer, ...forked} = (await captureTree(moody(5), {expansions: 40}, 24)).captured;
    const {evaluatedTokens: all, ...rewound} = (await captureTree(moody(5), {expansions: 40}, 0)).captured;
    expect(rewound).toEqual(forked);
    expect(fewer).toBeLessThan(all);
  });

  test.each([0, 1, 2, 5, 24])("counts every token that was evaluated, with %i scratch sequences", async scratch => {
    const {captured, seenTokens} = await captureTree(moody(11), {width: 1e-9, expansions: 40}, scratch);
    expect(captured.expansions).toBe(40);
    expect(captured.evaluatedTokens).toBe(seenTokens);
  });

  test("with room to keep every path, an expansion costs one token", async () => {
    const {captured, documents} = await captureTree(moody(11), {width: 1e-9, expansions: 60}, 120);
    expect(captured.evaluatedTokens).toBe((documents[0]?.opened.length ?? 0) + captured.expansions - 1);
  });

  test("lists closed answers in the order in which their labels were written, the null label as an empty list", async () => {
    const {captured, model, documents} = await captureTree(moody(3), {width: 0.001, expansions: 2000});
    const masses = await enumerate(model, documents[0]?.opened ?? []);
    expect(captured.answers.length).toBeGreaterThan(3);
    for (const {labels, mass} of captured.answers) {
      const text = `${(labels.length === 0 ? ["none"] : labels).join('", "')}"]`;
      expect(mass).toBeLessThanOrEqual((masses.get(text) ?? 0) + 1e-5);
    }
  });
});
