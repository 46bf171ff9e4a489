import {relative} from "node:path";
import {alignColumns} from "../catalog/table.ts";
import {counted} from "../counted.ts";
import {openEngine} from "../engine/index.ts";
import {LabelscopeError} from "../errors.ts";
import {type Value, valueText} from "../math/bounded.ts";
import {nearest} from "../nearest.ts";
import {executeModel, type RunOutcome} from "../run/execute.ts";
import {engineOptions, type RunOptions} from "../run/options.ts";
import {homeOf, planRun, type RunPlan} from "../run/plan.ts";
import {planNotices} from "../run/plan-notices.ts";
import type {CommandIo, CommandResult} from "./command.ts";

export interface RunCommandOptions extends RunOptions {
  /** Show the plan and stop. */
  readonly dryRun: boolean;
  /** Show the exact text and token ids of a prompt and stop; the first document's, or that of this id. */
  readonly showPrompt: boolean | string;
}

/** `run`: plans, captures model by model, and says what was found. */
export async function runCommand(options: RunCommandOptions, io: CommandIo): Promise<CommandResult> {
  await using engine = (io.openEngine ?? openEngine)(engineOptions(options, homeOf(io), io.notice));
  const plan = await planRun(engine, options, io);
  for (const notice of planNotices(plan)) io.notice(notice);
  if (options.showPrompt !== false || options.dryRun) return describePlan(plan, options, io);
  const outcomes: RunOutcome[] = [];
  for (const model of plan.models) {
    const outcome = await executeModel(engine, plan, model, options, {
      home: homeOf(io),
      signal: io.signal,
      onNotice: io.notice,
      onProgress: progress =>
        io.progress({
          subject: `${progress.model} on ${plan.task.definition.id}${progress.capture === "greedy" ? "" : `, ${progress.title}`}`,
          done: progress.done,
          total: progress.total,
          unit: "documents",
          ratePerSecond: progress.documentsPerSecond,
          note: `${progress.documentsPerSecond.toFixed(2)} docs/s, ${Math.round(progress.tokensPerSecond)} tokens/s${progress.slowBecause === undefined ? "" : `, ${progress.slowBecause}`}`,
        }),
    });
    if (outcome.manifest.engine.reader === "public" && options.reader !== "public") {
      io.notice(
        `${model.source.id}: read through the public interface, several times slower (${outcome.manifest.engine.publicBecause})`,
      );
    }
    for (const warning of outcome.warnings)
      io.notice(`warning: ${model.source.id}${model.source.isAdapted ? " (LoRA)" : ""}: ${warning}`);
    outcomes.push(outcome);
    if (!outcome.finished) break;
  }
  return report(plan, outcomes, io);
}

function describePlan(plan: RunPlan, options: RunCommandOptions, io: CommandIo): CommandResult {
  const wanted = typeof options.showPrompt === "string" ? options.showPrompt : plan.documents[0]?.document.id;
  const ids = plan.documents.map(({document}) => document.id);
  if (wanted !== undefined && !ids.includes(wanted)) throw notAmong(wanted, ids);
  const data = plan.models.map(model => {
    const shown = model.documents.find(({document}) => document.id === wanted);
    return {
      model: model.source.id,
      folder: model.folder,
      documents: model.documents.length,
      ...(plan.tooLong.length === 0 ? {} : {tooLong: plan.tooLong}),
      promptTokens: model.documents.reduce((sum, {prompt}) => sum + prompt.length, 0),
      sharedPrefixTokens: model.sharedPrefix.length,
      longestTokens: model.longestTokens,
      answerBudget: model.labels.answerBudget,
      labelScoring: plan.scoring,
      labels: model.labels.texts.map((label, i) => ({name: label.name, tokens: model.labels.first.paths[i] ?? []})),
      collisions: model.labels.collisions,
      templated: model.templated,
      ...(model.chat === undefined ? {} : {chat: model.chat}),
      bosToken: model.bosToken ?? null,
      captures: model.captures.map(({name, title, documents, prefix, longestTokens}) => ({
        name,
        title,
        documents: documents.length,
        sharedPrefixTokens: prefix.length,
        longestTokens,
      })),
      ...(model.embeddings === undefined
        ? {}
        : {embeddings: {encoder: model.embeddings.encoder.id, documents: model.embeddings.documents.length}}),
      ...(options.showPrompt === false || shown === undefined
        ? {}
        : {prompt: {id: shown.document.id, text: model.promptOf(shown.document), tokens: shown.prompt}}),
    };
  });
  const text = data
    .map(item => {
      const labels = item.labels.map(({name, tokens}) => [`  ${name}`, tokens.map(path => path.join(" ")).join(" | ")]);
      const head = [
        `${item.model} → ${relative(io.cwd, item.folder) || item.folder}`,
        `  ${counted(item.documents, "document")}, ${item.promptTokens} prompt tokens, the first ${item.sharedPrefixTokens} shared by all; longest with answer ${item.longestTokens}`,
        `  label scoring ${item.labelScoring}, answers up to ${item.answerBudget} tokens; label tokens:`,
        alignColumns(labels, []).trimEnd(),
        ...item.captures
          .slice(1)
          .map(
            capture =>
              `  ${capture.title}: ${counted(capture.documents, "document")}, ${capture.sharedPrefixTokens} tokens shared by all, longest ${capture.longestTokens}`,
          ),
      ];
      if (item.embeddings !== undefined)
        head.push(`  embeddings: ${counted(item.embeddings.documents, "document")}, by ${item.embeddings.encoder}`);
      const prompt =
        item.prompt === undefined
          ? []
          : [
              `  document ${item.prompt.id}, ${item.prompt.tokens.length} tokens: ${item.prompt.tokens.join(" ")}`,
              "-".repeat(72),
              item.prompt.text,
              "-".repeat(72),
            ];
      return [...head, ...prompt].join("\n");
    })
    .join("\n\n");
  return {data, text: `${text}\n`};
}

