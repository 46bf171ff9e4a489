import {counted} from "../counted.ts";
import {answerFacts} from "../dynamics/answer-facts.ts";
import {answerWarnings, massOf, massWarnings} from "../dynamics/answer-warnings.ts";
import type {Manifest} from "../records/manifest.ts";
import type {Warning} from "../records/results/runs.ts";
import type {ComparedDocument, ComparedRun} from "./compared-run.ts";
import type {ComparedTask} from "./compared-task.ts";
import {differingFacets, engineWords, forcedWords} from "./run-facets.ts";
import {comparedDocuments} from "./run-row.ts";

/** Below this many documents most intervals and tests say little. */
const FEW_DOCUMENTS = 30;

/** What should make a person think twice about one run's numbers. */
export function warningsOfRun(run: ComparedRun, task: ComparedTask): Warning[] {
  const {manifest} = run;
  const documents = comparedDocuments(run, task);
  const own = manifest.identity.forceAnswers === undefined;
  const found: (readonly [code: string, text: string | undefined])[] = [
    ["demonstrations-leak", leaks(run)],
    ["labels-collide", collisions(run)],
    ["labels-merge", merged(run)],
    ["bounded-read-outs", boundedReadOuts(run)],
    ["interrupted", interrupted(run)],
    ["incomplete", incomplete(documents)],
    ["forced-answers", forced(run)],
    ["shard", manifest.identity.shard === undefined ? undefined : shardText(manifest.identity.shard)],
  ];
  const told = [
    ...(manifest.model.remarks ?? []),
    ...answerWarnings(answerFacts(documents.flatMap(({trace}) => trace ?? [])), own),
    ...massWarnings({
      tree: meanOf(documents, ({tree}) => tree && massOf.tree(tree)),
      unary: meanOf(documents, ({unary}) => unary && massOf.unary(unary)),
      binary: meanOf(documents, ({binary}) => binary && massOf.binary(binary)),
    }),
  ];
  return [
    ...told.map(({code, text}) => ({code, run: run.name, text})),
    ...found.flatMap(([code, text]) => (text === undefined ? [] : [{code, run: run.name, text}])),
  ];
}

/** What should make a person think twice about differences between the runs. */
export function warningsOfComparison(runs: readonly ComparedRun[], task: ComparedTask): Warning[] {
  const differing = (what: string, of: (run: ComparedRun) => string, why: string): string | undefined => {
    const values = [...new Set(runs.map(of))];
    return values.length < 2 ? undefined : `the runs differ in ${what} (${against(values)}): ${why}`;
  };
  const sizes = runs.map(run => run.documents.test.length);
  const n = task.documents.length;
  const {notPredicted = 0} = task;
  const found: (readonly [code: string, text: string | undefined])[] = [
    ["different-prompts", differentPrompts(runs)],
    ["raw-against-chat", rawAgainstChat(runs)],
    [
      "different-decoding",
      differing(
        "decoding options",
        ({manifest: {identity}}) =>
          `${identity.opening} opening, ${identity.decode} decoding, variants ${identity.variants}, ${forcedWords(identity) ?? "own answers"}`,
        "answers were not made in the same way",
      ),
    ],
    [
      "different-engines",
      differing(
        "the engine",
        ({manifest}) =>
          engineWords(
            manifest,
            runs.map(run => run.manifest),
          ) ?? "",
        "numbers of the same model differ between engines and machines by hundredths of a bit",
      ),
    ],
    [
      "different-cache",
      differing(
        "the cache's number type",
        ({manifest}) =>
          `${manifest.cacheType ?? "a server's own cache"}${manifest.identity.flashAttention ? " with flash attention" : ""}`,
        "that moves logits by more than rounding",
      ),
    ],
    [
      "different-read-outs",
      differing(
        "how exact their read-outs are",
        ({manifest: {readOuts}}) =>
          `vocabulary entropy ${readOuts?.vocabEntropy ?? "exact"}, ${readOuts?.scale ?? "logits"}`,
        "a difference with a bounded number is bounded as well, and what is drawn of single numbers leaves it out",
      ),
    ],
    [
      "documents-differ",
      sizes.every(size => size === n + notPredicted)
        ? undefined
        : `the runs hold different documents (${sizes.join(", ")}): every number is on the ${n} that all of them have`,
    ],
    [
      "not-predicted",
      notPredicted === 0
        ? undefined
        : `predictions lack ${notPredicted} of ${counted(n + notPredicted, "document")}: every number is on the ${n} that all of them have`,
    ],
    [
      "few-documents",
      n >= FEW_DOCUMENTS ? undefined : `only ${counted(n, "document")}: intervals are wide, or not given`,
    ],
    [
      "aggregated",
      task.annotations === "annotators"
        ? undefined
        : "annotations: aggregated. There is one list of labels a document, so the human distribution is 0 or 1, and NLL and L1 are not those of a task with annotators",
    ],
  ];
  return found.flatMap(([code, text]) => (text === undefined ? [] : [{code, text}]));
}

