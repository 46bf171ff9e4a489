import {isUtf8} from "node:buffer";
import {readFile} from "node:fs/promises";
import {resolve} from "node:path";
import {stored} from "../capture/describe-step.ts";
import {LabelScorer, type LabelScoring} from "../capture/label-scorer.ts";
import {collisions, type LabelText, tokenizeLabels} from "../capture/label-tokens.ts";
import {promptTokens} from "../capture/prompt-text.ts";
import {tokenSets} from "../capture/token-sets.ts";
import {alignColumns} from "../catalog/table.ts";
import {counted} from "../counted.ts";
import {openEngine} from "../engine/index.ts";
import {LabelscopeError} from "../errors.ts";
import {valueText} from "../math/bounded.ts";
import {entropyBits} from "../math/entropy.ts";
import {largest} from "../math/extremes.ts";
import {softmax} from "../math/softmax.ts";
import {answerFormats} from "../prompt/format.ts";
import type {ScoreResult} from "../records/score.ts";
import type {FormatName} from "../records/task.ts";
import {type EngineFlags, engineOptions, type RunOptions} from "../run/options.ts";
import {homeOf} from "../run/plan.ts";
import {threadsFor} from "../run/threads.ts";
import type {CommandIo, CommandResult} from "./command.ts";

export interface ScoreOptions
  extends Pick<RunOptions, "labelScoring" | "flashAttention" | "strict" | "threads">,
    EngineFlags {
  readonly model: string;
  readonly labels: readonly string[];
  /** Absent: standard input. */
  readonly promptFile?: string;
  /** Default: json where the prompt ends with a quote, list otherwise. */
  readonly format?: FormatName;
  readonly top: number;
  readonly readInput: () => Promise<string>;
}

/** `score`: the label distribution right after a prompt. */
export async function scoreCommand(options: ScoreOptions, io: CommandIo): Promise<CommandResult<ScoreResult>> {
  const text =
    options.promptFile === undefined
      ? await options.readInput()
      : await readPrompt(resolve(io.cwd, options.promptFile));
  if (text === "")
    throw new LabelscopeError({
      code: "empty-prompt",
      message: "the prompt is empty",
      next: "--prompt-file FILE, or a text on standard input",
    });
  const twice = options.labels.find((label, place) => options.labels.indexOf(label) < place);
  if (twice !== undefined) {
    throw new LabelscopeError({
      code: "usage",
      message: `--labels names "${twice}" twice`,
      next: "give each label once",
    });
  }
  const format = answerFormats[options.format ?? (text.endsWith('"') ? "json" : "list")];
  const texts: LabelText[] = options.labels.map(name => ({name, variants: [name]}));
  await using engine = (io.openEngine ?? openEngine)(engineOptions(options, homeOf(io), io.notice));
  const source = await engine.findModel(options.model, io);
  await source.verifyTokenizer?.([text]);
  await using model = await source.load({signal: io.signal});
  for (const {text: remark} of source.remarks?.(model, undefined) ?? []) io.notice(remark);
  const tokens = promptTokens(model, {text, parts: [{text, special: false}]});
  const seam = tokenizeLabels(model, text, format, texts);
  if (seam.merged.length > 0)
    io.notice(
      `the tokeniser merges the prompt's end with ${seam.merged.join(", ")}: read after the prompt's own tokens`,
    );
  const colliding = collisions(seam.tokens).length > 0;
  const mode: LabelScoring =
    options.labelScoring === "auto" ? (colliding ? "exact" : "first-token") : options.labelScoring;
  const scorer = new LabelScorer(mode, seam.tokens, tokenSets(model.vocabulary, format), "max");
  const longestPath = largest(
    scorer.paths.map(path => path.tokens.length),
    0,
  );
  const needed = tokens.length + longestPath;
  if (needed > model.trainContextTokens) {
    throw new LabelscopeError({
      code: "context-overflow",
      message: `the prompt needs ${needed} tokens, the context of ${source.id} holds ${model.trainContextTokens}`,
      details: longestPath === 0 ? [] : [`prompt ${tokens.length} + longest label ${longestPath}`],
      next: "a shorter prompt, or a model with a longer context (labelscope models info shows it)",
      facts: {promptTokens: tokens.length, labelTokens: longestPath, contextTokens: model.trainContextTokens},
    });
  }
  const lanesWith = (threads: number) =>
    model.planLanes({
      prefix: [],
      longestTokens: needed + 1,
      documents: 1,
      sequences: 1,
      scratch: {sequences: 0, tokens: 0},
      wantedScratch: 0,
      hidden: false,
      strict: options.strict,
      local: {threads, flashAttention: options.flashAttention},
    });
  const {threads, because} = await threadsFor(
    engine,
    source.id,
    model,
    {
      threads: options.threads,
      strict: options.strict,
      documents: 1,
      parameters: (await source.describe({home: homeOf(io), signal: io.signal})).totalParameters,
      local: lanesWith(1).facts.threads !== undefined,
    },
    io.signal,
  );
  if (because !== undefined) io.notice(`${source.id}: ${counted(threads, "thread")}: ${because}`);
  const planned = lanesWith(threads);
  await using lanes = await planned.open(io.signal);
  const spec = {tokens: scorer.firstTokens, groups: [], top: options.top};
  let data: ScoreResult | undefined;
  await lanes.run([tokens], async (prompt, lane) => {
    const [atStep] = await lane.start(prompt, [{at: prompt.length - 1, spec}]);
    if (atStep === undefined) return;
    const onPaths = await lane.explore(
      scorer.paths.map(path => ({
        tokens: path.tokens,
        reads: path.tokens.map((_, at) => ({at, spec: scorer.pathSpec})),
      })),
    );
    const logits = new Map(scorer.firstTokens.map((token, place) => [token, atStep.tokenLogits[place] ?? Number.NaN]));
    const logitOf = (token: number) => logits.get(token) ?? Number.NaN;
    const {scores, labelMass} = scorer.score({logitOf, logSumExp: atStep.logSumExp}, onPaths);
    const p = softmax(scores);
    data = {
      model: source.id,
      labelScoring: mode,
      promptTokens: tokens.length,
      promptTokenIds: [...tokens],
      labels: texts.map(({name}, i) => {
        const ids = seam.tokens.paths[i]?.[0] ?? [];
        return {
          name,
          tokens: [...ids],
          logit: scoreOf(logitOf(ids[0] ?? -1)),
          score: scoreOf(scores[i]),
          p: p[i] ?? Number.NaN,
        };
      }),
      logSumExp: atStep.logSumExp,
      entropyBits: entropyBits(p),
      ...(atStep.vocabEntropyBits === undefined ? {} : {vocabEntropyBits: stored(atStep.vocabEntropyBits)}),
      labelMass,
      argmaxIsLabel: scorer.startsLabel(atStep.argmax.token),
      topTokens: atStep.top.map(({token, logit}) => ({
        token,
        text: Buffer.from(model.vocabulary.pieces[token] ?? "", "latin1").toString("utf8"),
        logit,
        p: Math.exp(logit - atStep.logSumExp),
      })),
      engine: model.facts,
    };
  });
  if (data === undefined) throw new RangeError("score: nothing was read");
  return {data, text: scoreText(data)};
}

