import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, identify } from "../wire.ts";
import { fakeRequest } from "../testing/sdk.ts";

const authorization =
  "AWS4-HMAC-SHA256 Credential=AKID/20260105/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00";

async function route(line: string, headers: Record<string, string> = {}) {
  const [method = "", target = ""] = line.split(" ");
  const host = { host: "127.0.0.1:4566" };
  const request = fakeRequest({ method, target, headers: { ...host, ...headers, authorization } });
  const { operation, input } = await decode(identify(request), request, request.body);
  const { Bucket, Key } = input as { Bucket?: string; Key?: string };
  return [operation.name, Bucket, Key].filter((part) => part !== undefined).join(" ");
}

const lines: Record<string, string> = {
  "GET /": "ListBuckets",
  "GET /?x-id=ListDirectoryBuckets": "ListDirectoryBuckets",
  "GET /orders": "ListObjects orders",
  "GET /orders/?list-type=2": "ListObjectsV2 orders",
  "GET /orders?list-type=2&prefix=a": "ListObjectsV2 orders",
  "GET /orders?versions": "ListObjectVersions orders",
  "GET /orders?uploads=": "ListMultipartUploads orders",
  "GET /orders?location": "GetBucketLocation orders",
  "PUT /orders": "CreateBucket orders",
  "PUT /orders/": "CreateBucket orders",
  "HEAD /orders": "HeadBucket orders",
  "DELETE /orders": "DeleteBucket orders",
  "POST /orders?delete": "DeleteObjects orders",
  "GET /orders/a/b%20c": "GetObject orders a/b c",
  "GET /orders//a/": "GetObject orders /a/",
  "GET /orders/a%2Fb+c": "GetObject orders a/b+c",
  "GET /orders/k?acl": "GetObjectAcl orders k",
  "GET /orders/k?attributes": "GetObjectAttributes orders k",
  "GET /orders/k?uploadId=1": "ListParts orders k",
  "GET /orders/k?response-content-type=a": "GetObject orders k",
  "HEAD /orders/k": "HeadObject orders k",
  "PUT /orders/k": "PutObject orders k",
  "PUT /orders/k?partNumber=1&uploadId=2": "UploadPart orders k",
  "PUT /orders/k?tagging": "PutObjectTagging orders k",
  "POST /orders/k?uploads": "CreateMultipartUpload orders k",
  "POST /orders/k?uploadId=2": "CompleteMultipartUpload orders k",
  "DELETE /orders/k?uploadId=2": "AbortMultipartUpload orders k",
  "DELETE /orders/k?versionId=2": "DeleteObject orders k",
  "GET /orders?analytics": "ListBucketAnalyticsConfigurations orders",
  "GET /orders?analytics&id=1": "GetBucketAnalyticsConfiguration orders",
};

for (const [line, expected] of Object.entries(lines))
  test(`${line} is ${expected}`, async () => assert.equal(await route(line), expected));

test("a copy's source tells it from an upload", async () => {
  const source = { "x-amz-copy-source": "/a/b" };
  assert.equal(await route("PUT /orders/k", source), "CopyObject orders k");
  assert.equal(
    await route("PUT /orders/k?partNumber=1&uploadId=2", source),
    "UploadPartCopy orders k",
  );
});

test("the bucket may stand in the host name", async () => {
  for (const host of [
    "orders.s3.us-east-1.amazonaws.com",
    "orders.s3.localhost.localstack.cloud:4566",
    "orders.s3.us-east-1.localhost:4566",
    "orders.localhost:4566",
  ]) {
    assert.equal(await route("GET /a/b", { host }), "GetObject orders a/b");
    assert.equal(await route("GET /", { host }), "ListObjects orders");
    assert.equal(await route("GET /?list-type=2", { host }), "ListObjectsV2 orders");
  }
  assert.equal(await route("GET /", { host: "my.shop.s3.localhost" }), "ListObjects my.shop");
  for (const host of [
    "s3.us-east-1.amazonaws.com",
    "s3.localhost:4566",
    "localhost:4566",
    "[::1]:1",
  ])
    assert.equal(await route("GET /orders", { host }), "ListObjects orders");
});
