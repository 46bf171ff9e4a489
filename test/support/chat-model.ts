const [HEADER_BYTES, PAIRS_AT, ALIGNMENT] = [24, 16, 32];

/** A GGUF file's bytes with a chat template; its weights keep their alignment, since what is put in is a multiple of it. */
export function withChatTemplate(bytes: Buffer, template: string): Buffer {
  const key = Buffer.from("tokenizer.chat_template");
  const own = Buffer.byteLength(template);
  const padding = (ALIGNMENT - ((8 + key.length + 4 + 8 + own + 4) % ALIGNMENT)) % ALIGNMENT;
  const text = Buffer.from(`${template}{#${" ".repeat(padding)}#}`);
  const head = Buffer.from(bytes.subarray(0, HEADER_BYTES));
  head.writeBigUInt64LE(head.readBigUInt64LE(PAIRS_AT) + 1n, PAIRS_AT);
  return Buffer.concat([
    head,
    size(key.length),
    key,
    Buffer.from([8, 0, 0, 0]),
    size(text.length),
    text,
    bytes.subarray(HEADER_BYTES),
  ]);
}

function size(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
