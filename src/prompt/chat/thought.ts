/** How models mark that they think: what opens a thought and what closes it. */
const MARKERS = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<reasoning>", "</reasoning>"],
  ["<seed:think>", "</seed:think>"],
  ["[THINK]", "[/THINK]"],
  ["<|START_THINKING|>", "<|END_THINKING|>"],
  ["<|begin_of_thought|>", "<|end_of_thought|>"],
] as const;

export interface ThoughtMarkers {
  readonly open: string;
  readonly close: string;
}

/** The markers of the thought that a prompt leaves open at its end; undefined where it opens none. */
export function openedThought(prompt: string): ThoughtMarkers | undefined {
  const end = prompt.trimEnd();
  const found = MARKERS.find(([open]) => end.endsWith(open));
  return found === undefined ? undefined : {open: found[0], close: found[1]};
}

/** Whether a prompt ends with a thought that is over before it began. */
export function closesThought(prompt: string): boolean {
  const end = prompt.trimEnd();
  return MARKERS.some(([, close]) => end.endsWith(close));
}

/** The markers that a template knows of. */
export function knownThought(template: string): ThoughtMarkers | undefined {
  const found = MARKERS.find(([, close]) => template.includes(close));
  return found === undefined ? undefined : {open: found[0], close: found[1]};
}

/** Arguments that are known to switch a thought off, to be tried on a template. */
export const SWITCHES: readonly Readonly<Record<string, false>>[] = [{enable_thinking: false}, {thinking: false}];
