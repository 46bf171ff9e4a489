import {mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {openLocalEngine} from "../../src/engine/local.ts";

let home = "";
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "labelscope-binary-"));
});
afterAll(async () => await rm(home, {recursive: true, force: true}));

async function factsAtStart() {
  await using engine = await openLocalEngine({home, reader: "public"});
  return engine.facts;
}

async function remembered(): Promise<string> {
  const [folder = ""] = await readdir(join(home, "loads"));
  return join(home, "loads", folder, "binary.json");
}

describe.runIf(process.platform === "linux")("the engine's binary", () => {
  test("once it was tested, starts as the same engine without another test", async () => {
    const first = await factsAtStart();
    const file = await remembered();
    const kept = await readFile(file, "utf8");
    expect(await factsAtStart()).toEqual(first);
    expect(await readFile(file, "utf8")).toBe(kept);
  });

  test.each([
    ["of another machine", (text: string) => text.replace(/"machine":"[^"]*"/, '"machine":"another"')],
    ["that was exchanged since", (text: string) => text.replace(/"sizeBytes":\d+/, '"sizeBytes":1')],
    ["outside this installation", (text: string) => text.replace(/"addon":"[^"]*"/, '"addon":"/bin/true"')],
    ["of which the note is torn", (text: string) => text.slice(0, 20)],
  ])("%s is tested anew", async (_, change) => {
    const first = await factsAtStart();
    const file = await remembered();
    const kept = await readFile(file, "utf8");
    await writeFile(file, change(kept));
    expect(await factsAtStart()).toEqual(first);
    expect(await readFile(file, "utf8")).toBe(kept);
  });
});
