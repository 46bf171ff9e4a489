import {counted} from "../counted.ts";
import type {RunPlan} from "./plan.ts";

/**
 * What a person should know of planned runs before they begin, each line once: texts of demonstrations among the documents,
 * documents left out, and of each model what its file says, how its labels are tokenised and how its chat template is used.
 */
export function planNotices(...plans: readonly RunPlan[]): string[] {
  return [...new Set(plans.flatMap(noticesOf))];
}

function noticesOf(plan: RunPlan): string[] {
  const notices: string[] = [];
  const {leaks} = plan.prompts;
  if (leaks.length > 0) {
    notices.push(
      `${leaks.length === 1 ? "1 document has" : `${leaks.length} documents have`} the text of a demonstration (e.g. ${leaks[0]?.split} "${leaks[0]?.id}")`,
    );
  }
  for (const one of tooLongNotices(plan)) notices.push(one);
  for (const {source, labels, templated, identity, chat, remarks, modelRemarks} of plan.models) {
    for (const {text} of modelRemarks) notices.push(`${source.id}: ${text}`);
    if (labels.collisions.length > 0) {
      const pairs = labels.collisions.map(({labels: [one, other]}) => `${one}/${other}`).join(", ");
      const how =
        plan.scoring === "exact" ? "whole labels are scored" : "their first-token scores cannot tell them apart";
      notices.push(`${source.id}: labels share a first token (${pairs}): ${how}`);
    }
    if (labels.merged.length > 0) {
      notices.push(
        `${source.id}: the tokeniser merges the prompt's end with ${labels.merged.join(", ")}: read after the prompt's own tokens`,
      );
    }
    if (labels.seamDiffering > 0) {
      notices.push(
        `${source.id}: labels are tokenised otherwise after ${labels.seamDiffering} of ${labels.seamChecks} prompts that were checked`,
      );
    }
    if (identity.chat !== "raw" && !templated)
      notices.push(`${source.id}: has no chat template, the prompt is sent raw`);
    if (chat?.system === "first user turn" && plan.task.definition.prompt.system !== undefined)
      notices.push(
        `${source.id}: its chat template has no system role, the system text stands in front of the first user turn`,
      );
    for (const one of remarks.map(remark => `${source.id}: ${remark}`)) notices.push(one);
  }
  return notices;
}

/** Documents that are left out, in a line; all of them stand in the manifest. */
function tooLongNotices({tooLong, models}: RunPlan): string[] {
  if (tooLong.length === 0) return [];
  const [longest] = [...tooLong].sort((one, other) => other.tokens - one.tokens);
  const all = models.length === 1 ? "" : " for every model";
  return [
    `${counted(tooLong.length, "document")} left out${all}: too long, e.g. ${longest?.split} "${longest?.id}" with ${longest?.tokens} tokens for ${longest?.model}`,
  ];
}
