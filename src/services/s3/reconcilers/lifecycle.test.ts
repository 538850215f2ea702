import assert from "node:assert/strict";
import { test } from "node:test";
import { withBucket } from "../testing/bucket.ts";

const Bucket = "photos";

test("objects under a rule say when they expire, and are gone then", () =>
  withBucket(async ({ s3, put, cloud }) => {
    await s3.PutBucketLifecycleConfiguration({
      Bucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: "old logs",
            Status: "Enabled",
            Filter: { Prefix: "logs/" },
            Expiration: { Days: 2 },
          },
        ],
      },
    });
    await put("logs/a");
    await put("kept");
    const { Expiration } = await s3.HeadObject({ Bucket, Key: "logs/a" });
    assert.equal(Expiration, 'expiry-date="Thu, 08 Jan 2026 00:00:00 GMT", rule-id="old%20logs"');
    assert.equal((await s3.HeadObject({ Bucket, Key: "kept" })).Expiration, undefined);
    const keys = async () => (await s3.ListObjectsV2({ Bucket })).Contents?.map(({ Key }) => Key);
    await cloud.advance("59h");
    assert.deepEqual(await keys(), ["kept", "logs/a"]);
    await cloud.advance("2h");
    assert.deepEqual(await keys(), ["kept"]);
  }));

test("versions are outlived, markers cleaned up, uploads aborted, classes changed", () =>
  withBucket(
    async ({ s3, put, cloud }) => {
      await put("a", "1");
      await put("a", "2");
      await put("gone");
      await s3.DeleteObject({ Bucket, Key: "gone" });
      await put("large", new Uint8Array(200_000));
      await s3.CreateMultipartUpload({ Bucket, Key: "never" });
      const LifecycleConfiguration = {
        Rules: [
          {
            ID: "all",
            Status: "Enabled" as const,
            Filter: {},
            Expiration: { ExpiredObjectDeleteMarker: true },
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
            Transitions: [
              { Date: new Date(Date.UTC(2026, 0, 8)), StorageClass: "GLACIER" as const },
            ],
          },
        ],
      };
      await s3.PutBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration });
      const { Rules } = await s3.GetBucketLifecycleConfiguration({ Bucket });
      assert.deepEqual(Rules, LifecycleConfiguration.Rules);
      await cloud.advance("2d");
      const { Versions, DeleteMarkers } = await s3.ListObjectVersions({ Bucket });
      assert.deepEqual(
        Versions?.map(({ Key, IsLatest }) => [Key, IsLatest]),
        [
          ["a", true],
          ["large", true],
        ],
      );
      assert.equal(DeleteMarkers, undefined);
      assert.equal((await s3.ListMultipartUploads({ Bucket })).Uploads?.length, 1);
      await cloud.advance("3d");
      assert.equal((await s3.ListMultipartUploads({ Bucket })).Uploads, undefined);
      assert.equal((await s3.HeadObject({ Bucket, Key: "large" })).StorageClass, "GLACIER");
      await assert.rejects(s3.GetObject({ Bucket, Key: "large" }), {
        code: "InvalidObjectState",
        status: 403,
      });
      await s3.DeleteBucketLifecycle({ Bucket });
      await assert.rejects(s3.GetBucketLifecycleConfiguration({ Bucket }), {
        code: "NoSuchLifecycleConfiguration",
      });
    },
    { versioned: true },
  ));

test("rules that cannot be are refused", () =>
  withBucket(async ({ s3 }) => {
    const put = (rule: object) =>
      s3.PutBucketLifecycleConfiguration({
        Bucket,
        LifecycleConfiguration: { Rules: [{ Status: "Enabled", Filter: {}, ...rule }] },
      });
    await assert.rejects(put({}), {
      code: "InvalidRequest",
      message: "At least one action needs to be specified in a rule.",
    });
    await assert.rejects(put({ Expiration: { Days: 0 } }), { code: "InvalidArgument" });
    await assert.rejects(put({ Expiration: { Date: new Date(1) } }), {
      message: "'Date' must be at midnight GMT",
    });
    await assert.rejects(put({ Expiration: { Days: 1 }, Prefix: "both" }), {
      code: "MalformedXML",
    });
    await assert.rejects(put({ Transitions: [{ Days: 3, StorageClass: "STANDARD_IA" }] }), {
      message:
        "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
    });
  }));
