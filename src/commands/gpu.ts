import {formatBytes} from "../catalog/format-bytes.ts";
import {labelscopeHome} from "../catalog/home.ts";
import type {Backend} from "../engine/gpu/builds.ts";
import {type GpuPlan, installGpu, planGpu} from "../engine/gpu/install.ts";
import {openLocalEngine} from "../engine/local.ts";
import type {CommandIo, CommandResult} from "./command.ts";

/**
 * `gpu install`: fetches the engine's build for this computer's GPU, and then looks whether it finds a device.
 *
 * @throws what `planGpu` and `installGpu` do; `engine-unavailable` where what was installed does not start
 */
export async function gpuInstallCommand(
  options: {readonly backend?: Backend | undefined; readonly dryRun: boolean},
  io: CommandIo,
): Promise<CommandResult> {
  const home = labelscopeHome(io.env);
  const plan = planGpu(home, options.backend);
  const {build, because, packages, folder, present} = plan;
  const data = {
    backend: build.backend,
    because,
    folder,
    packages,
    ...(build.diskBytes === undefined ? {} : {diskBytes: build.diskBytes}),
    ...(present === undefined ? {} : {present}),
  };
  const lead = `${build.backend}, since ${because}\n`;
  if (options.dryRun) return {data: {...data, installed: present !== undefined}, text: `${lead}${describe(plan)}`};
  if (present === undefined) {
    for (const line of `${lead}${describe(plan)}`.trimEnd().split("\n")) io.notice(line);
    await installGpu(plan, io);
  }
  const devices = await devicesOf(home, build.backend);
  const where = present === "beside labelscope" ? "came with labelscope" : `is in ${folder}`;
  const found =
    devices === "none"
      ? "no device was found: check the GPU's driver"
      : `devices: ${devices}\nuse: --gpu ${build.backend}`;
  return {data: {...data, installed: true, devices}, text: `the ${build.backend} build ${where}\n${found}\n`};
}

/** What an install would do, or that there is nothing to do. */
function describe({build, packages, folder, present}: GpuPlan): string {
  if (present === "beside labelscope") return "nothing to install: the build came with labelscope\n";
  if (present === "installed") return `nothing to install: the build is in ${folder}\n`;
  const size =
    build.diskBytes === undefined
      ? "as much disk as npm says; about 150 MB for Vulkan and 650 MB for CUDA on Linux"
      : `${formatBytes(build.diskBytes)} on the disk, about half of it to download`;
  const names = Object.entries(packages).map(([name, version]) => `  ${name}@${version}\n`);
  return `npm fetches, without running any script of theirs:\n${names.join("")}into ${folder}\n${size}\n`;
}

/** The devices that the engine finds with this build, by their names; `none` where it finds none. */
async function devicesOf(home: string, gpu: Backend): Promise<string> {
  await using engine = await openLocalEngine({home, gpu});
  return String(engine.facts.gpuDevices ?? "none");
}
