/** Through the gateway, as the SDK's own client sees it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Readable } from "node:stream";
import * as aws from "@aws-sdk/client-s3";
import { startCloud, type Cloud } from "#cloud/cloud.ts";

const Bucket = "photos";
let cloud: Cloud;
let s3: aws.S3Client;

before(async () => {
  cloud = await startCloud({ compute: "simulated", logLevel: "error" });
  s3 = connect("us-east-1");
  await s3.send(new aws.CreateBucketCommand({ Bucket }));
});
function connect(region: string, endpoint = cloud.endpoint): aws.S3Client {
  return new aws.S3Client({
    endpoint,
    region,
    credentials: { accessKeyId: "123456789012", secretAccessKey: "x" },
    forcePathStyle: true,
    maxAttempts: 1,
  });
}

after(async () => {
  s3.destroy();
  await cloud.stop();
});

test("objects go in and out, with the SDK's trailing checksum", async () => {
  for (const size of [0, 1000, 70_000, 3_000_000]) {
    const bytes = Buffer.alloc(size, "0123456789");
    const Key = `a/b c+é ${size}.bin`;
    const put = await s3.send(
      new aws.PutObjectCommand({
        Bucket,
        Key,
        Body: size === 1000 ? bytes : Readable.from(pieces(bytes)),
        ContentLength: size,
        Metadata: { Colour: "red" },
        ContentType: "image/x-test",
      }),
    );
    assert.equal(put.ETag, `"${createHash("md5").update(bytes).digest("hex")}"`);
    assert.ok(put.ChecksumCRC32);
    const found = await s3.send(new aws.GetObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    assert.equal(found.ContentLength, size);
    assert.equal(found.ContentType, "image/x-test");
    assert.deepEqual(found.Metadata, { colour: "red" });
    assert.ok(Buffer.from(await found.Body!.transformToByteArray()).equals(bytes));
  }
});

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}

test("a range is answered with 206, an unchanged object with 304", async () => {
  const Key = "range";
  await s3.send(new aws.PutObjectCommand({ Bucket, Key, Body: "0123456789" }));
  const part = await s3.send(new aws.GetObjectCommand({ Bucket, Key, Range: "bytes=2-4" }));
  assert.equal(part.$metadata.httpStatusCode, 206);
  assert.equal(part.ContentRange, "bytes 2-4/10");
  assert.equal(await part.Body!.transformToString(), "234");
  const same = new aws.GetObjectCommand({ Bucket, Key, IfNoneMatch: part.ETag });
  await assert.rejects(s3.send(same), (error: aws.S3ServiceException) => {
    assert.equal(error.$metadata.httpStatusCode, 304);
    assert.equal(error.$response?.headers.etag, part.ETag);
    return true;
  });
});

test("errors are the SDK's own", async () => {
  await assert.rejects(s3.send(new aws.GetObjectCommand({ Bucket, Key: "none" })), aws.NoSuchKey);
  await assert.rejects(s3.send(new aws.HeadObjectCommand({ Bucket, Key: "none" })), aws.NotFound);
  await assert.rejects(s3.send(new aws.ListObjectsV2Command({ Bucket: "none" })), aws.NoSuchBucket);
  await assert.rejects(
    s3.send(
      new aws.SelectObjectContentCommand({
        Bucket,
        Key: "k",
        Expression: "x",
        ExpressionType: "SQL",
        InputSerialization: {},
        OutputSerialization: {},
      }),
    ),
    {
      name: "NotImplemented",
    },
  );
});

test("an upload in parts is completed, and lists tell it", async () => {
  const Key = "parts";
  const { UploadId } = await s3.send(new aws.CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts = await Promise.all(
    [Buffer.alloc(5 << 20, "a"), Buffer.from("b")].map(async (Body, index) => {
      const PartNumber = index + 1;
      const { ETag, ChecksumCRC32 } = await s3.send(
        new aws.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
      );
      return { PartNumber, ETag, ChecksumCRC32 };
    }),
  );
  await s3.send(
    new aws.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );
  const { Contents } = await s3.send(new aws.ListObjectsV2Command({ Bucket, Prefix: Key }));
  assert.deepEqual(
    Contents?.map((item) => [item.Key, item.Size]),
    [[Key, (5 << 20) + 1]],
  );
});

test("settings survive the way through XML", async () => {
  const LifecycleConfiguration = {
    Rules: [
      {
        ID: "a",
        Status: "Enabled" as const,
        Filter: { And: { Prefix: "x/", Tags: [{ Key: "k", Value: "v" }] } },
        Transitions: [{ Date: new Date(Date.UTC(2030, 0, 1)), StorageClass: "GLACIER" as const }],
      },
    ],
  };
  await s3.send(new aws.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
  const { Rules } = await s3.send(new aws.GetBucketLifecycleConfigurationCommand({ Bucket }));
  assert.deepEqual(Rules, LifecycleConfiguration.Rules);
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await s3.send(
    new aws.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
  );
  const { EventBridgeConfiguration } = await s3.send(
    new aws.GetBucketNotificationConfigurationCommand({ Bucket }),
  );
  assert.deepEqual(EventBridgeConfiguration, {});
  await s3
    .send(
      new aws.PutBucketTaggingCommand({
        Bucket,
        Tagging: { TagSet: [{ Key: "a", Value: "<&>" }] },
      }),
    )
    .then(
      () => assert.fail("the value has characters that tags may not have"),
      (error: Error) => assert.equal(error.name, "InvalidTag"),
    );
  assert.equal(
    (await s3.send(new aws.GetBucketLocationCommand({ Bucket }))).LocationConstraint,
    undefined,
  );
});

test("a bucket of another region says where it is", async () => {
  const far = connect("eu-west-1");
  await far.send(
    new aws.CreateBucketCommand({
      Bucket: "far",
      CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
    }),
  );
  await assert.rejects(
    s3.send(new aws.HeadBucketCommand({ Bucket: "far" })),
    (error: aws.S3ServiceException) => {
      assert.equal(error.$metadata.httpStatusCode, 301);
      assert.equal(error.$response?.headers["x-amz-bucket-region"], "eu-west-1");
      return true;
    },
  );
  far.destroy();
});

test("large bodies survive a restart, and bodies without an object do not", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "fogbank-s3-"));
  const first = await startCloud({ compute: "simulated", logLevel: "error", dataDir });
  const bytes = Buffer.alloc(300_000, "large");
  const one = connect("us-east-1", first.endpoint);
  await one.send(new aws.CreateBucketCommand({ Bucket: "kept" }));
  await one.send(new aws.PutObjectCommand({ Bucket: "kept", Key: "large", Body: bytes }));
  one.destroy();
  await first.stop();
  const orphan = join(dataDir, "blobs", "ab", "ab".repeat(16));
  mkdirSync(join(orphan, ".."), { recursive: true });
  writeFileSync(orphan, "nobody's");

  const second = await startCloud({ compute: "simulated", logLevel: "error", dataDir });
  const two = connect("us-east-1", second.endpoint);
  const { Body } = await two.send(new aws.GetObjectCommand({ Bucket: "kept", Key: "large" }));
  assert.ok(Buffer.from(await Body!.transformToByteArray()).equals(bytes));
  assert.ok(!existsSync(orphan));
  two.destroy();
  await second.stop();
  rmSync(dataDir, { recursive: true });
});
