import type {Llama, LlamaModel} from "node-llama-cpp";
import {formatBytes} from "../../catalog/format-bytes.ts";
import {LabelscopeError} from "../../errors.ts";
import type {LocalOptions} from "../local.ts";

/** The devices that a GPU build computes on, by their names; `none` where it found none. */
export async function gpuDevices(llama: Llama): Promise<string> {
  const names = await llama.getGpuDeviceNames();
  return names.length === 0 ? "none" : names.join("; ");
}

/**
 * Where a loaded model is: how many of its layers a device holds, and how much of the device's memory they take by the engine's
 * own estimate. Nothing on the processor.
 *
 * A GPU build without a usable device computes on the processor and says nothing: that is refused, since a GPU was asked for.
 *
 * @throws `gpu-unused` where no layer is on a device
 */
export async function gpuFacts(
  llama: Llama,
  model: LlamaModel | undefined,
): Promise<Readonly<Record<string, string | number>>> {
  if (llama.gpu === false || model === undefined) return {};
  const devices = await gpuDevices(llama);
  const layers = devices === "none" ? 0 : model.gpuLayers;
  const all = model.fileInsights.totalLayers;
  const memory = await llama.getVramState();
  if (layers === 0) throw gpuUnused(llama.gpu, devices, {all, free: memory.free});
  const {gpuVram} = model.fileInsights.estimateModelResourceRequirements({gpuLayers: layers});
  return {
    gpuLayers: layers,
    modelLayers: all,
    gpuMemory: formatBytes(memory.total),
    gpuModelMemory: formatBytes(gpuVram),
  };
}

function gpuUnused(
  gpu: string,
  devices: string,
  {all, free}: {readonly all: number; readonly free: number},
): LabelscopeError {
  return new LabelscopeError({
    code: "gpu-unused",
    message: `${gpu} was asked for, and none of the model's ${all} layers would be on a device`,
    details: [`devices: ${devices}`, ...(devices === "none" ? [] : [`free memory: ${formatBytes(free)}`])],
    next:
      devices === "none"
        ? ["check the GPU's driver", "--gpu off computes on the processor"]
        : ["a smaller model, or end other programs on the GPU", "--gpu off computes on the processor"],
    facts: {gpu, devices, layers: 0},
  });
}

/** @throws `usage` where layers are to be on a GPU that is not to be used, or none on one that is */
export function refuseLayersWithoutGpu({gpu = "off", gpuLayers}: Pick<LocalOptions, "gpu" | "gpuLayers">): void {
  if (gpuLayers === undefined || (gpu !== "off" && gpuLayers !== 0)) return;
  throw new LabelscopeError({
    code: "usage",
    message: gpu === "off" ? "--gpu-layers needs a GPU, and --gpu is off" : `--gpu ${gpu} with 0 layers uses no GPU`,
    next: gpu === "off" ? "--gpu auto, or leave out --gpu-layers" : "--gpu off, or leave out --gpu-layers",
  });
}
