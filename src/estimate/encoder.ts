import type {LearningEstimator} from "./estimator.ts";
import {learnedFeatures} from "./learned-features.ts";

/**
 * The classifier of `probe` on an embedding of the document by an embedding model: a supervised row that the language
 * model has no part in, as the paper's BERT has, but with the encoder frozen.
 *
 * Source: METHODS §3; [Ma et al. 2025, Table 2]
 */
export const encoder: LearningEstimator = {
  name: "encoder",
  title: "Encoder, frozen",
  summary: "logistic regression on an embedding model's embedding of the document, learned on the train split",
  needs: ["embedding", "train"],
  kind: "learning",
  learnsOn: "train",
  fit: (run, train) => learnedFeatures(run, train, ({embedding}) => embedding ?? {reason: "no embedding was captured"}),
};
