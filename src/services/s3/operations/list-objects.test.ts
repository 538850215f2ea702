import assert from "node:assert/strict";
import { test } from "node:test";
import { withBucket } from "../testing/bucket.ts";

const Bucket = "photos";

test("ListObjectsV2 folds at the delimiter and goes on with its token", () =>
  withBucket(async ({ s3, put, cloud }) => {
    for (const key of ["a", "b/1", "b/2", "c d", "é"]) await put(key);
    const first = await s3.ListObjectsV2({ Bucket, Delimiter: "/", MaxKeys: 2 });
    assert.deepEqual(first.Contents, [
      {
        Key: "a",
        LastModified: new Date(cloud.clock.now()),
        ETag: '"0cc175b9c0f1b6a831c399e269772661"',
        ChecksumAlgorithm: ["CRC64NVME"],
        ChecksumType: "FULL_OBJECT",
        Size: 1,
        StorageClass: "STANDARD",
      },
    ]);
    assert.deepEqual(first.CommonPrefixes, [{ Prefix: "b/" }]);
    assert.equal(first.IsTruncated, true);
    assert.equal(first.KeyCount, 2);
    const second = await s3.ListObjectsV2({
      Bucket,
      Delimiter: "/",
      EncodingType: "url",
      FetchOwner: true,
      ContinuationToken: first.NextContinuationToken,
    });
    assert.deepEqual(
      second.Contents?.map(({ Key }) => Key),
      ["c+d", "%C3%A9"],
    );
    assert.match(second.Contents?.[0]?.Owner?.ID ?? "", /^[0-9a-f]{64}$/);
    assert.equal(second.IsTruncated, false);
    await assert.rejects(s3.ListObjectsV2({ Bucket, ContinuationToken: "!" }), {
      code: "InvalidArgument",
      message: "The continuation token provided is incorrect",
    });
    const after = await s3.ListObjectsV2({ Bucket, StartAfter: "b/1" });
    assert.deepEqual(
      after.Contents?.map(({ Key }) => Key),
      ["b/2", "c d", "é"],
    );
    assert.equal((await s3.ListObjectsV2({ Bucket, MaxKeys: 0 })).IsTruncated, false);
  }));

test("ListObjects goes on from its marker", () =>
  withBucket(async ({ s3, put }) => {
    for (const key of ["a/1", "a/2", "b", "c"]) await put(key);
    const first = await s3.ListObjects({ Bucket, Delimiter: "/", MaxKeys: 1 });
    assert.deepEqual([first.CommonPrefixes, first.NextMarker], [[{ Prefix: "a/" }], "a/"]);
    const rest = await s3.ListObjects({ Bucket, Delimiter: "/", Marker: first.NextMarker });
    assert.deepEqual(
      rest.Contents?.map(({ Key }) => Key),
      ["b", "c"],
    );
    assert.equal(rest.CommonPrefixes, undefined);
    const plain = await s3.ListObjects({ Bucket, Prefix: "a/", MaxKeys: 1 });
    assert.deepEqual([plain.IsTruncated, plain.NextMarker], [true, undefined]);
  }));
