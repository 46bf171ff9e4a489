import type {ShippedTask} from "./built-in.ts";

/**
 * Annotated posts: a synthetic corpus that ships with labelscope, so that everything works offline. The law behind its
 * annotations is known, and every document carries it as `truth`.
 */
export const posts: ShippedTask = {
  kind: "shipped",
  id: "posts",
  title: "Annotated posts: a synthetic corpus whose truth is known",
  taskFile: "models/posts/task.yaml",
  notes: ["A synthetic corpus made for labelscope, with the exact law of its annotations; MIT like labelscope."],
};
