import type {Probe} from "./model.ts";

/** Log-probabilities of one model move by less than this between batches, also on a GPU in half precision. */
const MOVES = 0.05;

/** Whether two readings of the fixed prompts can be of one model: no shared token moves by more than a batch moves it. */
export function sameProbes(one: readonly Probe[], other: readonly Probe[]): boolean {
  return (
    one.length === other.length &&
    one.every(({prompt, top}, place) => {
      const there = other[place];
      if (there?.prompt !== prompt) return false;
      const logProbs = new Map(there.top.map(({token, logProb}) => [token, logProb]));
      const shared = top.filter(({token}) => logProbs.has(token));
      // The last of the five may trade places with the sixth.
      if (shared.length < Math.min(top.length, there.top.length) - 1) return false;
      return shared.every(({token, logProb}) => Math.abs(logProb - (logProbs.get(token) ?? Number.NaN)) <= MOVES);
    })
  );
}
