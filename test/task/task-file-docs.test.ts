import {readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {z} from "zod";
import {taskDefinitionSchema} from "../../src/records/task.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/tasks.md"), "utf8");

/** The paths of all fields in a JSON schema: `labels[].name`, `prompt.unary`. */
function fieldsOf(schema: unknown, path: string): string[] {
  const parsed = z
    .object({
      properties: z.record(z.string(), z.unknown()).optional(),
      items: z.unknown().optional(),
      anyOf: z.array(z.unknown()).optional(),
      allOf: z.array(z.unknown()).optional(),
    })
    .safeParse(schema);
  if (!parsed.success) return [];
  const {properties = {}, items, anyOf = [], allOf = []} = parsed.data;
  const inside = Object.entries(properties).flatMap(([name, field]) => {
    const own = path === "" ? name : `${path}.${name}`;
    return [own, ...fieldsOf(field, own)];
  });
  return [
    ...inside,
    ...fieldsOf(items, `${path}[]`),
    ...[...anyOf, ...allOf].flatMap(branch => fieldsOf(branch, path)),
  ];
}

test("docs/tasks.md has a row for every field of the task file, and names the parts of a question's prompt", () => {
  const fields = [
    ...new Set(fieldsOf(z.toJSONSchema(taskDefinitionSchema, {io: "input", unrepresentable: "any"}), "")),
  ];
  expect(fields).toEqual(
    expect.arrayContaining(["gold", "labels", "prompt.unary.query", "data.test", "demonstrations.seed"]),
  );
  const rows = page.split("\n").filter(line => line.startsWith("| `"));
  const missing = fields.filter(field => {
    const question = /^(prompt\.(?:unary|binary))\.(\w+)$/.exec(field);
    const [name, part] = question === null ? [field, undefined] : [question[1], question[2]];
    const row = rows.find(line => line.split("|")[1]?.includes(`\`${name}\``));
    const inObject = ["prompt", "data"].includes(field);
    return !inObject && (row === undefined || (part !== undefined && !row.includes(`\`${part}\``)));
  });
  expect(missing).toEqual([]);
});
