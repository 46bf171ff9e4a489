import {describe, expect, test, vi} from "vitest";
import {request} from "../../src/catalog/http.ts";
import {failure, serve} from "./helpers.ts";

const signal = new AbortController().signal;

/** Answers requests from a table instead of the network, and notes what was asked. */
function network(answers: Record<string, string>) {
  const asked: {url: string; headers: Headers}[] = [];
  const fake = vi.spyOn(globalThis, "fetch").mockImplementation(async (input, options) => {
    const url = String(input);
    asked.push({url, headers: new Headers(options?.headers)});
    const location = answers[url];
    return location === undefined ? new Response("end") : new Response(null, {status: 302, headers: {location}});
  });
  return {asked, [Symbol.dispose]: () => fake.mockRestore()};
}

describe("redirects", () => {
  test("are followed from https to https on another host", async () => {
    using _ = network({"https://a.example/": "https://b.example/x"});
    expect(await (await request({url: "https://a.example/", signal})).text()).toBe("end");
  });

  test("from https to http are refused", async () => {
    using net = network({"https://a.example/": "http://a.example/x"});
    const error = await failure(request({url: "https://a.example/", signal}));
    expect(error.code).toBe("source-redirect-refused");
    expect(net.asked).toHaveLength(1);
  });

  test.each(["file:///etc/passwd", "ftp://a.example/x", "data:text/plain,x"])("to %s are refused", async location => {
    const origin = await serve((_, response) => response.writeHead(302, {location}).end());
    expect((await failure(request({url: origin, signal}))).code).toBe("source-redirect-refused");
  });

  test("in a circle end", async () => {
    const origin = await serve((_, response) => response.writeHead(302, {location: "/again"}).end());
    const error = await failure(request({url: origin, signal}));
    expect(error.message).toContain("more than 8 redirects");
  });
});

describe("a secret header", () => {
  const secret = {origin: "https://a.example", headers: {authorization: "Bearer s"}};

  test("is kept on the same host and dropped at another one, even when the way leads back", async () => {
    using net = network({
      "https://a.example/": "https://a.example/2",
      "https://a.example/2": "https://b.example/3",
      "https://b.example/3": "https://a.example.evil/4",
    });
    await request({url: "https://a.example/", signal, secret});
    expect(net.asked.map(({headers}) => headers.get("authorization"))).toEqual(["Bearer s", "Bearer s", null, null]);
  });

  test("is not sent in the clear to another computer", async () => {
    using net = network({});
    await request({url: "http://a.example/", signal, secret: {...secret, origin: "http://a.example"}});
    expect(net.asked[0]?.headers.get("authorization")).toBeNull();
  });
});

test("a refused connection is an error that names the host and the reason", async () => {
  const error = await failure(request({url: "http://127.0.0.1:1/", signal}));
  expect(error.code).toBe("source-unreachable");
  expect(error.message).toContain("127.0.0.1:1");
});
