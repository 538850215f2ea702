import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpRequest } from "#http/http.ts";
import { emptyBody } from "#http/http.ts";
import { readText, withBucket, type BucketCloud } from "../testing/bucket.ts";

const Bucket = "photos";

async function ask(
  { cloud }: BucketCloud,
  target: string,
  headers: Record<string, string> = {},
  method = "GET",
) {
  const request = {
    method,
    target,
    headers: { host: "photos.s3-website.us-east-1.localhost:4566", ...headers },
    rawHeaders: [],
    body: emptyBody,
    remoteAddress: "127.0.0.1",
    signal: new AbortController().signal,
  } as unknown as HttpRequest;
  const site = cloud.host.sites().find((candidate) => candidate.matches(request));
  if (!site) return undefined;
  const reply = await site.handle(request);
  const { body } = reply;
  return { ...reply, text: typeof body === "string" ? body : await readText(body) };
}

const open = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::photos/*" },
  ],
});

test("a website serves its documents to anybody whom the policy lets in", () =>
  withBucket(async (bucket) => {
    const { s3, put } = bucket;
    for (const key of ["index.html", "docs/index.html", "error.html", "a b"]) await put(key);
    await s3.PutObject({ Bucket, Key: "moved", WebsiteRedirectLocation: "/a%20b" });
    assert.equal((await ask(bucket, "/"))?.status, 404);
    await s3.PutBucketWebsite({
      Bucket,
      WebsiteConfiguration: {
        IndexDocument: { Suffix: "index.html" },
        ErrorDocument: { Key: "error.html" },
        RoutingRules: [
          { Condition: { KeyPrefixEquals: "old/" }, Redirect: { ReplaceKeyPrefixWith: "new/" } },
          {
            Condition: { HttpErrorCodeReturnedEquals: "404", KeyPrefixEquals: "lost/" },
            Redirect: { HostName: "example.com", HttpRedirectCode: "302" },
          },
        ],
      },
    });
    assert.equal((await ask(bucket, "/"))?.status, 403);
    await assert.rejects(s3.PutBucketPolicy({ Bucket, Policy: open }), { code: "AccessDenied" });
    await s3.DeletePublicAccessBlock({ Bucket });
    await s3.PutBucketPolicy({ Bucket, Policy: open });
    assert.deepEqual((await s3.GetBucketPolicyStatus({ Bucket })).PolicyStatus, { IsPublic: true });
    const get = async (target: string, headers?: Record<string, string>) => {
      const reply = await ask(bucket, target, headers);
      return [reply?.status, reply?.headers.location ?? reply?.text];
    };
    assert.deepEqual(await get("/"), [200, "index.html"]);
    assert.deepEqual(await get("/docs/?x=1"), [200, "docs/index.html"]);
    assert.deepEqual(await get("/docs"), [302, "/docs/"]);
    assert.deepEqual(await get("/a%20b"), [200, "a b"]);
    assert.deepEqual(await get("/a%20b", { range: "bytes=0-0" }), [206, "a"]);
    assert.deepEqual(await get("/moved"), [301, "/a%20b"]);
    assert.deepEqual(await get("/old/x"), [
      301,
      "http://photos.s3-website.us-east-1.localhost:4566/new/x",
    ]);
    // Who may not list does not learn that a key is missing.
    assert.deepEqual(await get("/none"), [403, "error.html"]);
    const list = {
      Effect: "Allow",
      Principal: "*",
      Action: "s3:ListBucket",
      Resource: "arn:aws:s3:::photos",
    };
    const both = JSON.parse(open) as { Statement: object[] };
    both.Statement.push(list);
    await s3.PutBucketPolicy({ Bucket, Policy: JSON.stringify(both) });
    assert.deepEqual(await get("/none"), [404, "error.html"]);
    assert.deepEqual(await get("/lost/x"), [302, "http://example.com/lost/x"]);
    assert.equal((await ask(bucket, "/", {}, "POST"))?.status, 405);
  }));

test("objects that their ACL shows are shown, where the bucket takes ACLs", () =>
  withBucket(async (bucket) => {
    const { s3 } = bucket;
    await s3.DeletePublicAccessBlock({ Bucket });
    await s3.PutBucketOwnershipControls({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
    });
    await s3.PutBucketWebsite({ Bucket, WebsiteConfiguration: { IndexDocument: { Suffix: "i" } } });
    await s3.PutObject({ Bucket, Key: "open", ACL: "public-read", Body: Buffer.from("open") });
    await s3.PutObject({ Bucket, Key: "shut", Body: Buffer.from("shut") });
    assert.equal((await ask(bucket, "/open"))?.text, "open");
    assert.equal((await ask(bucket, "/shut"))?.status, 403);
    await s3.PutObjectAcl({ Bucket, Key: "shut", ACL: "public-read" });
    assert.equal((await ask(bucket, "/shut"))?.text, "shut");
    const { Grants, Owner } = await s3.GetObjectAcl({ Bucket, Key: "shut" });
    assert.deepEqual(Grants, [
      { Grantee: { Type: "CanonicalUser", ID: Owner!.ID }, Permission: "FULL_CONTROL" },
      {
        Grantee: { Type: "Group", URI: "http://acs.amazonaws.com/groups/global/AllUsers" },
        Permission: "READ",
      },
    ]);
    await s3.PutPublicAccessBlock({
      Bucket,
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, IgnorePublicAcls: true },
    });
    assert.equal((await ask(bucket, "/open"))?.status, 403);
    await assert.rejects(s3.PutObjectAcl({ Bucket, Key: "shut", ACL: "public-read" }), {
      code: "AccessDenied",
    });
  }));

test("a preflight is answered by the bucket's CORS rules", () =>
  withBucket(async (bucket) => {
    const { s3, cloud } = bucket;
    const preflight = (method: string, origin: string, target = "/photos/k") =>
      ask(
        bucket,
        target,
        {
          host: "localhost:4566",
          origin,
          "access-control-request-method": method,
          "access-control-request-headers": "X-A, content-type",
        },
        "OPTIONS",
      );
    await cloud.advance("1s");
    assert.equal((await preflight("GET", "https://shop.example"))?.status, 403);
    assert.equal(await preflight("GET", "https://shop.example", "/"), undefined);
    await s3.PutBucketCors({
      Bucket,
      CORSConfiguration: {
        CORSRules: [
          {
            AllowedMethods: ["PUT"],
            AllowedOrigins: ["https://*.example"],
            AllowedHeaders: ["*"],
            ExposeHeaders: ["ETag"],
            MaxAgeSeconds: 60,
          },
        ],
      },
    });
    await cloud.advance("1s");
    assert.equal((await preflight("GET", "https://shop.example"))?.status, 403);
    assert.equal((await preflight("PUT", "https://shop.test"))?.status, 403);
    const allowed = await preflight("PUT", "https://shop.example");
    assert.equal(allowed?.status, 200);
    assert.deepEqual(allowed.headers, {
      "access-control-allow-origin": "https://shop.example",
      "access-control-allow-methods": "PUT",
      "access-control-allow-headers": "x-a, content-type",
      "access-control-expose-headers": "ETag",
      "access-control-max-age": "60",
      "access-control-allow-credentials": "true",
      vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    });
    await s3.DeleteBucketCors({ Bucket });
    await assert.rejects(s3.GetBucketCors({ Bucket }), { code: "NoSuchCORSConfiguration" });
  }));
