import assert from "node:assert/strict";
import { test } from "node:test";
import { readText, withBucket } from "../testing/bucket.ts";

const Bucket = "photos";
const Key = "k";

test("ranges give a part and say which", () =>
  withBucket(async ({ s3, put }) => {
    for (const size of [10, 100_000]) {
      await put(Key, "0123456789".repeat(size / 10));
      const get = async (Range: string) => {
        const { Body, ContentRange, ContentLength } = await s3.GetObject({ Bucket, Key, Range });
        const text = await readText(Body);
        assert.equal(text.length, ContentLength);
        return [text.length > 20 ? text.length : text, ContentRange];
      };
      assert.deepEqual(await get("bytes=2-4"), ["234", `bytes 2-4/${size}`]);
      assert.deepEqual(await get("bytes=-3"), ["789", `bytes ${size - 3}-${size - 1}/${size}`]);
      assert.deepEqual(await get(`bytes=${size - 2}-`), [
        "89",
        `bytes ${size - 2}-${size - 1}/${size}`,
      ]);
      assert.deepEqual(await get(`bytes=${size - 2}-${size + 9}`), [
        "89",
        `bytes ${size - 2}-${size - 1}/${size}`,
      ]);
      for (const whole of ["bytes=0-1,3-4", "lines=1-2", "bytes=4-2", "bytes=-"])
        assert.equal((await get(whole))[1], undefined, whole);
      for (const beyond of [`bytes=${size}-`, "bytes=-0"])
        await assert.rejects(s3.GetObject({ Bucket, Key, Range: beyond }), {
          code: "InvalidRange",
          status: 416,
          members: { RangeRequested: beyond, ActualObjectSize: size },
        });
    }
  }));

test("conditions answer 304 and 412, and an ETag's outranks a date's", () =>
  withBucket(async ({ s3, put, cloud }) => {
    await put(Key);
    const { ETag } = await s3.HeadObject({ Bucket, Key });
    const nowMs = cloud.clock.now();
    const earlier = new Date(nowMs - 60_000);
    const later = new Date(nowMs + 60_000);
    const get = (conditions: object) => s3.GetObject({ Bucket, Key, ...conditions });
    const failed = { code: "PreconditionFailed", status: 412 };
    const unchanged = { code: "NotModified", status: 304 };
    await get({ IfMatch: ETag });
    await get({ IfMatch: ETag, IfUnmodifiedSince: earlier });
    await assert.rejects(get({ IfMatch: '"x"' }), failed);
    await assert.rejects(get({ IfUnmodifiedSince: earlier }), failed);
    await get({ IfUnmodifiedSince: later });
    await assert.rejects(get({ IfNoneMatch: ETag }), unchanged);
    await assert.rejects(get({ IfNoneMatch: "*" }), unchanged);
    await assert.rejects(get({ IfNoneMatch: ETag, IfModifiedSince: earlier }), unchanged);
    await get({ IfNoneMatch: '"x"', IfModifiedSince: later });
    await assert.rejects(get({ IfModifiedSince: later }), unchanged);
    await assert.rejects(get({ IfModifiedSince: new Date(nowMs) }), unchanged);
    await get({ IfModifiedSince: earlier });
    await assert.rejects(get({ IfNoneMatch: ETag }), (error: { headers: object }) => {
      assert.deepEqual(error.headers, {
        etag: ETag,
        "last-modified": new Date(nowMs).toUTCString(),
      });
      return true;
    });
  }));

test("response- parameters replace headers", () =>
  withBucket(async ({ s3, put }) => {
    await put(Key);
    const found = await s3.GetObject({
      Bucket,
      Key,
      ResponseContentType: "image/png",
      ResponseContentDisposition: "attachment",
      ResponseExpires: new Date(0),
    });
    assert.equal(found.ContentType, "image/png");
    assert.equal(found.ContentDisposition, "attachment");
    assert.equal(found.ExpiresString, "Thu, 01 Jan 1970 00:00:00 GMT");
  }));

test("a missing key and a missing bucket say so", () =>
  withBucket(async ({ s3 }) => {
    await assert.rejects(s3.GetObject({ Bucket, Key: "none" }), {
      code: "NoSuchKey",
      status: 404,
      message: "The specified key does not exist.",
    });
    await assert.rejects(s3.GetObject({ Bucket: "none", Key }), {
      code: "NoSuchBucket",
      message: "The specified bucket does not exist",
    });
  }));

test("a reader keeps an object that is replaced while it reads", () =>
  withBucket(async ({ s3, put }) => {
    await put(Key, "a".repeat(1_000_000));
    const { Body } = await s3.GetObject({ Bucket, Key });
    await put(Key, "b");
    await s3.DeleteObject({ Bucket, Key });
    assert.equal(await readText(Body), "a".repeat(1_000_000));
  }));

test("another account may read what the policy lets it, and nothing else", () =>
  withBucket(async ({ s3, stranger, put }) => {
    await put("open/a");
    await put("shut/a");
    await assert.rejects(stranger.GetObject({ Bucket, Key: "open/a" }), {
      code: "AccessDenied",
      status: 403,
    });
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::999999999999:root" },
          Action: "s3:Get*",
          Resource: "arn:aws:s3:::photos/*",
        },
        { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::photos/shut/*" },
      ],
    });
    await s3.PutBucketPolicy({ Bucket, Policy });
    assert.deepEqual(await s3.GetBucketPolicy({ Bucket }), { Policy });
    assert.equal(
      await readText((await stranger.GetObject({ Bucket, Key: "open/a" })).Body),
      "open/a",
    );
    await assert.rejects(stranger.GetObject({ Bucket, Key: "shut/a" }), { code: "AccessDenied" });
    await assert.rejects(stranger.PutObject({ Bucket, Key: "open/a" }), { code: "AccessDenied" });
    await assert.rejects(stranger.ListObjectsV2({ Bucket }), { code: "AccessDenied" });
  }));
