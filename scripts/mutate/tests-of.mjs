/** Which tests are narrow for a source file: its namesake, then those that import it, nearest first. */
import {readFileSync} from "node:fs";
import {basename, dirname, join, normalize} from "node:path";

const imported = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

/** Tests that run other processes see the bundle, not the mistake; those of models need weights. */
const apart = /^test\/(?:model|browser|scripts)\/|^test\/(?:cli|scratch-folder|hostile-text|examples)\.test\.ts$/;

/**
 * @param files every .ts file of src/ and test/, relative to the root
 * @returns for a source file, its tests in the order in which they are to run, at most `most`
 */
export function testsOf(root, files) {
  const importers = new Map();
  for (const file of files) {
    for (const [, target] of readFileSync(join(root, file), "utf8").matchAll(imported)) {
      const to = normalize(join(dirname(file), target));
      importers.set(to, [...(importers.get(to) ?? []), file]);
    }
  }
  return (source, most) => {
    const distance = new Map([[source, 0]]);
    const queue = [source];
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      for (const file of importers.get(at) ?? []) {
        if (distance.has(file)) continue;
        distance.set(file, (distance.get(at) ?? 0) + 1);
        queue.push(file);
      }
    }
    const folder = dirname(source).replace(/^src/, "test");
    const name = basename(source, ".ts");
    const rank = file =>
      (distance.get(file) ?? 99) - (basename(file, ".test.ts") === name ? 50 : 0) - (dirname(file) === folder ? 1 : 0);
    return [...distance.keys()]
      .filter(file => file.endsWith(".test.ts") && !apart.test(file))
      .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .slice(0, most);
  };
}
