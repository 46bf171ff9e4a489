import {stat} from "node:fs/promises";
import {resolve} from "node:path";
import {loadCatalog} from "../catalog/catalog.ts";
import {labelscopeHome} from "../catalog/home.ts";
import {findEmbedded, listInstalled} from "../catalog/installed.ts";
import {counted} from "../counted.ts";
import type {Engine} from "../engine/engine.ts";
import {openEngine} from "../engine/index.ts";
import {LabelscopeError} from "../errors.ts";
import {homeOf} from "../run/plan.ts";
import {type InitiatedStudy, initStudy} from "../study/init-study.ts";
import {formatOf} from "../task/table/guess-mapping.ts";
import type {TableMapping} from "../task/table/mapping.ts";
import type {CommandIo, CommandResult} from "./command.ts";

export interface InitOptions {
  /** A table, or, where it is none, the first of the models. */
  readonly table?: string | undefined;
  readonly models: readonly string[];
  readonly out: string;
  readonly taskId?: string | undefined;
  readonly mapping: TableMapping;
}

/** What ships, and knows the built-in posts alone: one model before and after finetuning. */
const EMBEDDED = ["ladder-s-base", "ladder-s-sft"];

/** `init`: a study and a task from a table and the models at hand. */
export async function initCommand(options: InitOptions, io: CommandIo): Promise<CommandResult<InitiatedStudy>> {
  const {out, taskId, mapping} = options;
  const first = options.table;
  const isTable = first !== undefined && (formatOf(first) !== undefined || (await isFolder(resolve(io.cwd, first))));
  const table = isTable ? first : undefined;
  const given = first === undefined || isTable ? options.models : [first, ...options.models];
  await using engine = (io.openEngine ?? openEngine)({home: homeOf(io)});
  const models = given.length > 0 ? given : await atHand(engine, table !== undefined, io);
  const made = await initStudy(engine, {table, taskId, mapping, models, out}, io);
  for (const note of made.notes) io.notice(`note: ${note}`);
  const columns = Object.entries(made.mapping).map(([option, value]) => `${option} ${[value].flat().join(", ")}`);
  const text = [
    `${made.study}: ${counted(made.documents, "test document")}, ${counted(made.shots, "demonstration")}, ${made.models.join(", ")}`,
    ...(made.task === undefined ? [] : [`${made.task}: read with ${columns.join("; ") || "the usual columns"}`]),
    "",
    `  ${io.program ?? "labelscope"} study ${made.study}`,
    "",
  ].join("\n");
  return {data: made, text};
}

/** The models on this computer that can answer; the embedded ones for the built-in task, and where there is no other. */
async function atHand(engine: Engine, hasTable: boolean, io: CommandIo): Promise<string[]> {
  const catalog = await loadCatalog();
  const pulled: string[] = [];
  for (const {id} of await listInstalled(labelscopeHome(io.env))) {
    try {
      await engine.findModel(id, io);
      pulled.push(id);
    } catch (error) {
      if (!(error instanceof LabelscopeError)) throw error;
      io.notice(`left out ${id}: ${error.message}`);
    }
  }
  const embedded: string[] = [];
  for (const id of EMBEDDED) if ((await findEmbedded(catalog, id)) !== undefined) embedded.push(id);
  if (pulled.length > 0) io.notice(`models at hand: ${pulled.join(", ")} (pulled)`);
  if (hasTable && pulled.length > 0) return pulled;
  io.notice(`models at hand: ${embedded.join(", ")} (they ship with labelscope)`);
  if (hasTable)
    io.notice(
      "these know nothing but the built-in posts: the study runs, and its numbers say nothing; labelscope models pull smollm2-135m-instruct, and name it in study.yaml",
    );
  return [...embedded, ...pulled];
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    facts => facts.isDirectory(),
    () => false,
  );
}
