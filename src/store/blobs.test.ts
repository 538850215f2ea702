import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { BlobNotFoundError, createMemoryBlobs, openFileBlobs, type BlobStore } from "./blobs.ts";

async function* pieces(...list: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of list) yield Buffer.from(piece);
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(body)).toString();
}

function describeBlobs(name: string, create: () => Promise<BlobStore>): void {
  describe(name, () => {
    test("bytes come back, whole and in part", async () => {
      const blobs = await create();
      const { id, sizeBytes } = await blobs.write(pieces("hello ", "", "large ", "world"));
      assert.equal(sizeBytes, 17);
      assert.equal(await text(await blobs.read(id)), "hello large world");
      assert.equal(await text(await blobs.read(id, { start: 4, end: 8 })), "o la");
      assert.equal(await text(await blobs.read(id, { start: 16, end: 17 })), "d");
    });

    test("a large body comes back whole", async () => {
      const blobs = await create();
      const piece = Buffer.alloc(100_000, "0123456789");
      const { id, sizeBytes } = await blobs.write(pieces(...Array(20).fill(piece.toString())));
      assert.equal(sizeBytes, 2_000_000);
      const found = await text(await blobs.read(id));
      assert.ok(found === piece.toString().repeat(20));
    });

    test("a body that breaks off leaves nothing", async () => {
      const blobs = await create();
      async function* broken() {
        yield Buffer.alloc(200_000);
        throw new Error("the client went away");
      }
      await assert.rejects(blobs.write(broken()), { message: "the client went away" });
      assert.equal(await blobs.sweep(async () => false), 0);
    });

    test("a reader keeps what is deleted while it reads", async () => {
      const blobs = await create();
      const { id } = await blobs.write(pieces("still here"));
      const body = await blobs.read(id);
      await blobs.delete(id);
      await blobs.delete(id);
      assert.equal(await text(body), "still here");
      await assert.rejects(blobs.read(id), BlobNotFoundError);
    });

    test("a sweep deletes what nobody names", async () => {
      const blobs = await create();
      const kept = await blobs.write(pieces("kept"));
      const orphan = await blobs.write(pieces("orphan"));
      assert.equal(await blobs.sweep(async (id) => id === kept.id), 1);
      assert.equal(await text(await blobs.read(kept.id)), "kept");
      await assert.rejects(blobs.read(orphan.id), BlobNotFoundError);
    });
  });
}

const root = mkdtempSync(join(tmpdir(), "fogbank-blobs-"));
after(() => rmSync(root, { recursive: true }));
const random = createSeededRandom(1);

describeBlobs("blobs in memory", async () => createMemoryBlobs(random));
describeBlobs("blobs in files", () =>
  openFileBlobs({ directory: join(root, random.hex(8)), durability: "fsync", random }),
);

test("an unfinished file of a killed process is swept", async () => {
  const directory = join(root, "unfinished");
  const blobs = await openFileBlobs({ directory, durability: "process", random });
  const body = (async function* () {
    yield Buffer.alloc(100_000);
    const [folder] = readdirSync(directory);
    assert.match(readdirSync(join(directory, folder!))[0]!, /\.part$/);
    const later = await openFileBlobs({ directory, durability: "process", random });
    assert.equal(await later.sweep(async () => true), 1);
    throw new Error("killed");
  })();
  await assert.rejects(blobs.write(body), { message: "killed" });
});
