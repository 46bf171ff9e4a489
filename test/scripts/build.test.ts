import {spawn} from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {text} from "node:stream/consumers";
import {expect, onTestFinished, test} from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const OPTIONS = {
  target: "es2022",
  lib: ["es2022"],
  types: [],
  module: "nodenext",
  rewriteRelativeImportExtensions: true,
  skipLibCheck: true,
};

interface Project {
  readonly folder: string;
  readonly write: (name: string, source: string) => void;
  readonly build: () => Promise<{code: number | null; out: string}>;
  readonly read: (name: string) => string;
}

/** A checkout in small: a command that imports `part.ts` only when it is told to. */
function project(): Project {
  const folder = mkdtempSync(join(tmpdir(), "labelscope-build-"));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  for (const name of ["src", "scripts"]) mkdirSync(join(folder, name));
  for (const name of ["build.mjs", "bundle.mjs"])
    copyFileSync(join(ROOT, "scripts", name), join(folder, "scripts", name));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  const compilerOptions = {...OPTIONS, strict: true, rootDir: "src", outDir: "dist"};
  writeFileSync(join(folder, "tsconfig.build.json"), JSON.stringify({compilerOptions, include: ["src"]}));
  const write = (name: string, source: string) => writeFileSync(join(folder, "src", name), source);
  write("part.ts", "export const part: number = 1;\n");
  write(
    "cli.ts",
    `declare const console: {log: (text: string) => void};
declare const process: {stdin: {once: (name: string, call: () => void) => void}; exit: () => never};
console.log("ready");
await new Promise<void>(resolve => process.stdin.once("data", resolve));
const {part} = await import("./part.ts");
console.log("part " + part);
process.exit();
`,
  );
  return {
    folder,
    write,
    build: async () => await call(folder, ["scripts/build.mjs"]),
    read: name => readFileSync(join(folder, "dist", name), "utf8"),
  };
}

async function call(cwd: string, flags: readonly string[]): Promise<{code: number | null; out: string}> {
  const child = spawn(process.execPath, flags, {cwd});
  const code = new Promise<number | null>(resolve => child.on("close", resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return {code: await code, out: out + err};
}

test("a command that runs while dist/ is built anew, several times at once, still finds the files it loads late", async () => {
  const {folder, write, build, read} = project();
  expect(await build()).toEqual({code: 0, out: "built dist/\n"});
  const running = spawn(process.execPath, ["dist/cli.js"], {cwd: folder});
  const out = text(running.stdout);
  write("part.ts", "export const part: number = 2;\n");
  write("more.ts", "export const more = 1;\n");
  const builds = [build(), build()];
  // The file that the command will load is looked for all the while.
  let missing = 0;
  const watch = setInterval(() => {
    try {
      read("part.js");
    } catch {
      missing++;
    }
  }, 1);
  expect((await Promise.all(builds)).map(({code}) => code)).toEqual([0, 0]);
  clearInterval(watch);
  running.stdin.write("go\n");
  expect(await out).toMatch(/^ready\npart [12]\n$/);
  expect(missing).toBe(0);
  expect(read("part.js")).toContain("part = 2");
  expect(read("more.js")).toContain("more = 1");
  expect(readdirSync(folder).filter(name => name.startsWith(".dist"))).toEqual([]);
});

test("sources that do not compile leave dist/ as it was and say so", async () => {
  const {write, build, read} = project();
  await build();
  write("part.ts", 'export const part: number = "two";\n');
  const {code, out} = await build();
  expect(code).not.toBe(0);
  expect(out).toContain("dist/ stays as it was");
  expect(read("part.js")).toContain("part = 1");
});

test("what nothing makes any more goes, and so does the draft of a build that was killed", async () => {
  const {folder, build} = project();
  await build();
  writeFileSync(join(folder, "dist", "gone.js"), "");
  mkdirSync(join(folder, ".dist-999999999"));
  await build();
  expect(readdirSync(join(folder, "dist")).sort()).toEqual(["bundle", "cli.js", "part.js"]);
  expect(readdirSync(folder).filter(name => name.startsWith(".dist"))).toEqual([]);
});
