/** Without credentials, through a gateway that demands them. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as aws from "@aws-sdk/client-s3";
import { startCloud, type Cloud } from "#cloud/cloud.ts";

const Bucket = "photos";
let dataDir: string;
let cloud: Cloud;
let s3: aws.S3Client;

before(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "fogbank-s3-"));
  cloud = await startCloud({ compute: "simulated", logLevel: "error", auth: "signed", dataDir });
  const credentials = JSON.parse(
    readFileSync(join(dataDir, "root-credential.json"), "utf8"),
  ) as aws.S3ClientConfig["credentials"] & object;
  s3 = new aws.S3Client({
    endpoint: cloud.endpoint,
    region: "us-east-1",
    credentials,
    forcePathStyle: true,
  });
  await s3.send(new aws.CreateBucketCommand({ Bucket }));
  await s3.send(new aws.PutObjectCommand({ Bucket, Key: "public/a", Body: "a" }));
  await s3.send(new aws.PutObjectCommand({ Bucket, Key: "secret/b", Body: "b" }));
});
after(async () => {
  s3.destroy();
  await cloud.stop();
  rmSync(dataDir, { recursive: true });
});

async function ask(path: string, init?: RequestInit): Promise<[status: number, text: string]> {
  const reply = await fetch(`${cloud.endpoint}${path}`, init);
  const text = await reply.text();
  return [reply.status, /<Code>(.*?)<\/Code>/.exec(text)?.[1] ?? text];
}

async function allow(Action: string, Resource: string): Promise<void> {
  await s3.send(new aws.DeletePublicAccessBlockCommand({ Bucket }));
  const Statement = [{ Effect: "Allow", Principal: "*", Action, Resource }];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await s3.send(new aws.PutBucketPolicyCommand({ Bucket, Policy }));
}

test("who signs nothing may do nothing that no policy allows", async () => {
  assert.deepEqual(await ask("/"), [403, "AccessDenied"]);
  assert.deepEqual(await ask("/photos"), [403, "AccessDenied"]);
  assert.deepEqual(await ask("/photos/public/a"), [403, "AccessDenied"]);
  assert.deepEqual(await ask("/photos/none"), [403, "AccessDenied"]);
  assert.deepEqual(await ask("/none/none"), [404, "NoSuchBucket"]);
  assert.deepEqual(await ask("/other", { method: "PUT" }), [403, "AccessDenied"]);
  assert.deepEqual(await ask("/photos/c?uploads", { method: "POST" }), [403, "AccessDenied"]);
});

test("a bucket policy for everybody lets those in who sign nothing", async () => {
  await allow("s3:GetObject", "arn:aws:s3:::photos/public/*");
  assert.deepEqual(await ask("/photos/public/a"), [200, "a"]);
  assert.deepEqual(await ask("/photos/secret/b"), [403, "AccessDenied"]);
  assert.deepEqual(await ask("/photos/public/a?response-content-type=text/html"), [
    400,
    "InvalidRequest",
  ]);
});

test("what nobody in particular uploads is nobody's", async () => {
  await allow("s3:PutObject", "arn:aws:s3:::photos/inbox/*");
  assert.equal((await ask("/photos/inbox/c", { method: "PUT", body: "c" }))[0], 200);
  assert.deepEqual(await ask("/photos/c", { method: "PUT", body: "c" }), [403, "AccessDenied"]);
  // The bucket's owner owns it all the same, unless the bucket has object writers.
  const { Owner } = await s3.send(new aws.GetObjectAclCommand({ Bucket, Key: "inbox/c" }));
  const { Owner: own } = await s3.send(new aws.ListBucketsCommand({}));
  assert.equal(Owner!.ID, own!.ID);
  const OwnershipControls = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
  await s3.send(new aws.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
  await ask("/photos/inbox/d", { method: "PUT", body: "d" });
  const { Contents } = await s3.send(
    new aws.ListObjectsV2Command({ Bucket, Prefix: "inbox/d", FetchOwner: true }),
  );
  assert.equal(Contents![0]!.Owner!.ID, "65a011a29cdf8ec533ec3d1ccaae921c");
});

test("a wrong key is refused, and not taken for nobody", async () => {
  const authorization =
    "AWS4-HMAC-SHA256 Credential=test/20260105/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00";
  assert.deepEqual(await ask("/photos/public/a", { headers: { authorization } }), [
    403,
    "InvalidAccessKeyId",
  ]);
});
