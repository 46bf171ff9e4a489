import type {Command} from "commander";
import {addCommand, type Dispatch} from "./command.ts";
import {byteSize} from "./flag-values.ts";

const PULL_EXAMPLE = `labelscope models pull smollm2-135m-instruct qwen2.5-coder-0.5b-instruct
labelscope models pull hf:OWNER/REPO:Q4_K_M
labelscope models pull hf:OWNER/REPO/model.gguf --id my-model`;

/** `models` and what stands behind it. */
export function addModels(models: Command, dispatch: Dispatch): void {
  const load = async () => await import("../commands/models.ts");
  addCommand(models, "list", "what can be pulled and what is here", "labelscope models list --present")
    .option("--present", "only what is on this computer")
    .option("--local", "every model file on this computer, also in the stores of other programs", false)
    .action(async flags =>
      dispatch(async io => {
        if (flags.local) return await (await import("../commands/models-local.ts")).modelsLocal(io);
        return await (await load()).modelsList({present: flags.present}, io);
      }, flags.json),
    );
  addCommand(models, "pull <specs...>", "download models, with resume and checksum", PULL_EXAMPLE)
    .option("--id <name>", "a name for a model pulled from a URL or hf:REPO/FILE")
    .option("--sha256 <hex>", "the checksum to hold it to; of a model in several files, that of all in order")
    .option("--max-size <size>", "fetch and unpack at most so much for a model, e.g. 20GB", byteSize)
    .action(async (specs, flags) =>
      dispatch(
        async io => (await load()).modelsPull({specs, id: flags.id, sha256: flags.sha256, maxBytes: flags.maxSize}, io),
        flags.json,
      ),
    );
  addCommand(models, "verify [ids...]", "hash pulled models again (default: all)", "labelscope models verify").action(
    async (ids, flags) => dispatch(async io => (await load()).modelsVerify({ids}, io), flags.json),
  );
  addCommand(
    models,
    "info <spec>",
    "what a GGUF file says of itself",
    "labelscope models info smollm2-135m-instruct --task goemotions --data DIR",
  )
    .option("--task <task>", "also how this task's labels are tokenised, and which collide")
    .option("--data <dir>", "where the task's data is")
    .action(async (spec, flags) =>
      dispatch(async io => (await load()).modelsInfo({spec, task: flags.task, data: flags.data}, io), flags.json),
    );
}
