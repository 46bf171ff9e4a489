// Kills each command that writes, at random moments of its life, and calls it again until it ends by itself; then everything must be
// as one uninterrupted call leaves it: no record lost, none doubled, no file and no process left behind.
import {spawn} from "node:child_process";
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {homedir} from "node:os";
import {join} from "node:path";
import {contentsOf, differences} from "./folder.mjs";
import {scenariosOf, serveSlowly} from "./scenarios.mjs";

/**
 * When a call is killed, as shares of what an uninterrupted one takes: a process that has not begun to work shows nothing, and a
 * call that continues another has less to do.
 */
const [EARLIEST, LATEST] = [0.15, 0.75];

/**
 * @param kills how many in all, shared equally
 * @returns a row for each command
 */
export async function killCommands({cli, scratch, kills, random, only}) {
  const native = join(process.env.LABELSCOPE_HOME ?? join(homedir(), ".cache", "labelscope"), "native");
  const home = folder => {
    const path = join(folder, ".home");
    if (!existsSync(path)) {
      mkdirSync(path);
      mkdirSync(join(folder, ".tmp"));
      if (existsSync(native)) cpSync(native, join(path, "native"), {recursive: true}); // compiling takes a minute
    }
    return path;
  };

  /** @returns whether it was killed, and how long it took */
  async function call(folder, argv, killAfterMs) {
    const words = argv.flatMap(word =>
      word === "runs/*" ? readdirSync(join(folder, "runs")).map(name => join("runs", name)) : [word],
    );
    const env = {
      ...process.env,
      LABELSCOPE_HOME: home(folder),
      TMPDIR: join(folder, ".tmp"),
      NO_COLOR: "1",
      KILLED_IN: folder,
    };
    const started = performance.now();
    const child = spawn(process.execPath, [cli, ...words], {cwd: folder, env, stdio: ["ignore", "ignore", "pipe"]});
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", text => {
      stderr = (stderr + text).slice(-4000);
    });
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    const [code, signal] = await new Promise((resolve, reject) =>
      child.on("error", reject).on("exit", (...how) => resolve(how)),
    );
    clearTimeout(timer);
    if (signal === null && code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}:\n${stderr}`);
    return {killed: signal === "SIGKILL", ms: performance.now() - started};
  }

  const all = Object.entries(scenariosOf(scratch, call)).filter(([name]) => only === undefined || only.includes(name));
  const rows = [];
  for (const [name, {prepare, argv, serves}] of all) {
    const server = serves ? await serveSlowly(readFileSync(join(scratch, "material", "tiny.gguf"))) : undefined;
    const words = argv.map(word => (word === "ADDRESS" ? server.address : word));
    const share = Math.ceil(kills / all.length);
    const row = {command: name, kills: 0, starts: 0, ends: 0, lost: 0, doubled: 0, left: 0, other: 0};
    try {
      const whole = join(scratch, `${name}-whole`);
      await prepare(whole);
      const {ms} = await call(whole, words);
      const expected = contentsOf(whole);
      for (let round = 0; row.kills < share; round++) {
        const cut = join(scratch, `${name}-cut-${round}`);
        await prepare(cut);
        for (let killed = true; killed; ) {
          row.starts++;
          // The last ones may end: a command that is killed for ever shows nothing.
          const after = row.kills < share ? ms * (EARLIEST + random() * (LATEST - EARLIEST)) : undefined;
          ({killed} = await call(cut, words, after));
          if (killed) row.kills++;
        }
        row.ends++;
        const found = differences(expected, contentsOf(cut));
        const alive = processesOf(cut);
        for (const what of ["lost", "doubled", "left", "other"]) row[what] += found[what].length;
        row.left += alive.length;
        if (Object.values(found).some(names => names.length > 0) || alive.length > 0)
          console.error(`${name}: ${JSON.stringify({...found, alive})}`);
        else rmSync(cut, {recursive: true, force: true});
      }
    } finally {
      server?.close();
    }
    rows.push(row);
    console.error(JSON.stringify(row));
  }
  return rows;
}

/** Processes of this test that are still there; Linux only, elsewhere none is seen. */
function processesOf(folder) {
  if (!existsSync("/proc/self/environ")) return [];
  const marks = name => {
    try {
      return readFileSync(`/proc/${name}/environ`, "utf8").includes(`KILLED_IN=${folder}\0`);
    } catch {
      return false; // gone, or another user's
    }
  };
  return readdirSync("/proc").filter(name => /^\d+$/.test(name) && marks(name));
}
