import assert from "node:assert/strict";
import { test } from "node:test";
import { readText, withBucket } from "../testing/bucket.ts";

const Bucket = "photos";

test("a copy has the source's bytes, metadata and tags, or those it was given", () =>
  withBucket(async ({ s3, text }) => {
    for (const size of [5, 200_000]) {
      const body = "x".repeat(size);
      await s3.PutObject({
        Bucket,
        Key: "from é",
        Body: Buffer.from(body),
        ContentType: "text/plain",
        Metadata: { a: "1" },
        Tagging: "t=1",
        StorageClass: "STANDARD_IA",
      });
      const CopySource = `${Bucket}/${encodeURIComponent("from é")}`;
      const { CopyObjectResult } = await s3.CopyObject({ Bucket, Key: "to", CopySource });
      assert.match(CopyObjectResult!.ETag!, /^"[0-9a-f]{32}"$/);
      const copied = await s3.HeadObject({ Bucket, Key: "to" });
      assert.deepEqual(
        [copied.ContentType, copied.Metadata, copied.TagCount, copied.StorageClass],
        ["text/plain", { a: "1" }, 1, undefined],
      );
      await s3.CopyObject({
        Bucket,
        Key: "to",
        CopySource: `/${CopySource}`,
        MetadataDirective: "REPLACE",
        Metadata: { b: "2" },
        TaggingDirective: "REPLACE",
      });
      const replaced = await s3.HeadObject({ Bucket, Key: "to" });
      assert.deepEqual(
        [replaced.ContentType, replaced.Metadata, replaced.TagCount],
        ["binary/octet-stream", { b: "2" }, undefined],
      );
      // The bytes are shared: neither takes them from the other.
      await s3.DeleteObject({ Bucket, Key: "from é" });
      assert.equal(await text("to"), body);
    }
  }));

test("an object is copied onto itself only to change something", () =>
  withBucket(async ({ s3, put, text }) => {
    const body = "y".repeat(100_000);
    await put("k", body);
    const copy = (input: object) =>
      s3.CopyObject({ Bucket, Key: "k", CopySource: "photos/k", ...input });
    await assert.rejects(copy({}), {
      code: "InvalidRequest",
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
    await copy({ StorageClass: "STANDARD_IA" });
    await copy({ MetadataDirective: "REPLACE" });
    assert.equal(await text("k"), body);
  }));

test("an object of a bucket with encryption of its own is encrypted anew", () =>
  withBucket(async ({ s3, put }) => {
    await put("a");
    const copy = { Bucket: "photos", Key: "a", CopySource: "photos/a" };
    await assert.rejects(s3.CopyObject(copy), { code: "InvalidRequest" });
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const } };
    await s3.PutBucketEncryption({
      Bucket: "photos",
      ServerSideEncryptionConfiguration: { Rules: [rule] },
    });
    assert.equal((await s3.CopyObject(copy)).ServerSideEncryption, "AES256");
  }));

test("a copy's conditions and source are checked", () =>
  withBucket(async ({ s3, put }) => {
    await put("k");
    const copy = (input: object) =>
      s3.CopyObject({ Bucket, Key: "to", CopySource: "photos/k", ...input });
    await assert.rejects(copy({ CopySourceIfMatch: '"x"' }), {
      code: "PreconditionFailed",
      status: 412,
    });
    await assert.rejects(copy({ CopySourceIfNoneMatch: "*" }), { code: "PreconditionFailed" });
    await assert.rejects(copy({ CopySource: "photos/none" }), { code: "NoSuchKey" });
    await assert.rejects(copy({ CopySource: "none/k" }), { code: "NoSuchBucket" });
    await assert.rejects(copy({ CopySource: "photos" }), { code: "InvalidArgument" });
    await copy({ IfNoneMatch: "*" });
    await assert.rejects(copy({ IfNoneMatch: "*" }), { code: "PreconditionFailed" });
  }));

test("a version is copied by its id, and another checksum is calculated where one is asked for", () =>
  withBucket(
    async ({ s3, put }) => {
      const { VersionId } = await put("k", "old");
      await put("k", "new");
      const { CopySourceVersionId, CopyObjectResult } = await s3.CopyObject({
        Bucket,
        Key: "k",
        CopySource: `photos/k?versionId=${VersionId}`,
        ChecksumAlgorithm: "SHA256",
      });
      assert.equal(CopySourceVersionId, VersionId);
      assert.match(CopyObjectResult!.ChecksumSHA256!, /=$/);
      assert.equal(await readText((await s3.GetObject({ Bucket, Key: "k" })).Body), "old");
    },
    { versioned: true },
  ));
