import type {Collision} from "../capture/label-tokens.ts";
import {labelTexts, prepareLabels} from "../capture/prepare.ts";
import {promptWriter} from "../capture/prompt-text.ts";
import {labelscopeHome} from "../catalog/home.ts";
import {alignColumns} from "../catalog/table.ts";
import {openEngine} from "../engine/index.ts";
import {fromBytes} from "../engine/vocabulary.ts";
import {buildPrompts} from "../prompt/plan.ts";
import {loadTask} from "../task/load.ts";
import type {CommandIo} from "./command.ts";

/** How a model's tokeniser writes the labels of a task, where they stand in its prompts. */
export interface TokenisedLabels {
  readonly task: string;
  readonly labels: readonly {
    readonly name: string;
    readonly paths: readonly (readonly {readonly token: number; readonly text: string}[])[];
  }[];
  readonly collisions: readonly Collision[];
  readonly merged: readonly string[];
}

export async function labelsOf(
  path: string,
  taskSpec: string,
  data: string | undefined,
  io: CommandIo,
): Promise<TokenisedLabels> {
  const task = await loadTask(taskSpec, {cwd: io.cwd, ...(data === undefined ? {} : {dataDir: data})});
  const plan = buildPrompts(task);
  await using engine = (io.openEngine ?? openEngine)({home: labelscopeHome(io.env), reader: "public"});
  await using model = await (await engine.findModel(path, io)).load({vocabularyOnly: true});
  const write = promptWriter(model);
  const texts = labelTexts(task.definition.labels, plan.none);
  const prepared = prepareLabels(model, plan, write, texts, task.splits.test?.documents ?? []);
  return {
    task: task.definition.id,
    labels: texts.map(({name}, i) => ({
      name,
      paths: (prepared.first.paths[i] ?? []).map(tokens =>
        tokens.map(token => ({token, text: fromBytes(model.vocabulary.pieces[token] ?? "")})),
      ),
    })),
    collisions: prepared.collisions,
    merged: prepared.merged,
  };
}

export function labelsText({task, labels, collisions, merged}: TokenisedLabels): string {
  const rows = labels.map(({name, paths}) => [
    `  ${name}`,
    paths.map(path => path.map(({text}) => text).join("|")).join("   "),
    paths.map(path => path.map(({token}) => token).join(" ")).join("   "),
  ]);
  const notes = [
    ...collisions.map(
      ({labels: [one, other], kind}) =>
        `  ${one} and ${other}: ${kind === "prefix" ? "one's tokens begin with the other's" : "the same first token"}`,
    ),
    ...merged.map(name => `  ${name}: its tokens merge with the prompt's end`),
  ];
  const verdict =
    collisions.length > 0
      ? "  so --label-scoring auto scores whole labels (exact)"
      : "  no two labels share a first token";
  return [`labels of ${task} in context`, alignColumns(rows), ...notes, verdict, ""].join("\n");
}
