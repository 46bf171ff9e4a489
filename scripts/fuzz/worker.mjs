// Answers calls of the command line one after another, in one process: what it takes 1,000 files to start a process each is
// spared. The program, its commands and its errors are the real ones; only output and exit codes are handed over instead.
//
// Started by fuzz.mjs with the folder of the compiled program; speaks over Node's channel between processes.
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {CommanderError} from "commander";

const dist = process.argv[2];
const load = async name => await import(pathToFileURL(join(dist, name)).href);
const {createProgram} = await load("program/program.js");
const {LabelscopeError, formatError} = await load("errors.js");
const {explainSystemError} = await load("system-error.js");

process.on("message", async ({argv, input, cwd, read, by, from}) =>
  process.send(read === undefined ? await answer(argv, input, cwd) : await answerReading(read, by, from)),
);
process.send({outcome: "ready"});

async function answer(argv, input, cwd) {
  let result;
  const notices = [];
  const io = {
    progress: () => {},
    notice: line => notices.push(line),
    signal: new AbortController().signal,
    env: process.env,
    cwd,
    columns: 120,
    program: "labelscope",
  };
  const program = createProgram("0", {read: async () => input ?? ""}, async call => {
    result = await call(io);
  });
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({commands}) => commands)])
    command.exitOverride().configureOutput({writeOut: () => {}, writeErr: () => {}});
  try {
    await program.parseAsync(argv, {from: "user"});
    return {outcome: "answered", data: plain(result?.data), exitCode: result?.exitCode ?? 0, notices};
  } catch (error) {
    return failed(error);
  }
}

/** For a file that no flag names: what its reader makes of it. */
async function answerReading(module, name, path) {
  try {
    return {outcome: "answered", data: plain(await (await load(module))[name](path))};
  } catch (error) {
    return failed(error);
  }
}

function failed(thrown) {
  const error = thrown instanceof LabelscopeError ? thrown : (explainSystemError(thrown) ?? thrown); // as cli.ts does
  if (error instanceof LabelscopeError) return {outcome: "refused", code: error.code, text: formatError(error)};
  if (error instanceof CommanderError) return {outcome: "refused", code: error.code, text: error.message};
  return {outcome: "thrown", text: error instanceof Error ? (error.stack ?? error.message) : String(error)};
}

/** Data as it can be sent; numbers that JSON cannot write become words, so that they are not lost on the way. */
function plain(data) {
  if (data === undefined) return undefined;
  return JSON.parse(
    JSON.stringify(data, (_, value) =>
      typeof value === "number" && !Number.isFinite(value) ? `not a number: ${value}` : value,
    ),
  );
}
