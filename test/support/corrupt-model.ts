import {readFile, writeFile} from "node:fs/promises";
import {readGgufFileInfo} from "node-llama-cpp";

/** GGUF's tensor type 0, the only one that is patched here. */
const F32 = 0;

/** A copy of a model in which the first entries of its final norm's weights are replaced. */
export async function withFinalNorm(model: string, target: string, value: number): Promise<string> {
  const {fullTensorInfo} = await readGgufFileInfo(model, {sourceType: "filesystem", logWarnings: false});
  const tensor = fullTensorInfo?.find(({name}) => name === "output_norm.weight");
  if (tensor?.ggmlType !== F32) throw new Error(`${model} has no output_norm.weight of type F32 to patch`);
  const bytes = await readFile(model);
  for (let entry = 0; entry < 4; entry++) bytes.writeFloatLE(value, Number(tensor.fileOffset) + 4 * entry);
  await writeFile(target, bytes);
  return target;
}
