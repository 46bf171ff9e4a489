import type {PlannedCapture} from "../capture/kind/capture-kind.ts";
import type {Capabilities} from "../engine/engine.ts";
import {LabelscopeError} from "../errors.ts";
import type {RunOptions} from "./options.ts";

/** What a run wants of an engine beyond tokens and their logits. */
export interface Wants {
  readonly captures: readonly Pick<PlannedCapture, "hidden">[];
  readonly options: Pick<RunOptions, "fullLogits">;
  /** Whether a LoRA is on the model. */
  readonly isAdapted: boolean;
  /** The most tokens that one read names: labels, and whatever closes an answer or goes on with it. */
  readonly ids?: number;
}

/**
 * Refuses what the engine of a model cannot give, before anything is captured.
 *
 * Asked twice: while a run is planned, and when the model is loaded, since a reader can fail its self-test only then.
 *
 * @throws `no-hidden-state`, `no-full-logits`, `no-adapter`, `too-many-tokens`
 */
export function refuseIncapable(id: string, can: Capabilities, {captures, options, isAdapted, ids = 0}: Wants): void {
  if (!can.hiddenState && captures.some(capture => capture.hidden)) {
    throw new LabelscopeError({
      code: "no-hidden-state",
      message: `hidden states of ${id} cannot be read through ${can.fullLogits ? "the public interface" : "a server"}`,
      next: [
        ...(can.fullLogits
          ? ["--reader auto or native: labelscope doctor says what keeps the native reader from being used"]
          : ["a GGUF file of the model, which the local engine reads"]),
        "or leave out the estimators that need hidden states (probe)",
      ],
    });
  }
  if (!can.fullLogits && options.fullLogits) {
    throw new LabelscopeError({
      code: "no-full-logits",
      message: `the engine of ${id} does not give the logits of the whole vocabulary`,
      next: ["leave out --full-logits", "or a GGUF file of the model, which the local engine reads"],
    });
  }
  if (ids > can.ids) {
    throw new LabelscopeError({
      code: "too-many-tokens",
      message: `a read of this task names ${ids} tokens, the engine of ${id} reads at most ${can.ids} of them at once`,
      next: ["--format json, whose answers are closed by fewer tokens", "or a GGUF file of the model"],
    });
  }
  if (!can.lora && isAdapted) {
    throw new LabelscopeError({
      code: "no-adapter",
      message: `the engine of ${id} puts no LoRA on a model`,
      next: "serve the adapter with the model, and name it as the server does",
    });
  }
}
