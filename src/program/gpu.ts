import {type Command, Option} from "commander";
import {addCommand, type Dispatch} from "./command.ts";

/** `gpu` and what stands behind it. */
export function addGpu(gpu: Command, dispatch: Dispatch): void {
  addCommand(
    gpu,
    "install",
    "fetch the engine's build for this computer's GPU, with npm",
    "labelscope gpu install --dry-run\nlabelscope gpu install",
  )
    .addOption(
      new Option("--backend <kind>", "which build (default: cuda if NVIDIA's driver is here, else vulkan)").choices([
        "cuda",
        "vulkan",
        "metal",
      ]),
    )
    .option("--dry-run", "say what it would fetch, where to and how large it is, and fetch nothing", false)
    .action(async flags =>
      dispatch(
        async io =>
          (await import("../commands/gpu.ts")).gpuInstallCommand({backend: flags.backend, dryRun: flags.dryRun}, io),
        flags.json,
      ),
    );
}
