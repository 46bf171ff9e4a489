import {execFile} from "node:child_process";
import {cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {promisify} from "node:util";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

/** The package as it is published, installed in an empty project by npm. Needs the registry; without it all is skipped. */
const ROOT = join(import.meta.dirname, "../..");
const exec = promisify(execFile);
const home = await mkdtemp(join(tmpdir(), "labelscope-package-"));
const project = join(home, "project");
const env = {...process.env, LABELSCOPE_HOME: join(home, "cache"), NO_COLOR: "1"};
const call = async (program: string, ...parameters: string[]) =>
  (await exec(program, parameters, {cwd: project, env, maxBuffer: 64 << 20})).stdout;

let tarball = "";
let reason: string | undefined;
beforeAll(async () => {
  await mkdir(project);
  tarball = (await exec(process.execPath, [join(ROOT, "scripts/package.mjs"), home])).stdout.trim();
  await writeFile(join(project, "package.json"), '{"name": "empty", "private": true, "type": "module"}');
  try {
    await call("npm", "install", tarball, "--no-audit", "--no-fund");
  } catch (error) {
    if (!/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|network/i.test(String(error))) throw error;
    reason = "npm's registry does not answer";
    console.log(`skipped: ${reason}`);
  }
});
afterAll(async () => await rm(home, {recursive: true, force: true}));

/** The blocks of a page in one language, each with the heading that it stands under. */
async function examples(page: string, language: string): Promise<{heading: string; code: string}[]> {
  const found: {heading: string; code: string}[] = [];
  for (const section of (await readFile(join(ROOT, page), "utf8")).split(/^## /m)) {
    const heading = section.split("\n")[0] ?? "";
    for (const [, code = ""] of section.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm")))
      found.push({heading, code});
  }
  return found;
}

async function bytesIn(folder: string): Promise<number> {
  const files = await readdir(folder, {recursive: true, withFileTypes: true});
  const sizes = files
    .filter(entry => entry.isFile())
    .map(async entry => (await stat(join(entry.parentPath, entry.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe("the published package", () => {
  test("installs in an empty project without GPU builds, and in less than 100 MB", async ({skip}) => {
    if (reason !== undefined) return skip(reason);
    expect(await bytesIn(join(project, "node_modules"))).toBeLessThan(100e6);
    const builds = await readdir(join(project, "node_modules", "@node-llama-cpp"));
    expect(builds.filter(name => /cuda|vulkan/.test(name))).toEqual([]);
  });

  test("holds no source maps, no left-over parts of an earlier build, and the pages that README links to", async ({
    skip,
  }) => {
    if (reason !== undefined) return skip(reason);
    const folder = join(project, "node_modules", "labelscope");
    const files = await readdir(folder, {recursive: true});
    expect(files.filter(name => name.endsWith(".map"))).toEqual([]);
    const bundle = await readdir(join(folder, "dist", "bundle"));
    const sources = await Promise.all(
      ["cli.js", "index.js", ...bundle.map(name => `bundle/${name}`)].map(
        async name => await readFile(join(folder, "dist", name), "utf8"),
      ),
    );
    const named = new Set(sources.flatMap(text => text.match(/[\w.-]+-[A-Z0-9]{8}\.js/g) ?? []));
    expect(bundle.filter(name => name.endsWith(".js") && !named.has(name))).toEqual([]);
    const readme = await readFile(join(folder, "README.md"), "utf8");
    const links = [...readme.matchAll(/\]\((docs\/[\w./-]+\.md)/g)].map(([, path = ""]) => path);
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter(path => !files.includes(path))).toEqual([]);
  });

  test("runs every example of docs/library.md in order, and in TypeScript's strictest eyes has whole types", async ({
    skip,
  }) => {
    if (reason !== undefined) return skip(reason);
    const blocks = await examples("docs/library.md", "js");
    const [{length: functions}] = [["pull", "importTable", "run", "compare", "report", "score", "study"]];
    expect(blocks).toHaveLength(functions);
    const types = {
      strict: true,
      module: "nodenext",
      target: "es2022",
      skipLibCheck: false,
      noEmit: true,
      types: ["node"],
    };
    await writeFile(join(project, "tsconfig.json"), JSON.stringify({compilerOptions: types, include: ["*.ts"]}));
    for (const {heading, code} of blocks) {
      await writeFile(join(project, `${heading}.ts`), code);
      await writeFile(join(project, `${heading}.mjs`), code);
      const said = await call(process.execPath, `${heading}.mjs`);
      expect(said, heading).not.toBe("");
    }
    const verdict = await call(process.execPath, "study.mjs");
    expect(verdict).toContain("sentences");
    await cp(join(ROOT, "node_modules", "@types"), join(project, "node_modules", "@types"), {recursive: true});
    await cp(join(ROOT, "node_modules", "undici-types"), join(project, "node_modules", "undici-types"), {
      recursive: true,
    });
    await call(process.execPath, join(ROOT, "node_modules/typescript/bin/tsc"), "-p", ".");
  });

  test("its command line and its native reader work there", async ({skip}) => {
    if (reason !== undefined) return skip(reason);
    const {version} = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
    expect((await call("npx", "labelscope", "--version")).trim()).toBe(version);
    expect(await call("npx", "labelscope", "doctor")).toMatch(/reader +native|reader because/);
    expect(await call("npx", "labelscope", "tasks", "list")).toContain("posts");
  });

  test("publint and arethetypeswrong find nothing", async ({skip}) => {
    if (reason !== undefined) return skip(reason);
    expect(await call("npx", "--yes", "publint@0.3.25", "--strict", tarball)).toContain("All good!");
    const profile = ["--profile", "esm-only"];
    expect(await call("npx", "--yes", "@arethetypeswrong/cli@0.18.5", tarball, ...profile)).toContain("🟢");
  });
});
