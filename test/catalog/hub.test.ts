import {lstat, mkdir, readdir, readFile, readlink, symlink, unlink, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {readHubAddress} from "../../src/catalog/hub/address.ts";
import {findOnHub} from "../../src/catalog/hub/find.ts";
import {hubCache, hubSecret} from "../../src/catalog/hub/places.ts";
import {codeOf} from "../support/code-of.ts";
import {failure, modelBytes, sha256, temporaryFolder} from "./helpers.ts";
import {COMMIT, type HubHabits, lfsPointer, serveHub} from "./hub-server.ts";

const REPO = "owner/name-GGUF";
const q4 = modelBytes(60_000);
const q8 = modelBytes(90_000).fill(3, 100, 200);
const first = modelBytes(40_000).fill(1, 50, 60);
const second = modelBytes(30_000).fill(2, 50, 60);
const parts = {
  "Q6_K/name-Q6_K-00001-of-00002.gguf": first,
  "Q6_K/name-Q6_K-00002-of-00002.gguf": second,
};
const files = {
  "README.md": Buffer.from("# name"),
  "name-Q4_K_M.gguf": q4,
  "name-Q8_0.gguf": q8,
  "mmproj-name-F16.gguf": modelBytes(500),
  ...parts,
};

async function setUp(habits: HubHabits = {}, content: Readonly<Record<string, Buffer>> = files) {
  const hub = await serveHub(REPO, content, habits);
  const home = await temporaryFolder();
  const env = {HOME: home, HF_HOME: join(home, "hf"), HF_ENDPOINT: hub.endpoint};
  const folder = join(home, "hf", "hub", "models--owner--name-GGUF");
  return {...hub, env, folder, home, options: {env, retryDelaysMs: [1, 1]}};
}

describe("an address on the hub", () => {
  test("names a quantisation or a file, a revision or none", () => {
    expect(readHubAddress("hf:o/n")).toEqual({repo: "o/n", revision: "main"});
    expect(readHubAddress("hf:o/n@v1.0:sub/file.gguf")).toEqual({
      repo: "o/n",
      revision: "v1.0",
      choice: "sub/file.gguf",
    });
    expect(readHubAddress("hf:o/n/file.gguf")).toEqual({repo: "o/n", revision: "main", choice: "file.gguf"});
  });

  test.each(["hf:name", "hf:o/n:", "hf:o/n:../secret", "hf:../n", "hf:o/n@../x", "hf:"])(
    "%s is refused",
    async spec => {
      expect(await codeOf(() => readHubAddress(spec))).toBe("model-spec");
    },
  );
});

describe("a model on the hub", () => {
  test("lies in the hub's own cache: bytes by their hash, a link in the snapshot, the commit under refs", async () => {
    const {options, folder} = await setUp();
    const {path, origin} = await findOnHub(`hf:${REPO}:Q4_K_M`, options);
    expect(origin).toBe(`hf:${REPO}@${COMMIT}:name-Q4_K_M.gguf`);
    expect(path).toBe(join(folder, "snapshots", COMMIT, "name-Q4_K_M.gguf"));
    expect(await readlink(path)).toBe(join("..", "..", "blobs", sha256(q4)));
    expect((await readFile(path)).equals(q4)).toBe(true);
    expect(await readFile(join(folder, "refs", "main"), "utf8")).toBe(COMMIT);
    expect(await readdir(join(folder, "blobs"))).toEqual([sha256(q4)]);
  });

  test("is used from the cache without asking the hub, and asked for anew when it is renewed", async () => {
    const {options, seen} = await setUp();
    await findOnHub(`hf:${REPO}:q4_k_m`, options);
    const before = seen.length;
    await findOnHub(`hf:${REPO}:name-Q4_K_M.gguf`, options);
    expect(seen.length).toBe(before);
    await findOnHub(`hf:${REPO}:Q4_K_M`, {...options, renew: true});
    expect(seen.slice(before).map(({url}) => url)).toEqual([`/api/models/${REPO}/revision/main?blobs=true`]);
  });

  test("that another program of the hub has fetched is used as it is, offline too", async () => {
    const {options, env, folder, seen} = await setUp();
    const snapshot = join(folder, "snapshots", COMMIT);
    await mkdir(snapshot, {recursive: true});
    await mkdir(join(folder, "blobs"));
    await mkdir(join(folder, "refs"));
    await writeFile(join(folder, "refs", "main"), COMMIT);
    await writeFile(join(folder, "blobs", sha256(q8)), q8);
    await symlink(join("..", "..", "blobs", sha256(q8)), join(snapshot, "name-Q8_0.gguf"));
    const offline = {...options, env: {...env, HF_HUB_OFFLINE: "1"}};
    expect((await findOnHub(`hf:${REPO}:Q8_0`, offline)).path).toBe(join(snapshot, "name-Q8_0.gguf"));
    expect((await failure(findOnHub(`hf:${REPO}:Q4_K_M`, offline))).code).toBe("model-choice");
    expect((await failure(findOnHub("hf:owner/other:Q4_K_M", offline))).code).toBe("hub-offline");
    expect(seen).toEqual([]);
  });

  test("in several files is fetched whole, and half of it in the cache is not the model", async () => {
    const {options, seen, folder} = await setUp();
    const {path} = await findOnHub(`hf:${REPO}:Q6_K`, options);
    expect(path).toBe(join(folder, "snapshots", COMMIT, "Q6_K", "name-Q6_K-00001-of-00002.gguf"));
    expect((await readFile(path.replace("00001", "00002"))).equals(second)).toBe(true);
    await unlink(path.replace("00001", "00002"));
    const before = seen.length;
    await findOnHub(`hf:${REPO}:Q6_K`, options);
    expect(seen.length).toBeGreaterThan(before);
    expect((await readFile(path.replace("00001", "00002"))).equals(second)).toBe(true);
  });

  test("whose set of parts is not whole on the hub is refused with the missing names", async () => {
    const {options} = await setUp({}, {"name-Q6_K-00001-of-00002.gguf": first});
    const error = await failure(findOnHub(`hf:${REPO}:Q6_K`, options));
    expect(error.code).toBe("model-part-missing");
    expect(error.details).toEqual(["missing: name-Q6_K-00002-of-00002.gguf"]);
  });

  test("is chosen by nobody but the user: several are listed, projectors are none", async () => {
    const {options} = await setUp();
    const several = await failure(findOnHub(`hf:${REPO}`, options));
    expect(several.code).toBe("model-choice");
    expect(several.details).toEqual(["Q6_K/name-Q6_K.gguf", "name-Q4_K_M.gguf", "name-Q8_0.gguf"]);
    expect((await failure(findOnHub(`hf:${REPO}:F16`, options))).code).toBe("model-choice");
    expect((await failure(findOnHub(`hf:${REPO}:Q4_K`, options))).code).toBe("model-choice");
  });

  test("that is the only one of its repository needs no name", async () => {
    const {options} = await setUp({}, {"name-BF16.gguf": q4, "mmproj-name.gguf": q8});
    expect((await findOnHub(`hf:${REPO}`, options)).origin).toBe(`hf:${REPO}@${COMMIT}:name-BF16.gguf`);
  });

  test("that is larger than what may be fetched is refused before anything is", async () => {
    const {options, seen} = await setUp();
    const error = await failure(findOnHub(`hf:${REPO}:Q6_K`, {...options, maxBytes: first.length + second.length - 1}));
    expect(error.code).toBe("source-too-big");
    expect(seen.length).toBe(1);
  });

  test("goes on where a cut connection left it, by ranges", async () => {
    const {options, seen} = await setUp({cutAfter: 20_000});
    const {path} = await findOnHub(`hf:${REPO}:Q4_K_M`, options);
    expect((await readFile(path)).equals(q4)).toBe(true);
    const ranges = seen.filter(({host}) => host === "storage").map(({range}) => range);
    expect(ranges[0]).toBeUndefined();
    expect(ranges.some(range => /^bytes=[1-9]\d*-$/.test(range ?? ""))).toBe(true);
  });

  test("is refused when the storage sends the pointer instead of the file, or other bytes of its length", async () => {
    const pointer = await setUp({instead: lfsPointer(q4)});
    expect((await failure(findOnHub(`hf:${REPO}:Q4_K_M`, pointer.options))).code).toBe("source-size-mismatch");
    const other = await setUp({instead: Buffer.from(q4).fill(9, 1000, 1010)});
    expect((await failure(findOnHub(`hf:${REPO}:Q4_K_M`, other.options))).code).toBe("checksum-mismatch");
    expect((await readdir(join(other.folder, "blobs"))).filter(name => !name.includes("lock"))).toEqual([]);
  });

  test("that git keeps itself is held to git's hash", async () => {
    const {options, folder} = await setUp({}, {"small/name-F32.gguf": first});
    const {path} = await findOnHub(`hf:${REPO}`, options);
    expect((await readFile(path)).equals(first)).toBe(true);
    expect((await readdir(join(folder, "blobs")))[0]).toMatch(/^[0-9a-f]{40}$/);
    const wrong = await setUp({instead: Buffer.from(first).fill(9, 9, 19)}, {"small/name-F32.gguf": first});
    expect((await failure(findOnHub(`hf:${REPO}`, wrong.options))).code).toBe("checksum-mismatch");
  });

  test("of a gated repository says what is missing, and the storage never sees the token", async () => {
    const {options, env, seen} = await setUp({gatedFor: "hf_right"});
    const without = await failure(findOnHub(`hf:${REPO}:Q4_K_M`, options));
    expect(without.code).toBe("hub-refused");
    expect(without.message).toContain("gated, and no access token is set");
    const denied = await failure(findOnHub(`hf:${REPO}:Q4_K_M`, {...options, env: {...env, HF_TOKEN: "hf_wrong"}}));
    expect(denied.message).toContain("the token's owner has no access");
    expect(JSON.stringify(denied)).not.toContain("hf_wrong");
    await findOnHub(`hf:${REPO}:Q4_K_M`, {...options, env: {...env, HF_TOKEN: " hf_right\n"}});
    expect(seen.filter(({host, token}) => host === "storage" && token !== undefined)).toEqual([]);
    expect(seen.some(({host}) => host === "storage")).toBe(true);
  });

  test("of a private repository is found with the token that the hub's own login wrote", async () => {
    const {options, home} = await setUp({privateFor: "hf_file"});
    expect((await failure(findOnHub(`hf:${REPO}:Q4_K_M`, options))).message).toContain("or it is private");
    await mkdir(join(home, "hf"), {recursive: true});
    await writeFile(join(home, "hf", "token"), "hf_file\n");
    expect((await lstat((await findOnHub(`hf:${REPO}:Q4_K_M`, options)).path)).isSymbolicLink()).toBe(true);
  });

  test("of a repository that is not there is refused by its name", async () => {
    const {options} = await setUp();
    const error = await failure(findOnHub("hf:owner/nothing:Q4_K_M", options));
    expect([error.code, error.facts.status]).toEqual(["hub-refused", 404]);
  });
});

describe("the hub's places", () => {
  test("are those of its own programs", async () => {
    expect(hubCache({HOME: "/h"})).toBe("/h/.cache/huggingface/hub");
    expect(hubCache({HOME: "/h", XDG_CACHE_HOME: "/x"})).toBe("/x/huggingface/hub");
    expect(hubCache({HOME: "/h", HF_HOME: "~/hf"})).toBe("/h/hf/hub");
    expect(hubCache({HF_HOME: "/hf", HF_HUB_CACHE: "/models"})).toBe("/models");
    expect(await hubSecret({HOME: "/nowhere"})).toBeUndefined();
  });
});
