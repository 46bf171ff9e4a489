/** One turn of a conversation. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A prompt as a chat: what is said to the model, before a template writes it down. */
export interface Conversation {
  /** The task's own system text. */
  readonly system: string | undefined;
  /** Everything else in one user turn. */
  readonly whole: string;
  /** Demonstrations as turns, the query last; absent where the task's templates cannot be cut into turns. */
  readonly turns: readonly Message[] | undefined;
}

/** The system text in front of what follows it, where it has no turn of its own. */
export function withSystem(system: string | undefined, rest: string): string {
  return system === undefined ? rest : `${system}\n\n${rest}`;
}

/** A demonstration's template, cut into what the user says and what the model answers. */
export interface TurnTemplates {
  readonly user: string;
  readonly assistant: string;
}

/**
 * Cuts a demonstration's template at its answer. White space that the template writes before and after the answer parts
 * turns in a raw prompt; in a chat the end of a turn does, so it goes. What a document holds stays as it is.
 *
 * @param cueIsAnswer whether the beginning of the answer's line (`Assessment:`) is said by the model
 * @returns undefined where there are several answers, or a text after the answer
 */
export function turnTemplates(demonstration: string, cueIsAnswer = false): TurnTemplates | undefined {
  const [head = "", tail = "", ...more] = demonstration.split("{answer}");
  const cut = cueIsAnswer ? head.lastIndexOf("\n") + 1 : head.length;
  const user = head.slice(0, cut);
  if (more.length > 0 || !user.includes("{text}") || tail.includes("{text}")) return undefined;
  return {user: user.trimEnd(), assistant: `${head.slice(cut)}{answer}${tail.trimEnd()}`};
}

/** Turns with an instruction in front of the first. */
export function instructed(instruction: string, turns: readonly Message[]): Message[] {
  return turns.map((turn, place) => (place === 0 ? {...turn, content: instruction + turn.content} : turn));
}
