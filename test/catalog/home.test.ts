import {resolve} from "node:path";
import {expect, test} from "vitest";
import {labelscopeHome} from "../../src/catalog/home.ts";

test.each([
  [{LABELSCOPE_HOME: "/x", XDG_CACHE_HOME: "/c", HOME: "/h"}, "linux", "/x"],
  [{LABELSCOPE_HOME: "rel", HOME: "/h"}, "linux", resolve("rel")],
  [{XDG_CACHE_HOME: "/c", HOME: "/h"}, "linux", "/c/labelscope"],
  [{XDG_CACHE_HOME: "relative", HOME: "/h"}, "linux", "/h/.cache/labelscope"],
  [{LABELSCOPE_HOME: "", HOME: "/h"}, "linux", "/h/.cache/labelscope"],
  [{HOME: "/h"}, "darwin", "/h/Library/Caches/labelscope"],
] as const)("%j on %s means %s", (env, platform, home) => {
  expect(labelscopeHome(env, platform)).toBe(home);
});
