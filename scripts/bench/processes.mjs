// Child processes with their time and memory, and what machine this is.
import {spawn} from "node:child_process";
import {readFileSync} from "node:fs";
import {availableParallelism, cpus, totalmem} from "node:os";

/** What a result must name to be read later. */
export function machine() {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    ramGB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

/**
 * Runs a command to its end.
 *
 * @param onSample called about twenty times a second with the process's resident bytes, where /proc has them
 * @returns standard output, wall seconds, and the largest resident set in bytes
 * @throws where it exits with another code than 0
 */
export async function runProcess(command, parameters, {env = {}, onSample} = {}) {
  const started = performance.now();
  const child = spawn(command, parameters, {env: {...process.env, ...env}, stdio: ["ignore", "pipe", "pipe"]});
  let [stdout, stderr, peakBytes] = ["", "", 0];
  child.stdout.setEncoding("utf8").on("data", text => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", text => {
    stderr = (stderr + text).slice(-4000);
  });
  const sample = setInterval(() => {
    const memory = residentBytes(child.pid);
    if (memory === undefined) return;
    peakBytes = memory.peak;
    onSample?.(memory.now);
  }, 50);
  try {
    const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
    const seconds = (performance.now() - started) / 1000;
    if (code !== 0) throw new Error(`${command} ${parameters.join(" ")} exited with ${code}\n${stderr}`);
    return {stdout, seconds, peakBytes};
  } finally {
    clearInterval(sample);
  }
}

function residentBytes(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const bytes = name => 1024 * Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, "m"))?.[1] ?? Number.NaN);
    const [now, peak] = [bytes("VmRSS"), bytes("VmHWM")];
    return Number.isNaN(now) ? undefined : {now, peak};
  } catch {
    return undefined; // gone, or no /proc here
  }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
