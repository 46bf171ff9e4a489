import {createServer} from "node:http";
import {connect} from "node:net";
import {afterEach, describe, expect, onTestFinished, test, vi} from "vitest";
import {request} from "../../src/catalog/http.ts";
import {proxyFor} from "../../src/catalog/proxy.ts";
import {codeOf} from "../support/code-of.ts";
import {failure, serve} from "./helpers.ts";

afterEach(() => vi.unstubAllEnvs());

const hub = new URL("https://hub.example.org/file");

describe("the proxy for an address", () => {
  test("is that of its protocol, small letters first", () => {
    const env = {HTTPS_PROXY: "http://one:1", https_proxy: "two:2", HTTP_PROXY: "http://three:3"};
    expect(proxyFor(hub, env)?.host).toBe("two:2");
    expect(proxyFor(new URL("http://hub.example.org"), env)?.host).toBe("three:3");
    expect(proxyFor(hub, {HTTP_PROXY: "http://three:3"})).toBeUndefined();
  });

  test.each(["*", "example.org", ".example.org", "*.example.org", "a, hub.example.org", "hub.example.org:443"])(
    "is none where NO_PROXY is %s",
    exceptions => {
      expect(proxyFor(hub, {HTTPS_PROXY: "http://one:1", NO_PROXY: exceptions})).toBeUndefined();
    },
  );

  test.each(["", "ample.org", "hub.example.org:8443", "other.org"])("stays where NO_PROXY is %j", exceptions => {
    expect(proxyFor(hub, {HTTPS_PROXY: "http://one:1", NO_PROXY: exceptions})?.host).toBe("one:1");
  });

  test("is refused where it does not speak HTTP", async () => {
    expect(await codeOf(() => proxyFor(hub, {HTTPS_PROXY: "socks5://one:1080"}))).toBe("proxy-unsupported");
  });
});

describe("a request", () => {
  async function proxy(): Promise<{address: string; asked: {to: string; who: string | undefined}[]}> {
    const asked: {to: string; who: string | undefined}[] = [];
    const server = createServer();
    server.on("connect", (incoming, socket, head) => {
      asked.push({to: incoming.url ?? "", who: incoming.headers["proxy-authorization"]});
      const [host = "", port] = (incoming.url ?? "").split(":");
      const onward = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
      onTestFinished(() => void onward.destroy());
      onward.on("error", () => socket.destroy());
    });
    await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return {address: `http://user:secret@127.0.0.1:${address.port}`, asked};
  }

  test("goes through the proxy with the name that its address holds, and past it where NO_PROXY says so", async () => {
    const {address, asked} = await proxy();
    const origin = await serve((_, response) => response.end("hello"));
    vi.stubEnv("http_proxy", address);
    vi.stubEnv("no_proxy", "");
    vi.stubEnv("NO_PROXY", "");
    const signal = new AbortController().signal;
    expect(await (await request({url: `${origin}/file`, signal})).text()).toBe("hello");
    expect(asked).toEqual([{to: new URL(origin).host, who: `Basic ${Buffer.from("user:secret").toString("base64")}`}]);
    vi.stubEnv("NO_PROXY", "127.0.0.1");
    expect(await (await request({url: `${origin}/file`, signal})).text()).toBe("hello");
    expect(asked.length).toBe(1);
  });

  test("says that it reached nobody where the proxy is not there", async () => {
    vi.stubEnv("http_proxy", "http://127.0.0.1:9");
    vi.stubEnv("no_proxy", "");
    vi.stubEnv("NO_PROXY", "");
    const error = await failure(request({url: "http://hub.example.org/", signal: new AbortController().signal}));
    expect(error.code).toBe("source-unreachable");
    expect(error.message).toContain("ECONNREFUSED");
  });
});
