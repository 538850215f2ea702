/** Browsers' pages and buckets, through the gateway. */
import assert from "node:assert/strict";
import { request as send } from "node:http";
import { after, before, test } from "node:test";
import * as aws from "@aws-sdk/client-s3";
import { startCloud, type Cloud } from "#cloud/cloud.ts";

const Bucket = "photos";
const shop = "https://shop.example";
let cloud: Cloud;
let s3: aws.S3Client;

before(async () => {
  cloud = await startCloud({ compute: "simulated", logLevel: "error" });
  s3 = new aws.S3Client({
    endpoint: cloud.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "x" },
    forcePathStyle: true,
  });
  for (const name of [Bucket, "closed"])
    await s3.send(new aws.CreateBucketCommand({ Bucket: name }));
  for (const name of [Bucket, "closed"])
    await s3.send(new aws.PutObjectCommand({ Bucket: name, Key: "a", Body: "a" }));
  const CORSConfiguration = {
    CORSRules: [
      { AllowedMethods: ["GET"], AllowedOrigins: ["*"] },
      { AllowedMethods: ["PUT", "POST"], AllowedOrigins: [shop], ExposeHeaders: ["ETag"] },
    ],
  };
  await s3.send(new aws.PutBucketCorsCommand({ Bucket, CORSConfiguration }));
});
after(async () => {
  s3.destroy();
  await cloud.stop();
});

interface Reply {
  status: number;
  allowed: string | undefined;
  exposed: string | undefined;
  vary: string | undefined;
  text: string;
}

/** As a browser sends it; `fetch` would not let a test name the page. */
function ask(
  method: string,
  path: string,
  origin: string,
  headers: Record<string, string> = {},
  body = "",
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const options = { method, headers: { origin, ...headers }, agent: false };
  send(`${cloud.endpoint}${path}`, options, (reply) => {
    const pieces: Buffer[] = [];
    reply.on("data", (piece: Buffer) => pieces.push(piece));
    reply.on("end", () =>
      resolve({
        status: reply.statusCode!,
        allowed: reply.headers["access-control-allow-origin"],
        exposed: reply.headers["access-control-expose-headers"],
        vary: reply.headers.vary,
        text: Buffer.concat(pieces).toString(),
      }),
    );
  })
    .on("error", reject)
    .end(body);
  return promise;
}

test("a bucket's rules say which page may read a reply", async () => {
  const got = await ask("GET", "/photos/a", "https://elsewhere.example");
  assert.equal(got.text, "a");
  assert.equal(got.allowed, "*");
  const put = await ask("PUT", "/photos/b", shop, {}, "b");
  assert.deepEqual([put.status, put.allowed, put.exposed], [200, shop, "ETag"]);
  const head = await ask("HEAD", "/photos/a", shop);
  assert.deepEqual([head.status, head.allowed], [200, undefined]);
  assert.match(head.vary!, /^Origin/);
  const missing = await ask("GET", "/photos/none", shop);
  assert.deepEqual([missing.status, missing.allowed], [404, "*"]);
});

test("without rules no page may read, not even one of this machine", async () => {
  for (const origin of [shop, "http://localhost:3000"]) {
    const { status, allowed } = await ask("GET", "/closed/a", origin);
    assert.deepEqual([status, allowed], [200, undefined]);
  }
});

test("preflights of pages from elsewhere are the bucket's affair", async () => {
  const preflight = (path: string, method: string) =>
    ask("OPTIONS", path, shop, { "access-control-request-method": method });
  assert.equal((await preflight("/photos/b", "PUT")).status, 200);
  assert.equal((await preflight("/photos/b", "DELETE")).status, 403);
  assert.match((await preflight("/closed/b", "PUT")).text, /CORS is not enabled for this bucket/);
  assert.match((await preflight("/none/b", "PUT")).text, /may not call Fogbank/);
});

test("a page from elsewhere has no say in anything but buckets", async () => {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const call = "Action=CreateQueue&Version=2012-11-05&QueueName=q";
  for (const path of ["/", "/photos"]) {
    const refused = await ask("POST", path, shop, form, call);
    assert.equal(refused.status, 403, path);
    assert.match(refused.text, /may not call Fogbank/);
  }
  assert.equal((await ask("POST", "/_fogbank/reset", shop)).status, 403);
  const local = await ask("POST", "/", "http://localhost:3000", form, call);
  assert.deepEqual([local.status, local.allowed], [200, "http://localhost:3000"]);
});

test("a form that a page from elsewhere sends unasked is nobody's, and not the root's", async () => {
  const form = { "content-type": "text/plain" };
  const xml = "<Delete><Object><Key>a</Key></Object></Delete>";
  for (const signature of ["", "&X-Amz-Credential=test/20260105/us-east-1/s3/aws4_request"]) {
    const reply = await ask("POST", `/photos?delete${signature}`, shop, form, xml);
    assert.doesNotMatch(reply.text, /<Deleted>/);
  }
  assert.equal((await ask("GET", "/photos/a", shop)).text, "a");
});
