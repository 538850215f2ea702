import assert from "node:assert/strict";
import { test } from "node:test";
import { withBucket } from "../testing/bucket.ts";

const Bucket = "photos";
const Key = "k";
const versioned = { versioned: true };

test("every put makes a version, and each is there until it is deleted by its id", () =>
  withBucket(async ({ s3, put, text }) => {
    const { VersionId: one } = await put(Key, "one");
    const { VersionId: two } = await put(Key, "two");
    assert.match(one!, /^[0-9A-Za-z]{32}$/);
    assert.equal(await text(Key), "two");
    assert.equal(await text(Key, one), "one");
    assert.deepEqual(await s3.DeleteObject({ Bucket, Key, VersionId: two }), { VersionId: two });
    assert.equal(await text(Key), "one");
    await assert.rejects(text(Key, two), { code: "NoSuchVersion", status: 404 });
    await assert.rejects(text(Key, "nonsense"), {
      code: "InvalidArgument",
      message: "Invalid version id specified",
    });
    await s3.DeleteObject({ Bucket, Key, VersionId: one });
    await s3.DeleteBucket({ Bucket });
  }, versioned));

test("a delete without a version hides the key behind a marker", () =>
  withBucket(async ({ s3, put, text }) => {
    const { VersionId: one } = await put(Key, "one");
    const { DeleteMarker, VersionId: marker } = await s3.DeleteObject({ Bucket, Key });
    assert.equal(DeleteMarker, true);
    await assert.rejects(text(Key), {
      code: "NoSuchKey",
      headers: { "x-amz-delete-marker": "true", "x-amz-version-id": marker },
    });
    await assert.rejects(text(Key, marker), { code: "MethodNotAllowed", status: 405 });
    assert.equal(await text(Key, one), "one");
    assert.equal((await s3.ListObjectsV2({ Bucket })).KeyCount, 0);
    await assert.rejects(s3.DeleteBucket({ Bucket }), {
      message:
        "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    });
    assert.deepEqual(await s3.DeleteObject({ Bucket, Key, VersionId: marker }), {
      VersionId: marker,
      DeleteMarker: true,
    });
    assert.equal(await text(Key), "one");
  }, versioned));

test("a suspended bucket has one null version of a key beside those with ids", () =>
  withBucket(async ({ s3, put, text }) => {
    const set = (Status: "Enabled" | "Suspended") =>
      s3.PutBucketVersioning({ Bucket, VersioningConfiguration: { Status } });
    await put(Key, "before");
    await set("Enabled");
    assert.equal(await text(Key, "null"), "before");
    const { VersionId: one } = await put(Key, "one");
    await set("Suspended");
    assert.equal((await put(Key, "null one")).VersionId, "null");
    await put(Key, "null two");
    assert.equal(await text(Key, "null"), "null two");
    assert.equal(await text(Key, one), "one");
    const { Versions } = await s3.ListObjectVersions({ Bucket });
    assert.deepEqual(
      Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
      [
        ["null", true],
        [one, false],
      ],
    );
    assert.deepEqual(await s3.DeleteObject({ Bucket, Key }), {
      DeleteMarker: true,
      VersionId: "null",
    });
    await assert.rejects(text(Key, "null"), { code: "MethodNotAllowed" });
    assert.deepEqual(await s3.GetBucketVersioning({ Bucket }), { Status: "Suspended" });
    await assert.rejects(
      s3.PutBucketVersioning({
        Bucket,
        VersioningConfiguration: { Status: "Enabled", MFADelete: "Enabled" },
      }),
      { code: "NotImplemented" },
    );
  }));

test("versions are listed newest first within a key, in pages of any size", () =>
  withBucket(async ({ s3, put }) => {
    const all: (string | undefined)[] = [];
    for (const key of ["a", "b", "c/1"])
      for (let index = 0; index < 3; index++) all.push((await put(key, `${index}`)).VersionId);
    all.push((await s3.DeleteObject({ Bucket, Key: "b" })).VersionId);
    const [a0, a1, a2, b0, b1, b2, c0, c1, c2, marker] = all;
    const wanted = [a2, a1, a0, marker, b2, b1, b0, c2, c1, c0];
    for (const MaxKeys of [1, 2, 3, 4, 100]) {
      const found: (string | undefined)[] = [];
      let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
      for (;;) {
        const page = await s3.ListObjectVersions({ Bucket, MaxKeys, ...from });
        const rows = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
        rows.sort((x, y) => wanted.indexOf(x.VersionId) - wanted.indexOf(y.VersionId));
        found.push(...rows.map(({ VersionId }) => VersionId));
        if (!page.IsTruncated) break;
        from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
      assert.deepEqual(found, wanted);
    }
    const folded = await s3.ListObjectVersions({ Bucket, Delimiter: "/", Prefix: "c" });
    assert.deepEqual(folded.CommonPrefixes, [{ Prefix: "c/" }]);
  }, versioned));

test("many deletes at once answer for each key", () =>
  withBucket(async ({ s3, put }) => {
    const { VersionId } = await put("a");
    const { Deleted, Errors } = await s3.DeleteObjects({
      Bucket,
      Delete: {
        Objects: [
          { Key: "a", VersionId },
          { Key: "new" },
          { Key: "b", VersionId: "nonsense" },
          { Key: "none", ETag: "x" },
        ],
      },
    });
    assert.deepEqual(Deleted?.[0], { Key: "a", VersionId });
    assert.equal(Deleted?.[1]?.DeleteMarker, true);
    assert.deepEqual(Errors, [
      {
        Key: "b",
        VersionId: "nonsense",
        Code: "InvalidArgument",
        Message: "Invalid version id specified",
      },
      { Key: "none", Code: "NoSuchKey", Message: "The specified key does not exist." },
    ]);
    const quiet = await s3.DeleteObjects({
      Bucket,
      Delete: { Objects: [{ Key: "z" }], Quiet: true },
    });
    assert.deepEqual(quiet, {});
    await assert.rejects(s3.DeleteObjects({ Bucket, Delete: { Objects: [] } }), {
      code: "MalformedXML",
    });
  }, versioned));
