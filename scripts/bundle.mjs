// Joins the compiled command line, the library and the packages that they need into a few files, since opening a thousand
// small ones takes longer than a short command's work. Used by build.mjs and package.mjs, and by tests of the command line on
// the sources as they stand:
//   node scripts/bundle.mjs ENTRY FOLDER
import {readFile, writeFile} from "node:fs/promises";
import {basename, dirname, extname, join, relative, resolve, sep} from "node:path";
import {fileURLToPath} from "node:url";
import {build} from "esbuild";

/** Packages that load binaries, or that only another runtime has. */
const OUTSIDE = ["@resvg/resvg-js", "@node-llama-cpp/*", "electron", "@reflink/*"];
const ENGINE = /[\\/]node_modules[\\/]node-llama-cpp[\\/]/;

/** CommonJS packages call `require`; node-llama-cpp asks where its own files lie, which must stay what it was. */
const banner = engineMain => `
import {createRequire as bundledRequire} from "node:module";
import {pathToFileURL as bundledUrl} from "node:url";
const require = bundledRequire(import.meta.url);
const engineFile = path => new URL(path, ${engineMain}).href;
`;

const keepsItsPlace = {
  name: "node-llama-cpp keeps its place",
  setup({onLoad}) {
    onLoad({filter: ENGINE}, async ({path}) => {
      const text = await readFile(path, "utf8");
      if (!path.endsWith(".js") || !text.includes("import.meta.url")) return undefined;
      const main = fileURLToPath(import.meta.resolve("node-llama-cpp"));
      const place = relative(dirname(main), path).split(sep).join("/");
      return {contents: text.replaceAll("import.meta.url", `engineFile(${JSON.stringify(place)})`), loader: "js"};
    });
  },
};

const common = {
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node20.15",
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  external: OUTSIDE,
  plugins: [keepsItsPlace],
};

/**
 * Writes a bundle of each entry into a folder under the entry's own name (it may replace the entry), with what they share and
 * what is loaded later in `bundle/`, and names the packages that are part of it with their licences.
 */
export async function bundle(entries, folder, root) {
  const {metafile} = await build({
    ...common,
    absWorkingDir: root,
    entryPoints: entries.map(entry => ({in: entry, out: basename(entry, extname(entry))})),
    outdir: folder,
    chunkNames: "bundle/[name]-[hash]",
    banner: {js: banner('bundledUrl(require.resolve("node-llama-cpp"))')},
  });
  await writeFile(join(folder, "bundle", "LICENCES.txt"), await licences(Object.keys(metafile.inputs), root));
}

/** What the engine starts as a process of its own, to try a binary. */
const TRIAL = "bindings/utils/testBindingBinary";

/** Joins node-llama-cpp alone into a few files of a folder, for a package that carries it without its dependencies. */
export async function bundleEngine(folder, root) {
  const engine = dirname(fileURLToPath(import.meta.resolve("node-llama-cpp")));
  const {metafile} = await build({
    ...common,
    absWorkingDir: root,
    entryPoints: ["index", TRIAL].map(name => ({in: join(engine, `${name}.js`), out: name})),
    outdir: folder,
    chunkNames: "[name]-[hash]",
    banner: {js: banner('bundledUrl(require.resolve("node-llama-cpp"))')},
  });
  await writeFile(join(folder, "LICENCES.txt"), await licences(Object.keys(metafile.inputs), root));
}

async function licences(inputs, root) {
  const packages = new Set(inputs.flatMap(path => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  const texts = [];
  for (const path of [...packages].sort()) {
    const {name, version, license} = JSON.parse(await readFile(join(root, path, "package.json"), "utf8"));
    const text = await firstOf(
      ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "license", "License"],
      join(root, path),
    );
    texts.push(`${name} ${version} (${license})\n\n${text ?? "Its package carries no text of the licence.\n"}`);
  }
  return texts.join(`\n${"-".repeat(78)}\n\n`);
}

async function firstOf(names, folder) {
  for (const name of names) {
    const text = await readFile(join(folder, name), "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

const [, script, entry, folder] = process.argv;
if (script === fileURLToPath(import.meta.url) && entry !== undefined && folder !== undefined)
  await bundle([resolve(entry)], resolve(folder), dirname(dirname(script)));
