import {createServer, type IncomingMessage, type Server, type ServerResponse} from "node:http";
import {onTestFinished} from "vitest";
import type {Model} from "../../src/engine/engine.ts";

/** What goes wrong with one answer; `undefined` lets it pass. */
export type Fault = (response: ServerResponse, answer: () => object) => void;

/** Calls something when what opened a server is done with it. */
export type AtEnd = (close: () => void) => void;

/** An HTTP server on this machine that is gone when the test ends, or when `atEnd` says. @returns `http://HOST:PORT` */
export async function httpServer(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  atEnd: AtEnd = onTestFinished,
): Promise<string> {
  const server: Server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

export function send(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, {"content-type": "application/json"}).end(JSON.stringify(body));
}

export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return parts.length === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString());
}

/** The logits of the whole vocabulary after a prompt, of a model that gives them. */
export async function logitsAfter(model: Model, prompt: readonly number[]): Promise<number[]> {
  await using session = await model.openSession({
    sequences: 1,
    contextTokens: 4096,
    threads: 1,
    flashAttention: false,
    cacheType: "f32",
  });
  const spec = {tokens: [], groups: [], top: 0, logits: true};
  const [read] = await session.extend([{sequence: 0, tokens: prompt, reads: [{at: prompt.length - 1, spec}]}]);
  return Array.from(read?.[0]?.logits ?? []);
}
