// Joins the compiled command line and the packages it needs into a few files, since opening a thousand small ones takes longer
// than a short command's work. Used by build.mjs, and by tests of the
// command line on the sources as they stand:
//   node scripts/bundle.mjs ENTRY FOLDER
import {readFile, writeFile} from "node:fs/promises";
import {dirname, join, relative, resolve, sep} from "node:path";
import {fileURLToPath} from "node:url";
import {build} from "esbuild";

/** Packages that load binaries, or that only another runtime has. */
const OUTSIDE = ["@resvg/resvg-js", "@node-llama-cpp/*", "electron", "@reflink/*"];
const ENGINE = /[\\/]node_modules[\\/]node-llama-cpp[\\/]/;

/** CommonJS packages call `require`; node-llama-cpp asks where its own files lie, which must stay what it was. */
const BANNER = `
import {createRequire as bundledRequire} from "node:module";
import {pathToFileURL as bundledUrl} from "node:url";
const require = bundledRequire(import.meta.url);
const engineFile = path => new URL(path, bundledUrl(require.resolve("node-llama-cpp"))).href;
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

/**
 * Writes `cli.js` into a folder, a bundle of the entry (which it may replace), with what is loaded later in `bundle/`, and names
 * the packages that are part of it with their licences.
 */
export async function bundle(entry, folder, root) {
  const {metafile} = await build({
    absWorkingDir: root,
    entryPoints: [{in: entry, out: "cli"}],
    outdir: folder,
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    chunkNames: "bundle/[name]-[hash]",
    platform: "node",
    format: "esm",
    target: "node20.15",
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    external: OUTSIDE,
    plugins: [keepsItsPlace],
    banner: {js: BANNER},
  });
  await writeFile(join(folder, "bundle", "LICENCES.txt"), await licences(Object.keys(metafile.inputs), root));
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
  await bundle(resolve(entry), resolve(folder), dirname(dirname(script)));
