import {calibrationError} from "./calibration-error.ts";

/** Expected calibration error to the human distribution: does q = 0.3 mean that 30 % of the annotators agree? */
export const ece = calibrationError({
  name: "ece",
  title: "ECE",
  summary: "gap between estimate and human distribution over 15 equal bins of the estimate, weighted by pairs",
  target: "human",
});
