import {existsSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {packageRoot} from "../../src/package-root.ts";
import {builtInTaskMap} from "../../src/task/index.ts";
import {loadTask} from "../../src/task/load.ts";
import {posts} from "../../src/task/posts.ts";

const shipped = existsSync(join(packageRoot, posts.taskFile));
if (!shipped) process.stderr.write(`skipped: ${posts.taskFile} is not in the package yet\n`);

describe("posts", () => {
  test("is looked for below the package's root", () => {
    expect(existsSync(join(packageRoot, "package.json"))).toBe(true);
  });

  test.skipIf(!shipped)("loads without a data directory, from anywhere, under its own id", async () => {
    const task = await loadTask("posts", {cwd: "/"});
    expect(task.definition.id).toBe("posts");
    expect(task.splits.test?.documents.length).toBeGreaterThan(0);
    expect(task.splits.test?.documents.every(document => document.truth !== undefined)).toBe(true);
  });
});

describe("the registry", () => {
  test("files every data set under the id of its own definition", () => {
    const ids = [...builtInTaskMap].map(([id, task]) => [id, task.kind === "dataset" ? task.definition.id : task.id]);
    expect(ids.map(([key]) => key)).toEqual(ids.map(([, id]) => id));
  });
});
