import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { createSeededRandom } from "#runtime/random.ts";
import { createMemoryStore } from "#store/memory.ts";
import { zip } from "#services/kit/zip.ts";
import { codes, codeUses, everywhere } from "../records.ts";
import { createStage, type Stage } from "../testing/stage.ts";
import { CodeStore } from "./code-store.ts";

const packageOf = (text: string) => zip({ "index.mjs": text });
const handler = (answer: string) => `export const handler = async () => "${answer}";`;

/** How many packages are kept once their number is as expected: files are deleted in the host's time. */
const kept = ({ cloud }: Stage, count: number): Promise<number> =>
  eventually(`${count} packages are kept`, async () => {
    const found = await cloud.store.transaction((tx) => codes.list(tx, everywhere));
    return found.length === count && count;
  });

test("a package goes with the last version that names it", async (t) => {
  const stage = await createStage();
  t.after(() => stage.cloud.stop());
  const { create, lambda } = stage;
  await create("one", handler("same"));
  await create("two", handler("same"), { Publish: true });
  assert.equal(await kept(stage, 1), 1);
  await lambda.UpdateFunctionCode({ FunctionName: "two", ZipFile: packageOf(handler("new")) });
  assert.equal(await kept(stage, 2), 2);
  await lambda.DeleteFunction({ FunctionName: "one" });
  assert.equal((await stage.call("two", undefined, { Qualifier: "1" })).value, "same");
  await lambda.DeleteFunction({ FunctionName: "two", Qualifier: "1" });
  assert.equal(await kept(stage, 1), 1);
  await lambda.DeleteFunction({ FunctionName: "two" });
  assert.equal(await kept(stage, 0), 0);
  await create("one", handler("same"));
  assert.equal((await stage.call("one")).value, "same");
});

test("a layer's package stays while a function uses the layer", async (t) => {
  const stage = await createStage();
  t.after(() => stage.cloud.stop());
  const { create, lambda } = stage;
  const { LayerVersionArn } = await lambda.PublishLayerVersion({
    LayerName: "tools",
    Content: { ZipFile: zip({ "tool.txt": "here" }) },
  });
  await create("user", handler("x"), { Layers: [LayerVersionArn] });
  await lambda.DeleteLayerVersion({ LayerName: "tools", VersionNumber: 1 });
  assert.equal((await stage.call("user")).value, "x");
  assert.equal(await kept(stage, 2), 2);
  await lambda.DeleteFunction({ FunctionName: "user" });
  assert.equal(await kept(stage, 0), 0);
});

test("what a refused request brought is not kept", async (t) => {
  const stage = await createStage();
  t.after(() => stage.cloud.stop());
  await stage.create("one", handler("first"));
  await assert.rejects(stage.create("one", handler("second")), { message: /already exist/ });
  assert.equal(await kept(stage, 1), 1);
});

test("a start sweeps what was kept and never named, and what was deleted half", async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), "fogbank-codes-"));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const env = { store: createMemoryStore(), random: createSeededRandom(1), dataDir };
  const open = async () => {
    const opened = new CodeStore(env);
    await opened.open();
    return opened;
  };
  const use = (sha256: string) => [sha256, "1", "r", "function", "f", "1"];
  const before = await open();
  const keep = (text: string, isNamed: boolean) =>
    before.keep(packageOf(text), async ({ sha256 }) => {
      await env.store.transaction((tx) => {
        if (isNamed) codeUses.put(tx, everywhere, use(sha256), true);
      });
      await before.unpacked(sha256);
      return sha256;
    });
  const named = await keep("named", true);
  const unnamed = await keep("unnamed", false);
  const halfGone = await keep("half gone", true);
  await env.store.transaction((tx) => {
    codeUses.delete(tx, everywhere, ...use(halfGone));
    codes.delete(tx, everywhere, halfGone);
  });
  const after = await open();
  assert.deepEqual([await after.find(unnamed), await after.find(halfGone)], [undefined, undefined]);
  assert.equal((await after.find(named))!.length, packageOf("named").length);
  assert.equal((await readdir(join(dataDir, "lambda", "work", "code"))).length, 1);
  const packages = await readdir(join(dataDir, "lambda", "packages"), { recursive: true });
  assert.equal(packages.filter((name) => name.includes("/")).length, 1);
});

test("a folder that an event's program runs in stays until it ended", async () => {
  const store = createMemoryStore();
  const own = new CodeStore({ store, random: createSeededRandom(1), dataDir: undefined });
  const sha256 = await own.keep(packageOf("x"), async (code) => code.sha256);
  const folder = await own.keep(packageOf("x"), () => own.unpacked(sha256));
  assert.equal(await own.dropUnused(sha256, (used) => used === folder), false);
  assert.deepEqual(await readdir(folder), ["index.mjs"]);
  assert.equal(await own.dropUnused(sha256, () => false), true);
  await assert.rejects(readdir(folder), { code: "ENOENT" });
  await own.close();
});

test("a package goes though somebody is about to unpack it", async () => {
  const store = createMemoryStore();
  const own = new CodeStore({ store, random: createSeededRandom(1), dataDir: undefined });
  const sha256 = await own.keep(packageOf("x"), async (code) => code.sha256);
  const unpacking = assert.rejects(own.unpacked(sha256), /there is no deployment package/);
  assert.equal(await own.dropUnused(sha256, () => false), true);
  await unpacking;
  await own.close();
});

test("all who ask at once have one folder, and it goes with what is being unpacked in it", async () => {
  const store = createMemoryStore();
  const own = new CodeStore({ store, random: createSeededRandom(1), dataDir: undefined });
  const [one, other] = await Promise.all([own.workDir(), own.workDir()]);
  assert.equal(one, other);
  // So that the next cloud can take it away when this one is killed.
  assert.ok((await readdir(one)).includes("owner.json"));
  const unpacking = await own.keep(packageOf("x"), async ({ sha256 }) => [own.unpacked(sha256)]);
  await own.close();
  await Promise.all(unpacking);
  await assert.rejects(readdir(one), { code: "ENOENT" });
});
