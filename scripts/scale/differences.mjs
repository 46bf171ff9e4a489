// What two runs of the same documents on the same weights say differently, and whether bounds hold.

const isNumber = value => typeof value === "number";
const lower = value => (isNumber(value) ? value : value[0]);
const upper = value => (isNumber(value) ? value : value[1]);

/** The largest absolute difference of pairs of exact numbers, and how many there were. */
class Largest {
  value = 0;
  pairs = 0;

  add(one, other) {
    const difference = one === other ? 0 : Math.abs(one - other); // two infinities differ by nothing
    if (Number.isNaN(difference)) throw new Error("a number is missing");
    this.value = Math.max(this.value, difference);
    this.pairs++;
  }
}

/** How many intervals hold the exact number, how far the farthest is outside, and how wide they are. */
class Held {
  bounds = 0;
  held = 0;
  farthestOutside = 0;
  widths = [];

  add(bounds, exact) {
    const outside = Math.max(lower(bounds) - exact, exact - upper(bounds), 0);
    this.bounds++;
    if (outside === 0) this.held++;
    this.farthestOutside = Math.max(this.farthestOutside, outside);
    this.widths.push(upper(bounds) - lower(bounds));
  }

  summary() {
    const {bounds, held, farthestOutside} = this;
    const sorted = this.widths.toSorted((one, other) => one - other);
    return {bounds, held, farthestOutside, medianWidth: sorted[Math.floor(sorted.length / 2)], widest: sorted.at(-1)};
  }
}

/** Log-probabilities of the labels: first-token scores are logits on one engine and log-probabilities on another. */
function logProbs(step, scoring) {
  const constant = scoring === "first-token" ? step.logSumExp : 0;
  return step.scores.map(score => (score === null ? Number.NEGATIVE_INFINITY : score - constant));
}

/**
 * Compares the traces of two runs that `readRun` gave. `exact` has every number; what `other` bounds has to hold it.
 * Steps are compared as far as the two answers are the same.
 */
export function traceDifferences(exact, other) {
  const scoring = exact.manifest.identity.labelScoring;
  if (other.manifest.identity.labelScoring !== scoring) throw new Error("the runs score labels in two ways");
  const names = [
    "labelLogProb",
    "labelProbability",
    "labelEntropyBits",
    "vocabEntropyBits",
    "labelMass",
    "stop",
    "topTokenLogProb",
  ];
  const largest = Object.fromEntries(names.map(name => [name, new Largest()]));
  const held = {vocabEntropyBits: new Held(), stop: new Held()};
  const answers = {same: 0, of: 0, sameTokens: 0};
  const topTokens = {same: 0, of: 0};
  const take = (name, one, another) => {
    if (isNumber(another)) largest[name].add(one, another);
    else held[name].add(another, one);
  };
  const traces = new Map(other.documents.test.map(({trace}) => [trace.document.id, trace]));
  for (const {trace: one} of exact.documents.test) {
    const another = traces.get(one.document.id);
    if (another === undefined || another.promptHash !== one.promptHash)
      throw new Error(`no such prompt: ${one.document.id}`);
    answers.of++;
    if (one.answer.text === another.answer.text) answers.same++;
    if (one.answer.tokens.join() === another.answer.tokens.join()) answers.sameTokens++;
    for (const [place, step] of one.steps.entries()) {
      const theirs = another.steps[place];
      const before = tokens => tokens.slice(0, step.answerTokens).join();
      if (theirs === undefined || theirs.answerTokens !== step.answerTokens) break;
      if (before(one.answer.tokens) !== before(another.answer.tokens)) break;
      const [scores, theirScores] = [logProbs(step, scoring), logProbs(theirs, scoring)];
      for (const [label, score] of scores.entries()) {
        largest.labelLogProb.add(score, theirScores[label]);
        largest.labelProbability.add(step.probabilities[label], theirs.probabilities[label]);
      }
      largest.labelEntropyBits.add(step.entropyBits, theirs.entropyBits);
      largest.labelMass.add(step.labelMass, theirs.labelMass);
      if (theirs.vocabEntropyBits !== undefined)
        take("vocabEntropyBits", step.vocabEntropyBits, theirs.vocabEntropyBits);
      if (step.branch !== undefined && theirs.branch !== undefined) take("stop", step.branch.stop, theirs.branch.stop);
      for (const [rank, {token, logit}] of step.topTokens.entries()) {
        const counterpart = theirs.topTokens.find(top => top.token === token);
        topTokens.of++;
        if (theirs.topTokens[rank]?.token === token) topTokens.same++;
        if (counterpart !== undefined)
          largest.topTokenLogProb.add(logit - step.logSumExp, counterpart.logit - theirs.logSumExp);
      }
    }
  }
  return {
    documents: answers.of,
    scoring,
    answers,
    topTokens,
    largest: Object.fromEntries(Object.entries(largest).map(([name, {value, pairs}]) => [name, {value, pairs}])),
    held: Object.fromEntries(
      Object.entries(held).flatMap(([name, one]) => (one.bounds === 0 ? [] : [[name, one.summary()]])),
    ),
  };
}

/** Compares label trees: intervals of one label's probability, which have to overlap, and their midpoints. */
export function treeDifferences(exact, other) {
  const midpoints = new Largest();
  const apart = [];
  const trees = new Map(other.documents.test.map(({document, tree}) => [document.id, tree]));
  let [labels, documents, sameReads] = [0, 0, 0];
  for (const {document, tree: one} of exact.documents.test) {
    const another = trees.get(document.id);
    if (one?.labels === undefined || another?.labels === undefined) {
      if ((one?.labels === undefined) !== (another?.labels === undefined)) apart.push(document.id);
      continue;
    }
    documents++;
    if (one.expansions === another.expansions) sameReads++;
    for (const [place, bounds] of one.labels.entries()) {
      const theirs = another.labels[place];
      labels++;
      midpoints.add((bounds.lower + bounds.upper) / 2, (theirs.lower + theirs.upper) / 2);
      if (theirs.lower > bounds.upper + 1e-6 || bounds.lower > theirs.upper + 1e-6) apart.push(document.id);
    }
  }
  return {documents, labels, sameReads, largestMidpoint: midpoints.value, apart: apart.length};
}
