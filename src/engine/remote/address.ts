import {lookup} from "node:dns/promises";
import {BlockList, isIP} from "node:net";
import {LabelscopeError} from "../../errors.ts";

const near = new BlockList();
for (const [address, bits] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
] as const) {
  near.addSubnet(address, bits, "ipv4");
}
// The address to listen on everywhere is answered by this machine.
near.addAddress("0.0.0.0", "ipv4");
near.addAddress("::", "ipv6");
near.addAddress("::1", "ipv6");
near.addSubnet("fc00::", 7, "ipv6");
near.addSubnet("fe80::", 10, "ipv6");

/** Whether an IP address is this machine's own or of a private network. */
export function isPrivateAddress(address: string): boolean {
  return near.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** A server's address out of a model's spec: `http://HOST:PORT/PATH#MODEL`. */
export interface ServerAddress {
  /** Without a slash at its end. */
  readonly base: string;
  readonly host: string;
  /** What stands after the `#`, decoded; absent where the spec names no model. */
  readonly model?: string;
}

/** @throws `server-address` for what is no URL, or one with a password in it */
export function readAddress(url: string): ServerAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.hostname === "") {
    throw new LabelscopeError({
      code: "server-address",
      message: `"${withoutSecrets(url)}" is not the address of a server`,
      next: "write llamacpp+http://HOST:PORT, or http://HOST:PORT/v1#MODEL",
    });
  }
  if (parsed.username !== "" || parsed.password !== "" || parsed.search !== "") {
    throw new LabelscopeError({
      code: "server-address",
      message: `the address of ${parsed.host} holds a user, a password or a query: others can see a command line`,
      next: "put a key into the environment variable LABELSCOPE_API_KEY, or give its file with --api-key-file",
    });
  }
  const model = decoded(parsed.hash.slice(1));
  return {
    base: `${parsed.protocol}//${parsed.host}${parsed.pathname.replace(/\/+$/, "")}`,
    host: parsed.hostname.replace(/^\[|\]$/g, ""),
    ...(model === "" ? {} : {model}),
  };
}

/** A model's name may hold a percent sign that encodes nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//").replace(/[?#].*$/s, "");
}

/**
 * Lets text be sent to this machine and to private networks. Anything else needs a word of the person, and is said before
 * any text is sent: this is a tool for data that must not leave.
 *
 * @throws `server-public` without that word; `server-unreachable` for a name that has no address
 */
export async function admitAddress(
  {host}: ServerAddress,
  {allowed, notice}: {readonly allowed: boolean; readonly notice: (line: string) => void},
): Promise<void> {
  const addresses = await lookup(host, {all: true}).catch(cause => {
    throw new LabelscopeError({
      code: "server-unreachable",
      message: `the name ${host} has no address`,
      next: "check the host in --model",
      cause,
    });
  });
  if (addresses.every(({address}) => isPrivateAddress(address))) return;
  if (!allowed) {
    throw new LabelscopeError({
      code: "server-public",
      message: `${host} is neither this machine nor in a private network: every document would be sent there`,
      next: ["a server of your own, on this machine or in your network", "or --public-server, if the data may leave"],
      facts: {host},
    });
  }
  notice(`warning: every document is sent to ${host}, outside this machine and its network`);
}
