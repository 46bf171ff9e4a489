import type {ReadSpec} from "../../engine/engine.ts";
import {LabelscopeError} from "../../errors.ts";
import {TRACE_SCHEMA} from "../../records/schema-version.ts";
import {commonPrefix, type PreparedDocument} from "../prepare.ts";
import {type CaptureKind, identityOf, longestBy, ofSplits} from "./capture-kind.ts";

const SPEC: ReadSpec = {tokens: [], groups: [], top: 0, hidden: true};

/** The hidden state of the last layer, after the final norm, at the first label step. */
export const hidden: CaptureKind = {
  name: "hidden",
  plan: (material, splits) => {
    const {hiddenColumns: columns, task} = material;
    if (columns === undefined) throw unknownWidth();
    const documents = ofSplits(material.documents, splits);
    const size = ({opened}: Pick<PreparedDocument, "opened">) => opened.length + 1;
    const longest = longestBy(documents, size);
    const trainHash = splits.includes("train") ? task.splits.train?.hash : undefined;
    return {
      name: "hidden",
      record: "hidden",
      title: "hidden states",
      documents,
      prefix: commonPrefix(documents.map(({opened}) => opened)),
      longestTokens: longest.tokens,
      longestId: longest.id,
      size,
      hidden: true,
      about: {hidden: {columns, ...(trainHash === undefined ? {} : {trainHash})}},
      begin: () => ({
        scratch: {sequences: 0, tokens: 0},
        capture: async (document, lane) => {
          const [read] = await lane.start(document.opened, [{at: document.opened.length - 1, spec: SPEC}]);
          if (read?.hidden === undefined) throw new RangeError("the engine gave no hidden state");
          // The store gives the row its number.
          const record = {
            schema: TRACE_SCHEMA,
            ...identityOf(document),
            document: document.document,
            row: 0,
          } as const;
          return {entry: {name: "hidden", record}, rows: [read.hidden]};
        },
      }),
    };
  },
};

function unknownWidth(): LabelscopeError {
  return new LabelscopeError({
    code: "hidden-width-unknown",
    message: "the model's file does not say how wide its hidden state is",
    next: "leave out the estimators that need hidden states (probe)",
  });
}
