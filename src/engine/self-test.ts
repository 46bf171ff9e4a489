import type {ReadSpec, Session, SessionOptions} from "./engine.ts";

type Open = (options: SessionOptions) => Promise<Session>;

/**
 * Holds the native reader to the engine's public interface: a few tokens through both, all logits equal to the bit.
 *
 * @param tokens a short text's tokens, at least two
 * @returns undefined where they agree, else what was seen, for a person
 */
export async function selfTest(
  openNative: Open,
  openPublic: Open,
  tokens: readonly number[],
): Promise<string | undefined> {
  const options: SessionOptions = {
    sequences: 1,
    contextTokens: 256,
    batchTokens: 256,
    threads: 1,
    flashAttention: false,
    cacheType: "f16",
  };
  const expected = await readTwice(openPublic, options, tokens);
  let seen: readonly Float32Array[];
  try {
    seen = await readTwice(openNative, options, tokens);
  } catch (error) {
    return `the native reader's self-test failed: ${error instanceof Error ? error.message : String(error)}`;
  }
  const differing = expected.reduce((sum, logits, place) => sum + countDiffering(logits, seen[place]), 0);
  if (differing === 0) return undefined;
  return `the native reader's self-test failed: ${differing} logits differ from the public interface's`;
}

const SPEC: ReadSpec = {tokens: [], groups: [], top: 0, logits: true};

/** Full logits after all tokens but the last in one step, then after one more token. */
async function readTwice(open: Open, options: SessionOptions, tokens: readonly number[]): Promise<Float32Array[]> {
  await using session = await open(options);
  const found: Float32Array[] = [];
  for (const part of [tokens.slice(0, -1), tokens.slice(-1)]) {
    const [readOuts] = await session.extend([{sequence: 0, tokens: part, reads: [{at: part.length - 1, spec: SPEC}]}]);
    const logits = readOuts?.[0]?.logits;
    if (logits !== undefined) found.push(logits);
  }
  return found;
}

function countDiffering(expected: Float32Array, seen: Float32Array | undefined): number {
  if (seen === undefined || seen.length !== expected.length) return expected.length;
  return expected.reduce((sum, logit, token) => sum + (Object.is(logit, seen[token]) ? 0 : 1), 0);
}
