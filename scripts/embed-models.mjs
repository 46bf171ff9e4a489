// Writes the catalogue's entries for the models that lie in models/: checksum, size and what each file says of itself.
// Run after the ladder was trained anew: npm run build && node scripts/embed-models.mjs
import {createHash} from "node:crypto";
import {readdirSync, readFileSync, writeFileSync} from "node:fs";
import {readGgufInfo} from "../dist/index.js";

const folder = new URL("../models/", import.meta.url);
const catalogFile = new URL("catalog.json", folder);
const catalog = JSON.parse(readFileSync(catalogFile, "utf8"));
const others = catalog.models.filter(entry => entry.family !== "ladder");
const entries = [];
for (const file of readdirSync(folder).filter(name => name.endsWith(".gguf"))) {
  const [, size, variant, weights] = /^ladder-([a-z]+)-(base|sft|rl|lora)\.(\w+)\.gguf$/.exec(file) ?? [];
  if (size === undefined || weights === undefined)
    throw new Error(`models/${file}: expected ladder-SIZE-VARIANT.TYPE.gguf`);
  const isQuantised = weights.startsWith("q");
  const path = new URL(file, folder).pathname;
  const bytes = readFileSync(path);
  const info = await readGgufInfo(path);
  entries.push({
    parameters: info.totalParameters,
    entry: {
      id: `ladder-${size}-${variant}${isQuantised ? `-${weights}` : ""}`,
      family: "ladder",
      title: `Posts ladder ${size}, ${variant}${isQuantised ? `, ${weights.toUpperCase()}` : ""}`,
      parameters: info.totalParameters,
      variant,
      ...(variant === "base" ? {} : {parent: `ladder-${size}-base`}),
      quantisation: info.quantisation ?? "F32",
      sha256: createHash("sha256").update(bytes).digest("hex"),
      sizeBytes: bytes.length,
      licence: {id: "MIT", name: "MIT"},
      verified: true,
      notes: `${isQuantised ? `ladder-${size}-${variant}, quantised by scripts/ladder` : "Trained from scratch by scripts/ladder on the built-in task posts"}; see models/MODEL_CARD.md.`,
      sources: [{kind: "embedded", path: file}],
    },
  });
}
entries.sort((a, b) => a.parameters - b.parameters || a.entry.id.localeCompare(b.entry.id));
catalog.models = [...entries.map(({entry}) => entry), ...others];
writeFileSync(catalogFile, `${JSON.stringify(catalog, null, 2)}\n`);
console.log(`${entries.length} embedded models in models/catalog.json`);
