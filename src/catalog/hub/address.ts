import {LabelscopeError} from "../../errors.ts";
import {hfSourceSchema} from "../../records/catalog.ts";

/** A model of a repository on the Hugging Face hub. */
export interface HubAddress {
  /** `OWNER/NAME`. */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** A quantisation, or a file of the repository; absent where the repository holds one model. */
  readonly choice?: string;
}

const form = /^hf:([^/@:\s]+\/[^/@:\s]+)(?:@([^/:\s]+))?(?:[:/](.+))?$/;

/** Whether a model's SPEC is on the hub. */
export function isHubAddress(spec: string): boolean {
  return spec.startsWith("hf:");
}

/**
 * Reads `hf:OWNER/NAME[@REVISION][:QUANT|:FILE]`; a `/` before the file does as well.
 *
 * @throws `model-spec` for what is written otherwise
 * @example readHubAddress("hf:owner/name-GGUF:Q4_K_M") // {repo: "owner/name-GGUF", revision: "main", choice: "Q4_K_M"}
 */
export function readHubAddress(spec: string): HubAddress {
  const [, repo, revision = "main", choice] = form.exec(spec) ?? [];
  const parsed = hfSourceSchema
    .pick({repo: true, revision: true, file: true})
    .safeParse({repo, revision, file: choice ?? "any"});
  if (!parsed.success || repo === undefined) {
    throw new LabelscopeError({
      code: "model-spec",
      message: `"${spec}" is no address on the Hugging Face hub`,
      ...(parsed.success ? {} : {details: parsed.error.issues.map(issue => issue.message)}),
      next: "write hf:OWNER/NAME, with :QUANT or :FILE behind it, e.g. hf:OWNER/NAME-GGUF:Q4_K_M",
      facts: {spec},
    });
  }
  return {repo, revision, ...(choice === undefined ? {} : {choice})};
}
