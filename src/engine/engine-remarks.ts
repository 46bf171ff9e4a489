/** Of what the engine warns while it loads a model, the subjects that bear on numbers. */
const subjects = [
  /pre-?tokenizer/i,
  /control-looking token/i,
  /special_eos_id|special_eog_ids/i,
  /special tokens? cache size mismatch|mismatch in special tokens/i,
  /bad special token|_token_id .*(?:invalid|out of range)/i,
  /tokenizer config may be incorrect/i,
  /generation quality will be degraded/i,
  /missing (?:tensor|key)/i,
  /unused tensor/i,
  /overrid(?:den|ing)/i,
];

/**
 * The engine's own warnings that bear on numbers, each once, without the place in its source that it names first.
 *
 * @param log lines since the load began
 */
export function engineRemarks(log: readonly string[]): string[] {
  const kept = log.flatMap(line => line.split("\n")).filter(line => subjects.some(subject => subject.test(line)));
  return [...new Set(kept.map(line => line.replace(/^[\w:~<>]+:\s+/, "").trim()))];
}