/** A number as records hold it: what is minus infinity is null. */
function scoreOf(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

function scoreText(result: ScoreResult): string {
  const {vocabEntropyBits} = result;
  const vocabulary =
    vocabEntropyBits === undefined
      ? ""
      : `, ${valueText(vocabEntropyBits, bits => bits.toFixed(4))} over the vocabulary`;
  const exact = result.labelScoring === "exact";
  const rows = [...result.labels]
    .sort((a, b) => b.p - a.p)
    .map(({name, tokens, score, p}) => [
      name,
      p.toFixed(4),
      score === null ? "-∞" : score.toFixed(4),
      tokens.join(" "),
      bar(p),
    ]);
  const head = ["label", "p", exact ? "ln P(label)" : "logit", "tokens", ""];
  return [
    ...massWarning(result),
    alignColumns([head, ...rows], [1, 2]).trimEnd(),
    `${result.model}, ${result.labelScoring} scoring, prompt of ${result.promptTokens} tokens`,
    `entropy ${result.entropyBits.toFixed(4)} bits over the labels${vocabulary}; label mass ${result.labelMass.toFixed(4)}`,
    ...(result.argmaxIsLabel ? [] : [`the model would rather say ${JSON.stringify(result.topTokens[0]?.text ?? "")}`]),
    "",
  ].join("\n");
}

/** Below this label mass the model is about to say something else. */
const LITTLE_MASS = 0.5;

/** That the label distribution describes little of what the model says here, and what may be the reason. */
export function massWarning({
  labelMass,
  labels,
  topTokens,
}: Pick<ScoreResult, "labelMass" | "topTokens"> & {readonly labels: readonly unknown[]}): string[] {
  if (labelMass >= LITTLE_MASS) return [];
  const best = topTokens[0]?.text;
  const rather = best === undefined ? "" : `; its best token is ${JSON.stringify(best)}`;
  return [
    `warning: label mass ${labelMass.toFixed(4)}: the model would rarely go on with one of these ${labels.length} labels${rather}`,
    "  The distribution below is of what is left. End the prompt where a label begins, show the answer's form before it",
    "  (an example with its answer), and give --labels as they would be written there.",
    "",
  ];
}

/** A bar of at most 24 cells, to an eighth of a cell. */
export function bar(p: number, width = 24): string {
  const eighths = Math.round(p * width * 8);
  return "█".repeat(eighths >> 3) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths & 7];
}

async function readPrompt(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const folder = cause instanceof Error && "code" in cause && cause.code === "EISDIR";
    throw new LabelscopeError({
      code: "file-missing",
      message: `${path} cannot be read${folder ? ": it is a folder" : ""}`,
      next: "check --prompt-file",
      cause,
    });
  }
  if (isUtf8(bytes)) return bytes.toString("utf8");
  throw new LabelscopeError({
    code: "not-utf8",
    message: `${path} is not valid UTF-8`,
    next: "save the prompt as UTF-8: other bytes would be sent as other characters than they are",
  });
}
