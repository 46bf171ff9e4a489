import type {LabelStep} from "../records/trace.ts";

/** One label step of one document on both sides of a pair. */
export interface PairedStep {
  /** The document's place among the paired ones. */
  readonly row: number;
  readonly id: string;
  readonly base: LabelStep;
  readonly variant: LabelStep;
  /** The token that the base run's answer has there; `undefined` where the step stands outside of it. */
  readonly token: number | undefined;
}
