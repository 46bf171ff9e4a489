import {type FileHandle, open} from "node:fs/promises";
import {onTestFinished, vi} from "vitest";

/** A call to the file system that changes a file or puts it onto the disk. */
export type FileCall = "write" | "writeFile" | "appendFile" | "sync";

/** `eio`: nothing is done; `full`: half of what was to be written, then no space; `stuck`: the same, and it cannot be taken back. */
export type Fault = "eio" | "full" | "stuck";

export interface FailingFiles {
  /** The calls since the last `failAt`. */
  readonly calls: readonly FileCall[];
  /** The call that is to fail from now on, counted from 0; absent: none. */
  failAt(place?: number, fault?: Fault): void;
}

/**
 * A layer of faults under everything that writes through an open file: one call fails as a disk does, all others go
 * through. It is gone when the test ends.
 *
 * @param path of any file that can be opened
 */
export async function failingFiles(path: string): Promise<FailingFiles> {
  const handle = await open(path, "r");
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const {write, writeFile, appendFile, sync, truncate} = prototype;
  const calls: FileCall[] = [];
  let [failing, how, stuck]: [number | undefined, Fault, boolean] = [undefined, "eio", false];
  const count = (call: FileCall) => calls.push(call) - 1 === failing;
  const error = (code: string) => Object.assign(new Error(code), {code, syscall: "write"});
  const half = async (file: FileHandle, data: Uint8Array) => {
    if (how === "eio") throw error("EIO");
    await Reflect.apply(write, file, [data.subarray(0, data.length >> 1)]);
    stuck = how === "stuck";
    throw error("ENOSPC");
  };
  const spies = [
    vi.spyOn(prototype, "write").mockImplementation(async function (this: FileHandle, ...given: unknown[]) {
      const [data] = given;
      if (count("write") && data instanceof Uint8Array) await half(this, data);
      return await Reflect.apply(write, this, given);
    }),
    ...(["writeFile", "appendFile"] as const).map(name =>
      vi.spyOn(prototype, name).mockImplementation(async function (this: FileHandle, ...given: unknown[]) {
        if (count(name)) await half(this, Buffer.from(String(given[0])));
        await Reflect.apply(name === "writeFile" ? writeFile : appendFile, this, given);
      }),
    ),
    vi.spyOn(prototype, "sync").mockImplementation(async function (this: FileHandle) {
      if (count("sync")) throw error("EIO");
      await sync.call(this);
    }),
    vi.spyOn(prototype, "truncate").mockImplementation(async function (this: FileHandle, length?: number) {
      if (stuck) throw error("EIO");
      await truncate.call(this, length);
    }),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return {
    calls,
    failAt: (place, fault = "eio") => {
      calls.length = 0;
      [failing, how, stuck] = [place, fault, false];
    },
  };
}
