/**
 * Runs the tests of one mistake after another in one Vitest, whose compiled modules are kept. The mistake is put in while
 * the module is loaded: no file is changed. Messages in: {mistake, tests}. Out: {outcome, by}.
 */
import {join} from "node:path";
import {createVitest} from "vitest/node";

const [root] = process.argv.slice(2);
let planted;

const plant = {
  name: "plant",
  enforce: "pre",
  transform(code, id) {
    if (planted === undefined || id.split("?")[0] !== join(root, planted.path)) return null;
    if (code.slice(planted.from, planted.end) !== planted.was)
      throw new Error(`${planted.path} is not the file that was read`);
    return {code: code.slice(0, planted.from) + planted.is + code.slice(planted.end), map: null};
  },
};

const vitest = await createVitest(
  "test",
  {
    root,
    config: false,
    watch: false,
    include: ["test/**/*.test.ts"],
    exclude: ["test/model/**", "test/browser/**"],
    pool: "forks",
    isolate: false,
    fileParallelism: false,
    maxWorkers: 1,
    bail: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: [{}],
    silent: true,
    expect: {requireAssertions: true},
  },
  {plugins: [plant], server: {watch: null}, logLevel: "silent"},
);
const project = vitest.getRootProject();

process.on("message", async ({mistake, tests}) => {
  const before = planted?.path;
  planted = mistake;
  for (const path of new Set([before, mistake?.path])) {
    if (path !== undefined) vitest.invalidateFile(join(root, path));
  }
  // What Vitest remembers of the mistake before is none of this one's.
  vitest.state.errorsSet.clear();
  vitest.state.filesMap.clear();
  vitest.state.idMap.clear();
  const {testModules, unhandledErrors} = await vitest.runTestSpecifications(
    tests.map(test => project.createSpecification(join(root, test))),
  );
  const failed = testModules.find(module => module.state() === "failed");
  const passed = testModules.filter(module => module.state() === "passed").length;
  const by = failed?.relativeModuleId ?? (unhandledErrors.length > 0 ? "an unhandled error" : undefined);
  const test = failed === undefined ? undefined : [...failed.children.allTests("failed")][0]?.fullName;
  process.send({outcome: by === undefined ? "survived" : "killed", by, test, passed});
});
process.send({ready: true});
