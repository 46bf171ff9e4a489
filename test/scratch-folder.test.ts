import {spawnSync} from "node:child_process";
import {existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {ownerMark} from "../src/owner-mark.ts";
import {scratchFolder} from "../src/scratch-folder.ts";

const somewhere = () => mkdtempSync(join(tmpdir(), "labelscope-scratch-"));

/** The mark of a process of this computer that has ended. */
async function markOfTheDead(): Promise<string> {
  const {pid} = spawnSync(process.execPath, ["-e", ""]);
  return (await ownerMark()).replace(/-\d+(?=-|$)/, `-${pid}`);
}

describe("a scratch folder", () => {
  test("goes with what it holds when it is disposed of", async () => {
    const parent = somewhere();
    {
      await using scratch = await scratchFolder(parent, "import");
      writeFileSync(join(scratch.path, "file"), "");
      expect(readdirSync(parent)).toHaveLength(1);
    }
    expect(readdirSync(parent)).toEqual([]);
  });

  test("takes those of its kind with it that killed processes left, and no others", async () => {
    const parent = somewhere();
    const mark = await ownerMark();
    const dead = await markOfTheDead();
    const left = [`import.${dead}.aaaaaa`, `import.${dead}.bbbbbb`];
    const others = [
      `import.${mark}.aaaaaa`, // of a living process
      `init.${dead}.aaaaaa`, // of another kind
      `import.${dead.replace(/^\w{8}/, "00000000")}.aaaaaa`, // of another computer
      "import.no-mark.aaaaaa",
      "import",
    ];
    for (const name of [...left, ...others]) mkdirSync(join(parent, name));
    await using scratch = await scratchFolder(parent, "import");
    expect(left.filter(name => existsSync(join(parent, name)))).toEqual([]);
    expect(others.filter(name => !existsSync(join(parent, name)))).toEqual([]);
    expect(existsSync(scratch.path)).toBe(true);
  });
});
