import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ChunkedBody } from "#wire/sigv4/chunked.ts";
import { checksumOf } from "../checksums/checksum.ts";
import { readBytes, readText, stream, withBucket } from "../testing/bucket.ts";

const Bucket = "photos";

test("an object comes back with its bytes, its headers and its metadata", () =>
  withBucket(async ({ s3, cloud }) => {
    const put = await s3.PutObject({
      Bucket,
      Key: "a/b c.txt",
      Body: Buffer.from("hello"),
      ContentType: "text/plain",
      CacheControl: "max-age=60",
      ContentDisposition: "inline",
      ContentEncoding: "gzip,aws-chunked",
      ContentLanguage: "en",
      Expires: new Date(Date.UTC(2030, 0, 1)),
      Metadata: { Colour: "red" },
      Tagging: "team=web&empty=",
    });
    assert.deepEqual(put, {
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      ServerSideEncryption: "AES256",
      ChecksumCRC64NVME: "M3eFcAZSQlc=",
      ChecksumType: "FULL_OBJECT",
    });
    const { Body, ...head } = await s3.GetObject({ Bucket, Key: "a/b c.txt" });
    assert.equal(await readText(Body), "hello");
    assert.deepEqual(head, {
      AcceptRanges: "bytes",
      LastModified: new Date(cloud.clock.now()),
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      ContentLength: 5,
      ContentType: "text/plain",
      CacheControl: "max-age=60",
      ContentDisposition: "inline",
      ContentEncoding: "gzip",
      ContentLanguage: "en",
      ExpiresString: "Tue, 01 Jan 2030 00:00:00 GMT",
      WebsiteRedirectLocation: undefined,
      Metadata: { colour: "red" },
      ServerSideEncryption: "AES256",
      TagCount: 2,
    });
    assert.deepEqual(await s3.HeadObject({ Bucket, Key: "a/b c.txt" }), head);
  }));

test("bodies of all sizes come back, however they came", () =>
  withBucket(async ({ s3 }) => {
    for (const size of [0, 1, 4096, 4097, 65_536, 65_537, 3_000_000]) {
      const bytes = Buffer.alloc(size, "0123456789abcdef");
      for (const Body of [
        bytes,
        stream(bytes),
        stream(bytes.subarray(0, 10), bytes.subarray(10)),
      ]) {
        const { ETag } = await s3.PutObject({ Bucket, Key: "sized", Body });
        assert.equal(ETag, `"${createHash("md5").update(bytes).digest("hex")}"`);
        const found = await s3.GetObject({ Bucket, Key: "sized" });
        assert.equal(found.ContentLength, size);
        assert.ok((await readBytes(found.Body)).equals(bytes));
      }
    }
  }));

test("a payload that is not what its digests say is refused, and leaves nothing", () =>
  withBucket(async ({ s3 }) => {
    for (const size of [5, 100_000]) {
      const Body = () => stream(Buffer.alloc(size, "x"));
      const md5 = createHash("md5").update("other").digest("base64");
      await assert.rejects(s3.PutObject({ Bucket, Key: "k", Body: Body(), ContentMD5: md5 }), {
        code: "BadDigest",
        message: "The Content-MD5 you specified did not match what we received.",
      });
      await assert.rejects(s3.PutObject({ Bucket, Key: "k", Body: Body(), ContentMD5: "!" }), {
        code: "InvalidDigest",
      });
      for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const) {
        const wrong = checksumOf(algorithm, Buffer.from("other"));
        await assert.rejects(
          s3.PutObject({ Bucket, Key: "k", Body: Body(), [`Checksum${algorithm}`]: wrong }),
          {
            code: "BadDigest",
            message: `The ${algorithm} you specified did not match the calculated checksum.`,
          },
        );
        await assert.rejects(
          s3.PutObject({ Bucket, Key: "k", Body: Body(), [`Checksum${algorithm}`]: "AA" }),
          { code: "InvalidRequest" },
        );
      }
    }
    await assert.rejects(s3.HeadObject({ Bucket, Key: "k" }), { code: "NoSuchKey" });
  }));

