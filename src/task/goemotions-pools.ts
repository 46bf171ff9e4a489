/** The pooling of 27 emotions to seven of METHODS §7. `neutral` carries no label. */
export const pools = {
  admiration: ["pride", "admiration", "gratitude", "relief", "approval", "realization"],
  anger: ["anger", "disgust", "annoyance", "disapproval"],
  fear: ["fear", "nervousness"],
  joy: ["amusement", "excitement", "joy", "love"],
  optimism: ["desire", "optimism", "caring"],
  sadness: ["remorse", "embarrassment", "disappointment", "sadness", "grief"],
  surprise: ["surprise", "confusion", "curiosity"],
} as const;

export const poolNames: readonly string[] = Object.keys(pools);

/** The pooled label of each of the 27 emotions; `neutral` has none. */
export const poolOf: ReadonlyMap<string, string> = new Map(
  Object.entries(pools).flatMap(([pool, emotions]) => emotions.map(emotion => [emotion, pool] as const)),
);

/** The 27 emotions in alphabetical order. */
export const emotionNames: readonly string[] = [...poolOf.keys()].sort();

/** The pooled labels of a list of emotions, in the order of `pools`, each once. */
export function poolEmotions(emotions: readonly string[]): string[] {
  const carried = new Set(emotions.map(emotion => poolOf.get(emotion)));
  return poolNames.filter(name => carried.has(name));
}

/** The prompt that both releases of GoEmotions are asked with. */
export const goemotionsPrompt = {
  instruction: "Which of these emotions does each input express: none, one or several? Labels: {labels}.\n\n",
  demonstration: "Input: {text}\n{answer}\n\n",
  query: "Input: {text}\n{opening}",
} as const;
