import {LabelscopeError} from "../../errors.ts";

const again = "fetch the file again; labelscope models verify checks pulled ones";

export function missingFile(path: string, cause: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "model-missing",
    message: `cannot read ${path}`,
    details: [cause instanceof Error ? cause.message : String(cause)],
    next: "check the path and its permissions",
    facts: {path},
    cause,
  });
}

export function emptyFile(path: string): LabelscopeError {
  return new LabelscopeError({code: "model-empty", message: `${path} is empty`, next: again, facts: {path}});
}

/** Something else than a GGUF; the first bytes often say what. */
export function notAGguf(path: string, start: Buffer): LabelscopeError {
  const text = start.toString("latin1");
  const hint = text.startsWith("version https://git-lfs")
    ? ["it is a Git LFS pointer: fetch the content with git lfs pull"]
    : text.startsWith("PK")
      ? ["it is a zip archive"]
      : /^\s*</.test(text)
        ? ["it is a web page"]
        : [];
  return new LabelscopeError({
    code: "not-a-gguf",
    message: `${path} is not a GGUF file`,
    details: hint,
    next: "labelscope reads GGUF files only: convert the model with llama.cpp's convert_hf_to_gguf.py",
    facts: {path},
  });
}

/** @param expectedBytes absent where the file ends inside its header, so that its full length is not known */
export function truncated(path: string, actualBytes: number, expectedBytes?: number): LabelscopeError {
  return new LabelscopeError({
    code: "model-truncated",
    message: `${path} ends too early`,
    details: [
      expectedBytes === undefined
        ? `it has ${actualBytes} bytes, which is not even its whole header`
        : `it has ${actualBytes} bytes and needs at least ${expectedBytes}`,
    ],
    next: again,
    facts: {path, actualBytes, expectedBytes},
  });
}

/**
 * A file whose content contradicts itself, so that no number of it could be believed.
 *
 * @param found what is wrong, one line each, with the byte or the key where it stands
 */
export function damaged(path: string, found: readonly string[], cause?: unknown): LabelscopeError {
  const shown = found.slice(0, 6);
  const more = found.length > shown.length ? [`and ${found.length - shown.length} more`] : [];
  return new LabelscopeError({
    code: "model-damaged",
    message: `${path} is damaged`,
    details: [...shown, ...more],
    next: [again, "or convert it anew, if it is your own"],
    facts: {path, found: shown},
    cause,
  });
}
