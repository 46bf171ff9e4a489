import {TRACE_SCHEMA} from "../../records/schema-version.ts";
import {LabelTree} from "../label-tree.ts";
import {commonPrefix, type PreparedDocument} from "../prepare.ts";
import {type CaptureKind, elapsedMs, identityOf, longestBy, ofSplits} from "./capture-kind.ts";

/** Evaluated paths that a document keeps to grow others from, for each of those that are evaluated at once. */
const KEPT_PER_PATH = 2;

/** The tree of well-formed answers, best first. */
export const tree: CaptureKind = {
  name: "tree",
  plan: (material, splits) => {
    const documents = ofSplits(material.documents, splits);
    const size = ({opened}: Pick<PreparedDocument, "opened">) => opened.length + material.answerTokens;
    const longest = longestBy(documents, size);
    const {width, expansions, batch} = material.tree;
    return {
      name: "tree",
      record: "tree",
      title: "label trees",
      documents,
      prefix: commonPrefix(documents.map(({opened}) => opened)),
      longestTokens: longest.tokens,
      longestId: longest.id,
      size,
      hidden: false,
      about: {tree: {width, expansions, batch}},
      begin: (_model, setup) => {
        const grower = new LabelTree(setup, material.tree);
        return {
          scratch: {sequences: batch * (1 + KEPT_PER_PATH), tokens: material.answerTokens},
          capture: async (document, lane) => {
            const began = performance.now();
            const {labels, answers, ...found} = await grower.capture(lane, document.opened);
            const record = {
              schema: TRACE_SCHEMA,
              ...identityOf(document),
              ...(labels === undefined ? {} : {labels}),
              ...found,
              answers,
              elapsedMs: elapsedMs(began),
            } as const;
            return {entry: {name: "tree", record}};
          },
        };
      },
    };
  },
};
