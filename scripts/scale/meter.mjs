// Counts what goes to a server and comes back, and gives every read a cache salt.

/**
 * Stands in for `fetch` until `stop`. With a salt that no earlier run had, a server's prefix cache holds nothing of the
 * documents: it is shared within the run alone, as with documents that are new.
 */
export function meterFetch(salt) {
  const real = globalThis.fetch;
  const counts = {requests: 0, bytesSent: 0, bytesReceived: 0};
  globalThis.fetch = async (url, options = {}) => {
    if (typeof options.body !== "string" || !String(url).endsWith("/completions")) return await real(url, options);
    const body = `{"cache_salt":${JSON.stringify(salt)},${options.body.slice(1)}`;
    counts.requests++;
    counts.bytesSent += Buffer.byteLength(options.body);
    const answer = await real(url, {...options, body});
    const text = await answer.text();
    counts.bytesReceived += Buffer.byteLength(text);
    return new Response(text, {status: answer.status, headers: answer.headers});
  };
  return {
    counts,
    stop: () => {
      globalThis.fetch = real;
    },
  };
}
