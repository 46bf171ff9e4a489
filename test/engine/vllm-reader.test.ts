import {spawnSync} from "node:child_process";
import {join} from "node:path";
import {expect, test} from "vitest";

/** Another Python may have torch and vLLM: then more of the same tests run. */
const PYTHON = process.env.LABELSCOPE_TEST_PYTHON ?? "python3";
const TESTS = join(import.meta.dirname, "vllm-reader");

const found = spawnSync(PYTHON, ["--version"], {encoding: "utf8"});
if (found.status !== 0) console.log(`skipped: the reader for vLLM is tested by Python (${PYTHON} cannot be run)`);

test.skipIf(found.status !== 0)(
  "the reader for vLLM passes its own tests, as many as this Python has the packages for",
  {timeout: 120_000},
  () => {
    const run = spawnSync(PYTHON, ["-B", "-m", "unittest", "discover", "-v", "-s", TESTS], {
      encoding: "utf8",
      env: {...process.env, OMP_NUM_THREADS: "1"},
    });
    for (const [, reason = ""] of run.stderr.matchAll(/skipped '(.*)'$/gm)) console.log(`skipped: ${reason}`);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/test_whatever_changes_logits_or_the_choice_is_refused_by_name .*ok$/m);
  },
);