test("a checksum that was given is kept and told to those who ask", () =>
  withBucket(async ({ s3 }) => {
    const Body = Buffer.from("hello");
    const ChecksumSHA256 = checksumOf("SHA256", Body);
    const put = await s3.PutObject({ Bucket, Key: "k", Body, ChecksumSHA256 });
    assert.equal(put.ChecksumSHA256, ChecksumSHA256);
    const silent = await s3.HeadObject({ Bucket, Key: "k" });
    assert.equal(silent.ChecksumSHA256, undefined);
    const told = await s3.HeadObject({ Bucket, Key: "k", ChecksumMode: "ENABLED" });
    assert.equal(told.ChecksumSHA256, ChecksumSHA256);
    assert.equal(told.ChecksumType, "FULL_OBJECT");
  }));

test("the checksum in a body's trailer is compared", () =>
  withBucket(async ({ s3 }) => {
    const send = (value: string) => {
      const framed = stream("5\r\nhel", `lo\r\n0\r\nx-amz-checksum-crc32:${value}\r\n\r\n`);
      const headers = { "x-amz-decoded-content-length": "5" };
      const Body = new ChunkedBody({ body: framed, headers }, undefined);
      return s3.PutObject({ Bucket, Key: "k", Body, ChecksumAlgorithm: "CRC32" });
    };
    await assert.rejects(send("AAAAAA=="), { code: "BadDigest" });
    assert.equal((await send("NhCmhg==")).ChecksumCRC32, "NhCmhg==");
  }));

test("a body that breaks off leaves nothing", () =>
  withBucket(async ({ s3 }) => {
    async function* broken() {
      yield Buffer.alloc(100_000);
      throw new Error("the client went away");
    }
    await assert.rejects(s3.PutObject({ Bucket, Key: "k", Body: broken() }), {
      message: "the client went away",
    });
    await assert.rejects(s3.HeadObject({ Bucket, Key: "k" }), { code: "NoSuchKey" });
  }));

test("conditional writes look at the latest version", () =>
  withBucket(async ({ s3, put }) => {
    const write = (conditions: object) =>
      s3.PutObject({ Bucket, Key: "k", Body: Buffer.from("new"), ...conditions });
    await assert.rejects(write({ IfMatch: '"x"' }), { code: "NoSuchKey", status: 404 });
    await write({ IfNoneMatch: "*" });
    await assert.rejects(write({ IfNoneMatch: "*" }), { code: "PreconditionFailed", status: 412 });
    await assert.rejects(write({ IfMatch: '"x"' }), { code: "PreconditionFailed" });
    const { ETag } = await s3.HeadObject({ Bucket, Key: "k" });
    await write({ IfMatch: ETag });
    await assert.rejects(write({ IfNoneMatch: '"x"' }), { code: "NotImplemented", status: 501 });
    await put("other");
  }));

test("what would be ignored is refused", () =>
  withBucket(async ({ s3 }) => {
    const put = (input: object) =>
      s3.PutObject({ Bucket, Key: "k", Body: Buffer.from("x"), ...input });
    await assert.rejects(put({ ServerSideEncryption: "aws:kms" }), { code: "NotImplemented" });
    await assert.rejects(put({ SSECustomerAlgorithm: "AES256" }), { code: "NotImplemented" });
    await assert.rejects(put({ ObjectLockMode: "GOVERNANCE" }), { code: "InvalidRequest" });
    await assert.rejects(put({ StorageClass: "COLD" }), { code: "InvalidStorageClass" });
    await assert.rejects(put({ Key: "k".repeat(1025) }), { code: "KeyTooLongError" });
    await assert.rejects(put({ Metadata: { a: "x".repeat(2048) } }), { code: "MetadataTooLarge" });
    await assert.rejects(put({ Tagging: "aws:a=b" }), { code: "InvalidTag" });
    await assert.rejects(put({ ACL: "public-read" }), { code: "AccessControlListNotSupported" });
    await assert.rejects(put({ Bucket: "nowhere" }), { code: "NoSuchBucket" });
    await assert.rejects(put({ ExpectedBucketOwner: "999999999999" }), { code: "AccessDenied" });
    await put({ ServerSideEncryption: "AES256", ACL: "bucket-owner-full-control" });
  }));