function notAmong(wanted: string, ids: readonly string[]): LabelscopeError {
  const near = [...nearest(wanted, ids, 2), ...ids].slice(0, 3);
  return new LabelscopeError({
    code: "unknown-document",
    message: `document "${wanted}" is not among the ${ids.length} that this run would capture`,
    next: [
      `--show-prompt ID, with ID one of them, e.g. ${near.join(", ")}`,
      "without --limit and --shard all of them are captured",
    ],
    facts: {id: wanted},
  });
}

/** What a person wants to know at the end of a run. */
export function report(
  plan: Pick<RunPlan, "models">,
  outcomes: readonly RunOutcome[],
  io: Pick<CommandIo, "cwd">,
): CommandResult {
  const rows = outcomes
    .filter(({total}) => total > 0)
    .map(({manifest, summary, resumed, captured, total, documentsPerSecond}) => {
      const first = summary.firstStep;
      const number = (value: Value | undefined, digits: number) =>
        value === undefined ? "–" : valueText(value, one => one.toFixed(digits));
      return [
        manifest.model.id,
        `${resumed + captured}/${total}`,
        summary.documents === 0 ? "–" : `${Math.round((100 * summary.wellFormed) / summary.documents)} %`,
        number(first?.entropyBits, 3),
        number(first?.vocabEntropyBits, 3),
        number(first?.labelMass, 3),
        String(summary.distinctAnswers),
        number(documentsPerSecond, 2),
      ];
    });
  const head = ["model", "documents", "well-formed", "entropy, bits", "vocabulary", "label mass", "answers", "docs/s"];
  const folders = outcomes.map(({folder}) => `  ${relative(io.cwd, folder) || folder}`);
  const finished = outcomes.length === plan.models.length && outcomes.every(outcome => outcome.finished);
  const text = [
    ...(rows.length === 0
      ? ["This shard holds no document: there are more shards than documents."]
      : [
          alignColumns([head, ...rows], [1, 2, 3, 4, 5, 6, 7]).trimEnd(),
          "Means at the first label step over the test documents; answers: distinct ones.",
        ]),
    ...leftOutLines(outcomes),
    ...outcomes.flatMap(captureLines),
    ...folders,
    ...(finished ? [] : ["Not finished: the same command continues."]),
    "",
  ].join("\n");
  return {
    data: outcomes.map(({manifest, ...rest}) => ({model: manifest.model, ...rest})),
    text,
    ...(finished ? {} : {exitCode: 130}),
  };
}

/** How many documents the runs leave out, once: they are the same for all models of a command. */
function leftOutLines(outcomes: readonly RunOutcome[]): string[] {
  const count = outcomes[0]?.manifest.tooLong?.length ?? 0;
  return count === 0 ? [] : [`left out: ${counted(count, "document")}, too long`];
}

/** One line for each capture beside the greedy traces. */
function captureLines({manifest, captures}: RunOutcome): string[] {
  return captures.slice(1).map(({name, captured, resumed, total, documentsPerSecond}) => {
    const speed = documentsPerSecond === undefined ? "" : `, ${documentsPerSecond.toFixed(2)} docs/s`;
    return `${manifest.model.id}, ${name}: ${resumed + captured}/${total} documents${speed}`;
  });
}