/** Label scores are exact on every engine; what it knows of the whole vocabulary may not be. */
function boundedReadOuts({manifest: {readOuts}}: ComparedRun): string | undefined {
  if (readOuts === undefined || readOuts.vocabEntropy === "exact") return undefined;
  return readOuts.vocabEntropy === "absent"
    ? "its engine says nothing of the vocabulary's entropy: it is missing from every table"
    : "its engine bounds what it does not see of the vocabulary: the entropy of the vocabulary is shown as an interval, never as a number";
}

/** Values that differ, so that a person sees which stands against which. */
function against(values: readonly string[]): string {
  const more = values.length - 3;
  return more <= 0 ? values.join(" against ") : `${values.slice(0, 3).join(" against ")} and ${more} more`;
}

/** What differs between the prompts, in words; a hash tells that something does. */
function differentPrompts(runs: readonly ComparedRun[]): string | undefined {
  const manifests = runs.map(({manifest}) => manifest);
  const differ = (of: (manifest: Manifest) => string) => new Set(manifests.map(of)).size > 1;
  if (!differ(({prompt}) => `${prompt.hash} ${prompt.templated}`)) return undefined;
  const said = differingFacets(manifests)
    .filter(({facet}) => facet.ofPrompt)
    .map(({words}) => against([...new Set(words.flatMap(text => text ?? []))]));
  const other = differ(({task}) => task.hash)
    ? "the task file"
    : differ(({prompt}) => prompt.demonstrations.join("\n"))
      ? "the demonstrations"
      : "the text around the documents";
  const what = said.length === 0 ? other : said.join("; ");
  return `the runs differ in their prompts (${what}): a difference between models is then also one between prompts; every table below is concerned`;
}

/** A chat template changes two things at once: the words around the prompt, and whom the model takes itself for. */
function rawAgainstChat(runs: readonly ComparedRun[]): string | undefined {
  const templated = new Set(runs.map(({manifest}) => manifest.prompt.templated));
  if (templated.size < 2) return undefined;
  return "raw against chat changes two things at once: the text of the prompt, and that the model answers as an assistant; neither can be told from the other here";
}

function leaks({manifest}: ComparedRun): string | undefined {
  const count = manifest.prompt.leaks;
  return count === 0
    ? undefined
    : `${count} captured document${count === 1 ? " has" : "s have"} the text of a demonstration`;
}

function collisions({manifest}: ComparedRun): string | undefined {
  const pairs = manifest.labelTokens.collisions.map(({labels: [one, other]}) => `${one}/${other}`);
  if (pairs.length === 0 || manifest.identity.labelScoring === "exact") return undefined;
  return `labels share a first token (${pairs.join(", ")}), and first-token scores cannot tell them apart`;
}

function merged({manifest}: ComparedRun): string | undefined {
  const {merged: names} = manifest.labelTokens;
  if (names.length === 0) return undefined;
  return `the tokeniser merges the end of the opening with ${names.join(", ")}: these labels are read after the opening's own tokens, as the model would not write them`;
}

/** Fewer documents than the last call was to capture: it was stopped, or a torn line was dropped. */
function interrupted({manifest: {planned = {}}, documents}: ComparedRun): string | undefined {
  const short = (["test", "calibration"] as const).flatMap(split => {
    const [wanted, stored] = [planned[split] ?? 0, documents[split].length];
    return stored < wanted ? [`${stored} of ${wanted} ${split} documents are there`] : [];
  });
  return short.length === 0
    ? undefined
    : `interrupted: ${short.join(" and ")}; the same labelscope run command continues`;
}

/** Kinds of records that some of the compared documents have and others lack: the capture was not finished. */
function incomplete(documents: readonly ComparedDocument[]): string | undefined {
  const kinds = {
    traces: documents.filter(({trace}) => trace !== undefined).length,
    "label trees": documents.filter(({tree}) => tree !== undefined).length,
    "unary questions": documents.filter(({unary}) => unary !== undefined).length,
    "binary questions": documents.filter(({binary}) => binary !== undefined).length,
  };
  const partly = Object.entries(kinds).flatMap(([kind, count]) =>
    count === 0 || count === documents.length ? [] : [`${kind} of ${count} of ${documents.length} documents`],
  );
  return partly.length === 0
    ? undefined
    : `not finished: ${partly.join(", ")}; the same labelscope run command continues`;
}

function forced({manifest}: ComparedRun): string | undefined {
  if (manifest.identity.forceAnswers === undefined) return undefined;
  return `its answers were forced (${forcedWords(manifest.identity)}): label steps are read along them, and nothing is said about answers of its own`;
}

function shardText({index, count}: {readonly index: number; readonly count: number}): string {
  return `shard ${index} of ${count}: join the shards with labelscope merge to compare all documents`;
}

function meanOf(
  documents: readonly ComparedDocument[],
  of: (document: ComparedDocument) => number | undefined,
): number | undefined {
  const values = documents.flatMap(document => of(document) ?? []);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
