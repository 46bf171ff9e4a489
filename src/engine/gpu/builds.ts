/** The engine's version: its GPU builds must be of the very same one. */
export const ENGINE_VERSION = "3.22.1";

const BACKENDS = ["cuda", "vulkan", "metal"] as const;
export type Backend = (typeof BACKENDS)[number];

/** The engine's build for one kind of GPU. */
export interface GpuBuild {
  readonly backend: Backend;
  /** The packages that hold it, without their scope; none where the engine brings it along. */
  readonly packages: readonly string[];
  /** What they take on the disk, as unpacked on Linux, the engine itself included; absent where it was not measured. */
  readonly diskBytes?: number;
}

/** The scope of the engine's packages. */
export const SCOPE = "@node-llama-cpp";

/** What the engine without a GPU build takes on the disk: it is installed beside one. */
const ENGINE_BYTES = 81_000_000;

/**
 * The engine's GPU builds for a computer, the preferred one first. There is none for Linux on ARM, for Windows on ARM, and for
 * Macs with Intel's processors.
 */
export function gpuBuilds(platform: NodeJS.Platform, arch: string): readonly GpuBuild[] {
  if (platform === "darwin") return arch === "arm64" ? [{backend: "metal", packages: []}] : [];
  if (arch !== "x64" || (platform !== "linux" && platform !== "win32")) return [];
  const name = platform === "linux" ? "linux-x64" : "win-x64";
  const measured = (bytes: number) => (platform === "linux" ? {diskBytes: ENGINE_BYTES + bytes} : {});
  return [
    {backend: "cuda", packages: [`${name}-cuda`, `${name}-cuda-ext`], ...measured(564_000_000)},
    {backend: "vulkan", packages: [`${name}-vulkan`], ...measured(74_000_000)},
  ];
}

/** The package with the engine's build for the processor, which a GPU build falls back to. */
export function processorPackage(platform: NodeJS.Platform, arch: string): string {
  return `${platform === "win32" ? "win" : "linux"}-${arch}`;
}
