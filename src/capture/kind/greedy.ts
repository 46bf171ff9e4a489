import {largest} from "../../math/extremes.ts";
import {TRACE_SCHEMA} from "../../records/schema-version.ts";
import type {Trace} from "../../records/trace.ts";
import {captureGreedy} from "../greedy.ts";
import {type PreparedDocument, sharedPrefix} from "../prepare.ts";
import {type CaptureKind, elapsedMs, longestBy, ofSplits} from "./capture-kind.ts";

/** The greedy answer with its label steps. */
export const greedy: CaptureKind = {
  name: "greedy",
  plan: (material, splits) => {
    const documents = ofSplits(material.documents, splits);
    const size = ({opened}: Pick<PreparedDocument, "opened">) => opened.length + material.answerTokens;
    const longest = longestBy(documents, size);
    return {
      name: "greedy",
      record: "trace",
      title: "answers",
      documents,
      prefix: sharedPrefix(documents),
      longestTokens: longest.tokens,
      longestId: longest.id,
      size,
      hidden: false,
      about: {},
      begin: (_model, setup) => {
        const paths = [...setup.scorers.first.paths, ...setup.scorers.later.paths];
        return {
          scratch: {
            sequences: Math.max(setup.scorers.first.paths.length, setup.scorers.later.paths.length),
            tokens: largest(
              paths.map(({tokens}) => tokens.length),
              0,
            ),
          },
          capture: async (document, lane) => {
            const began = performance.now();
            const {thought, answer, steps, logits} = await captureGreedy(setup, lane, document);
            const {key, split, prompt, promptHash} = document;
            const record: Trace = {
              schema: TRACE_SCHEMA,
              key,
              split,
              document: document.document,
              promptTokens: prompt.length,
              promptHash,
              ...(thought === undefined ? {} : {thought}),
              answer,
              steps: [...steps],
              elapsedMs: elapsedMs(began),
            };
            return {entry: {name: "trace", record}, rows: logits};
          },
        };
      },
    };
  },
};
