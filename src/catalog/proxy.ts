import type {Dispatcher} from "undici";
import {LabelscopeError} from "../errors.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address, as curl and pip choose it: `HTTPS_PROXY` or `HTTP_PROXY`, also in small letters, which win; none for
 * a host that `NO_PROXY` names. There, `*` is every host, and `example.org`, `.example.org` and `*.example.org` are the host and
 * all below it, with `:PORT` that port alone.
 *
 * @returns the proxy's address; `undefined` for the direct way
 * @throws `proxy-unsupported` for a proxy that does not speak HTTP
 * @example proxyFor(new URL("https://example.org"), {HTTPS_PROXY: "http://proxy:3128"})?.host // "proxy:3128"
 */
export function proxyFor(url: URL, env: Env): URL | undefined {
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const named = env[name.toLowerCase()] || env[name];
  if (!named || isExcepted(url, env.no_proxy || env.NO_PROXY || "")) return undefined;
  const address = named.includes("://") ? named : `http://${named}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy !== undefined && ["http:", "https:"].includes(proxy.protocol)) return proxy;
  throw new LabelscopeError({
    code: "proxy-unsupported",
    message: `${name} names a proxy that cannot be used${proxy === undefined ? "" : `: it speaks ${proxy.protocol.slice(0, -1)}`}`,
    next: [`${name}=http://HOST:PORT`, `NO_PROXY=${url.hostname} for the direct way`],
  });
}

function isExcepted(url: URL, exceptions: string): boolean {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return exceptions
    .split(/[\s,]+/)
    .filter(rule => rule !== "")
    .some(rule => {
      const [, host = "", only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(rule.toLowerCase()) ?? [];
      if (only !== undefined && only !== port) return false;
      return rule === "*" || (host !== "" && (url.hostname === host || url.hostname.endsWith(`.${host}`)));
    });
}

const proxies = new Map<string, Dispatcher>();

/** `fetch`, through the proxy that the environment names for the address: Node's own fetch knows none before version 24. */
export async function fetchThroughProxy(
  url: URL,
  init: {
    readonly method: string;
    readonly redirect: "manual";
    readonly signal: AbortSignal;
    readonly headers: Record<string, string>;
  },
): Promise<Response> {
  const proxy = proxyFor(url, process.env);
  if (proxy === undefined) return await fetch(url, init);
  const {ProxyAgent, fetch: undiciFetch} = await import("undici");
  const dispatcher = proxies.get(proxy.href) ?? new ProxyAgent(proxy.href);
  proxies.set(proxy.href, dispatcher);
  return await undiciFetch(url, {...init, dispatcher});
}
