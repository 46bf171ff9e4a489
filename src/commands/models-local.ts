import {loadCatalog} from "../catalog/catalog.ts";
import {formatBytes} from "../catalog/format-bytes.ts";
import {type LocalModel, localModels} from "../catalog/found/local-models.ts";
import {shortCount} from "../catalog/short-count.ts";
import {alignColumns} from "../catalog/table.ts";
import type {CommandIo, CommandResult} from "./command.ts";

const STORES: Readonly<Record<LocalModel["store"], string>> = {
  labelscope: "labelscope",
  hub: "hub's cache",
  ollama: "Ollama",
  lmstudio: "LM Studio",
};

/** `models list --local`: every model file on this computer, by the name that `--model` takes. */
export async function modelsLocal(io: CommandIo): Promise<CommandResult> {
  const models = await localModels(await loadCatalog(), io.env);
  const rows = models.map(({spec, store, info, problem}) =>
    info === undefined
      ? [spec, STORES[store], "", problem ?? "cannot be read", ""]
      : [
          spec,
          STORES[store],
          info.isAdapter ? "adapter" : shortCount(info.totalParameters),
          info.quantisation ?? "",
          formatBytes(info.fileSizeBytes),
        ],
  );
  const table = alignColumns([["--model", "in", "params", "weights", "size"], ...rows], [2, 4]);
  const data = {
    models: models.map(({info, ...model}) => ({
      ...model,
      ...(info === undefined
        ? {}
        : {
            architecture: info.architecture,
            totalParameters: info.totalParameters,
            fileSizeBytes: info.fileSizeBytes,
            ...(info.quantisation === undefined ? {} : {quantisation: info.quantisation}),
          }),
    })),
  };
  return {data, text: models.length === 0 ? "No model is on this computer yet.\n" : `${table}\n`};
}
