import type {LearningEstimator} from "./estimator.ts";
import {learnedFeatures} from "./learned-features.ts";

/**
 * A linear probe: what the hidden state at the first label step says about each label to a classifier that was shown
 * train documents with their annotations.
 *
 * The state is that of the last layer after the final norm; standardised, reduced to 64 components, then one logistic
 * regression a label. It measures what the model knows rather than what it says: the train split, not the prompt, decides
 * what the labels mean.
 *
 * Source: METHODS §3; [Ma et al. 2025, Table 2]
 */
export const probe: LearningEstimator = {
  name: "probe",
  title: "Linear probe",
  summary: "logistic regression on the hidden state at the first label step, learned on the train split",
  needs: ["hidden", "train"],
  kind: "learning",
  learnsOn: "train",
  fit: (run, train) => learnedFeatures(run, train, ({hidden}) => hidden ?? {reason: "no hidden state was captured"}),
};
