import {calibrationError} from "./calibration-error.ts";

/** Expected calibration error to the gold set: does q = 0.3 mean that the label is in the gold set 30 % of the time? */
export const eceGold = calibrationError({
  name: "ece-gold",
  title: "ECE (gold)",
  summary: "gap between estimate and gold set over 15 equal bins of the estimate, weighted by pairs",
  target: "gold",
});
