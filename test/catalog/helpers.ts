import {createHash} from "node:crypto";
import {mkdtemp, rm} from "node:fs/promises";
import {createServer, type RequestListener} from "node:http";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {onTestFinished} from "vitest";
import type {Catalog} from "../../src/catalog/catalog.ts";
import type {PullOptions} from "../../src/catalog/pull.ts";
import type {PullTarget} from "../../src/catalog/pull-target.ts";
import {LabelscopeError} from "../../src/errors.ts";

/** A folder that is removed when the test is done. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "labelscope-test-"));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  return folder;
}

/** An HTTP server on this computer, gone when the test is done. Returns its origin. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

/** A GGUF file without metadata and tensors, whose bytes differ everywhere behind its counts. */
export function modelBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index++) bytes[index] = (index * 2654435761) >>> 13;
  bytes.fill(0, 0, Math.min(24, length));
  bytes.write("GGUF\u0003", "latin1");
  return bytes;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export const emptyCatalog: Catalog = {models: [], folder: "/nowhere"};

/** Options of a pull with short waits and nothing around it. */
export function pullOptions(home: string, more: Partial<PullOptions> = {}): PullOptions {
  return {
    home,
    catalog: emptyCatalog,
    env: {PATH: process.env.PATH},
    signal: new AbortController().signal,
    retryDelaysMs: [1, 1],
    stallMs: 5000,
    ...more,
  };
}

export function urlTarget(url: string, more: Partial<PullTarget> = {}): PullTarget {
  return {id: "model", sources: [{kind: "url", url}], ...more};
}

/** The labelscope error that a promise rejects with; anything else fails the test. */
export async function failure(promise: Promise<unknown>): Promise<LabelscopeError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof LabelscopeError) return error;
    throw error;
  }
  throw new Error("expected a failure");
}
