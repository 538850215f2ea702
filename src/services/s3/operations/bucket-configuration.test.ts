import assert from "node:assert/strict";
import { test } from "node:test";
import { withBucket } from "../testing/bucket.ts";

const Bucket = "photos";

test("a bucket has none of the configurations that nobody can make", () =>
  withBucket(async ({ s3 }) => {
    const Id = "all";
    for (const [list, get] of [
      [s3.ListBucketAnalyticsConfigurations, s3.GetBucketAnalyticsConfiguration],
      [s3.ListBucketIntelligentTieringConfigurations, s3.GetBucketIntelligentTieringConfiguration],
      [s3.ListBucketInventoryConfigurations, s3.GetBucketInventoryConfiguration],
      [s3.ListBucketMetricsConfigurations, s3.GetBucketMetricsConfiguration],
    ] as const) {
      assert.deepEqual(await list({ Bucket }), { IsTruncated: false });
      await assert.rejects(get({ Bucket, Id }), {
        code: "NoSuchConfiguration",
        message: "The specified configuration does not exist.",
      });
      await assert.rejects(list({ Bucket: "elsewhere" }), { code: "NoSuchBucket" });
    }
    await assert.rejects(
      s3.PutBucketMetricsConfiguration({ Bucket, Id, MetricsConfiguration: { Id } }),
      { code: "NotImplemented", status: 501 },
    );
  }));

test("a new bucket has AWS's settings of today", () =>
  withBucket(async ({ s3 }) => {
    assert.deepEqual((await s3.GetPublicAccessBlock({ Bucket })).PublicAccessBlockConfiguration, {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    assert.deepEqual(await s3.GetBucketOwnershipControls({ Bucket }), {
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
    });
    assert.deepEqual(
      (await s3.GetBucketEncryption({ Bucket })).ServerSideEncryptionConfiguration?.Rules?.[0]
        ?.ApplyServerSideEncryptionByDefault,
      { SSEAlgorithm: "AES256" },
    );
    assert.deepEqual(await s3.GetBucketVersioning({ Bucket }), {});
    assert.deepEqual(await s3.GetBucketLocation({ Bucket }), {});
    assert.deepEqual(await s3.GetBucketRequestPayment({ Bucket }), { Payer: "BucketOwner" });
    for (const [call, code] of [
      [s3.GetBucketTagging, "NoSuchTagSet"],
      [s3.GetBucketPolicy, "NoSuchBucketPolicy"],
      [s3.GetBucketCors, "NoSuchCORSConfiguration"],
      [s3.GetBucketWebsite, "NoSuchWebsiteConfiguration"],
      [s3.GetBucketLifecycleConfiguration, "NoSuchLifecycleConfiguration"],
      [s3.GetBucketReplication, "ReplicationConfigurationNotFoundError"],
      [s3.GetObjectLockConfiguration, "ObjectLockConfigurationNotFoundError"],
    ] as const)
      await assert.rejects(call({ Bucket }), { code, status: 404 });
  }));

test("tags of buckets and objects are kept, replaced and deleted", () =>
  withBucket(async ({ s3, put }) => {
    const Tagging = {
      TagSet: [
        { Key: "b", Value: "2" },
        { Key: "a", Value: "1" },
      ],
    };
    const sorted = { TagSet: Tagging.TagSet.toReversed() };
    await s3.PutBucketTagging({ Bucket, Tagging });
    assert.deepEqual(await s3.GetBucketTagging({ Bucket }), sorted);
    await s3.DeleteBucketTagging({ Bucket });
    await assert.rejects(s3.GetBucketTagging({ Bucket }), { code: "NoSuchTagSet" });
    const Key = "k";
    await put(Key);
    await s3.PutObjectTagging({ Bucket, Key, Tagging });
    assert.deepEqual(await s3.GetObjectTagging({ Bucket, Key }), sorted);
    assert.equal((await s3.HeadObject({ Bucket, Key })).TagCount, 2);
    await s3.DeleteObjectTagging({ Bucket, Key });
    assert.deepEqual(await s3.GetObjectTagging({ Bucket, Key }), { TagSet: [] });
    const many = Array.from({ length: 11 }, (_tag, index) => ({ Key: `${index}`, Value: "" }));
    await assert.rejects(s3.PutObjectTagging({ Bucket, Key, Tagging: { TagSet: many } }), {
      code: "InvalidTag",
      message: "Object tags cannot be greater than 10",
    });
  }));

test("a bucket whose owner is enforced takes no ACL", () =>
  withBucket(async ({ s3 }) => {
    await assert.rejects(s3.PutBucketAcl({ Bucket, ACL: "public-read" }), {
      code: "AccessControlListNotSupported",
      message: "The bucket does not allow ACLs",
    });
    const { Grants } = await s3.GetBucketAcl({ Bucket });
    assert.deepEqual(
      Grants?.map(({ Permission }) => Permission),
      ["FULL_CONTROL"],
    );
  }));

test("a policy must be JSON and speak of the bucket", () =>
  withBucket(async ({ s3 }) => {
    const put = (Policy: string) => s3.PutBucketPolicy({ Bucket, Policy });
    const statement = (changes: object) =>
      JSON.stringify({
        Statement: {
          Effect: "Allow",
          Principal: { AWS: "123456789012" },
          Action: "s3:*",
          Resource: "arn:aws:s3:::photos",
          ...changes,
        },
      });
    await assert.rejects(put("no"), {
      code: "MalformedPolicy",
      message: "Policies must be valid JSON and the first byte must be '{'",
    });
    await assert.rejects(put(statement({ Resource: "arn:aws:s3:::other/*" })), {
      message: "Policy has invalid resource",
    });
    await assert.rejects(put(statement({ Action: "sqs:*" })), {
      message: "Policy has invalid action",
    });
    await assert.rejects(put(statement({ Principal: undefined })), {
      message: "Missing required field Principal",
    });
    await put(statement({}));
    await s3.DeleteBucketPolicy({ Bucket });
    await assert.rejects(s3.GetBucketPolicy({ Bucket }), { code: "NoSuchBucketPolicy" });
  }));

test("what a policy denies everybody is denied to the bucket's own account, too", () =>
  withBucket(async ({ s3, put, text }) => {
    const deny = (statement: object) =>
      s3.PutBucketPolicy({
        Bucket,
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Deny", Principal: "*", Resource: "*", ...statement }],
        }),
      });
    await put("a");
    await deny({ Action: "s3:DeleteObject" });
    await assert.rejects(s3.DeleteObject({ Bucket, Key: "a" }), { code: "AccessDenied" });
    const { Deleted, Errors } = await s3.DeleteObjects({
      Bucket,
      Delete: { Objects: [{ Key: "a" }] },
    });
    assert.equal(Deleted, undefined);
    assert.deepEqual(Errors, [{ Key: "a", Code: "AccessDenied", Message: "Access Denied" }]);
    assert.equal(await text("a"), "a");
    // Templates demand secure transport and encryption, and clients of AWS have both.
    await deny({ Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } });
    const unencrypted = { Null: { "s3:x-amz-server-side-encryption": "true" } };
    await deny({ Action: "s3:PutObject", Condition: unencrypted });
    await put("b");
    // Whoever shut out everybody can still repair it.
    await deny({ Action: "s3:*" });
    await assert.rejects(text("a"), { code: "AccessDenied" });
    await s3.DeleteBucketPolicy({ Bucket });
    assert.equal(await text("a"), "a");
  }));
