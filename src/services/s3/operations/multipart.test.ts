import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Client } from "#services/kit/service.ts";
import { checksumOf, type ChecksumAlgorithm } from "../checksums/checksum.ts";
import { readBytes, stream, withBucket } from "../testing/bucket.ts";

const Bucket = "photos";
const Key = "large";
const mib = 1024 * 1024;
const one = Buffer.alloc(5 * mib, "one");
const two = Buffer.alloc(5 * mib + 7, "two");
const three = Buffer.from("three");

async function begin(s3: Client<"s3">, input: object = {}): Promise<string> {
  const { UploadId } = await s3.CreateMultipartUpload({ Bucket, Key, ...input });
  return UploadId!;
}

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest();

test("parts in any order become one object with an ETag of its parts", () =>
  withBucket(async ({ s3 }) => {
    const UploadId = await begin(s3, {
      ContentType: "video/mp4",
      Metadata: { a: "1" },
      Tagging: "t=1",
    });
    const upload = (PartNumber: number, bytes: Uint8Array) =>
      s3.UploadPart({ Bucket, Key, UploadId, PartNumber, Body: stream(bytes) });
    await upload(9, Buffer.from("replaced"));
    const parts = [
      { PartNumber: 9, ETag: (await upload(9, three)).ETag },
      { PartNumber: 1, ETag: (await upload(1, one)).ETag },
      { PartNumber: 4, ETag: (await upload(4, two)).ETag },
    ].sort((a, b) => a.PartNumber - b.PartNumber);
    const listed = await s3.ListParts({ Bucket, Key, UploadId, MaxParts: 2 });
    assert.deepEqual(
      listed.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag]),
      [
        [1, one.length, parts[0]!.ETag],
        [4, two.length, parts[1]!.ETag],
      ],
    );
    assert.deepEqual([listed.IsTruncated, listed.NextPartNumberMarker], [true, "4"]);
    const done = await s3.CompleteMultipartUpload({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts: parts },
    });
    const etag = createHash("md5")
      .update(Buffer.concat([md5(one), md5(two), md5(three)]))
      .digest("hex");
    assert.equal(done.ETag, `"${etag}-3"`);
    const whole = Buffer.concat([one, two, three]);
    assert.equal(done.ChecksumCRC64NVME, checksumOf("CRC64NVME", whole));
    const found = await s3.GetObject({ Bucket, Key });
    assert.deepEqual(
      [found.ContentType, found.Metadata, found.TagCount],
      ["video/mp4", { a: "1" }, 1],
    );
    assert.ok((await readBytes(found.Body)).equals(whole));
    const second = await s3.GetObject({ Bucket, Key, PartNumber: 9 });
    assert.deepEqual(
      [second.ContentRange, second.PartsCount],
      [`bytes ${whole.length - 5}-${whole.length - 1}/${whole.length}`, 3],
    );
    assert.equal((await readBytes(second.Body)).toString(), "three");
    const across = await s3.GetObject({
      Bucket,
      Key,
      Range: `bytes=${one.length - 2}-${one.length + 1}`,
    });
    assert.equal(
      (await readBytes(across.Body)).toString(),
      whole.subarray(one.length - 2, one.length + 2).toString(),
    );
    await assert.rejects(s3.GetObject({ Bucket, Key, PartNumber: 2 }), {
      code: "InvalidPartNumber",
      status: 416,
    });
    await assert.rejects(s3.ListParts({ Bucket, Key, UploadId }), {
      code: "NoSuchUpload",
      status: 404,
    });
    const copied = await s3.CopyObject({ Bucket, Key: "copy", CopySource: `${Bucket}/${Key}` });
    assert.equal(copied.CopyObjectResult?.ETag, `"${md5(whole).toString("hex")}"`);
  }));

test("an upload is completed with its own parts in order, each large enough but the last", () =>
  withBucket(async ({ s3 }) => {
    const UploadId = await begin(s3);
    const small = Buffer.from("small");
    for (const PartNumber of [1, 2])
      await s3.UploadPart({ Bucket, Key, UploadId, PartNumber, Body: small });
    const complete = (...Parts: { PartNumber: number; ETag?: string }[]) =>
      s3.CompleteMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
    const ETag = `"${md5(small).toString("hex")}"`;
    await assert.rejects(complete({ PartNumber: 1, ETag }, { PartNumber: 2, ETag }), {
      code: "EntityTooSmall",
      members: {
        ProposedSize: 5,
        MinSizeAllowed: 5 * mib,
        PartNumber: 1,
        ETag: ETag.replaceAll('"', ""),
      },
    });
    await assert.rejects(complete({ PartNumber: 2, ETag }, { PartNumber: 1, ETag }), {
      code: "InvalidPartOrder",
    });
    await assert.rejects(complete({ PartNumber: 1, ETag: '"x"' }), { code: "InvalidPart" });
    await assert.rejects(complete({ PartNumber: 3, ETag }), { code: "InvalidPart" });
    await assert.rejects(complete(), { code: "MalformedXML" });
    await complete({ PartNumber: 2, ETag });
    assert.equal((await s3.HeadObject({ Bucket, Key })).ContentLength, 5);
  }));

test("an upload may be completed again until its object is replaced", () =>
  withBucket(async ({ s3, put }) => {
    const UploadId = await begin(s3);
    const { ETag } = await s3.UploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: three });
    const complete = () =>
      s3.CompleteMultipartUpload({
        Bucket,
        Key,
        UploadId,
        IfNoneMatch: "*",
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      });
    const first = await complete();
    assert.deepEqual(await complete(), first);
    await put(Key);
    await assert.rejects(complete(), { code: "NoSuchUpload" });
  }));

test("composite and full-object checksums are made of the parts'", () =>
  withBucket(async ({ s3 }) => {
    const run = async (
      ChecksumAlgorithm: ChecksumAlgorithm,
      ChecksumType?: "COMPOSITE" | "FULL_OBJECT",
    ) => {
      const UploadId = await begin(s3, { ChecksumAlgorithm, ChecksumType });
      const member = `Checksum${ChecksumAlgorithm}`;
      const Parts = await Promise.all(
        [one, two].map(async (Body, index) => {
          const sum = checksumOf(ChecksumAlgorithm, Body);
          const PartNumber = index + 1;
          const { ETag } = await s3.UploadPart({
            Bucket,
            Key,
            UploadId,
            PartNumber,
            Body,
            [member]: sum,
          });
          return { PartNumber, ETag, [member]: sum };
        }),
      );
      const done = await s3.CompleteMultipartUpload({
        Bucket,
        Key,
        UploadId,
        MultipartUpload: { Parts },
      });
      return [(done as Record<string, unknown>)[member], done.ChecksumType];
    };
    const whole = Buffer.concat([one, two]);
    const sums = (algorithm: ChecksumAlgorithm) =>
      Buffer.concat([one, two].map((part) => Buffer.from(checksumOf(algorithm, part), "base64")));
    for (const algorithm of ["SHA256", "CRC32"] as const)
      assert.deepEqual(await run(algorithm), [
        `${checksumOf(algorithm, sums(algorithm))}-2`,
        "COMPOSITE",
      ]);
    for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME"] as const)
      assert.deepEqual(await run(algorithm, "FULL_OBJECT"), [
        checksumOf(algorithm, whole),
        "FULL_OBJECT",
      ]);
    const { Checksum, ObjectParts, ObjectSize } = await s3.GetObjectAttributes({
      Bucket,
      Key,
      ObjectAttributes: ["Checksum", "ObjectParts", "ObjectSize"],
    });
    assert.deepEqual(Checksum, {
      ChecksumCRC64NVME: checksumOf("CRC64NVME", whole),
      ChecksumType: "FULL_OBJECT",
    });
    assert.deepEqual([ObjectParts?.TotalPartsCount, ObjectSize], [2, whole.length]);
    await assert.rejects(begin(s3, { ChecksumAlgorithm: "SHA1", ChecksumType: "FULL_OBJECT" }), {
      code: "InvalidRequest",
    });
  }));

test("parts are copied from other objects, whole or a range of them", () =>
  withBucket(async ({ s3, put, text }) => {
    await put("source", one);
    const UploadId = await begin(s3);
    const copy = (PartNumber: number, CopySourceRange?: string) =>
      s3.UploadPartCopy({
        Bucket,
        Key,
        UploadId,
        PartNumber,
        CopySource: "photos/source",
        CopySourceRange,
      });
    const first = await copy(1);
    const second = await copy(2, "bytes=1-4");
    await assert.rejects(copy(3, "bytes=5-"), { code: "InvalidArgument" });
    await assert.rejects(copy(3, `bytes=0-${one.length}`), { code: "InvalidArgument" });
    await s3.DeleteObject({ Bucket, Key: "source" });
    await s3.CompleteMultipartUpload({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: {
        Parts: [
          { PartNumber: 1, ETag: first.CopyPartResult?.ETag },
          { PartNumber: 2, ETag: second.CopyPartResult?.ETag },
        ],
      },
    });
    assert.ok((await text(Key)) === one.toString() + one.subarray(1, 5).toString());
  }));

test("uploads are listed until they are aborted", () =>
  withBucket(async ({ s3 }) => {
    const a = await begin(s3, { Key: "a/1" });
    const b = await begin(s3, { Key: "b" });
    const c = await begin(s3, { Key: "b" });
    const list = async (input: object = {}) => {
      const page = await s3.ListMultipartUploads({ Bucket, ...input });
      return [page.Uploads?.map(({ UploadId }) => UploadId), page.CommonPrefixes, page.IsTruncated];
    };
    const both = [b, c].sort();
    assert.deepEqual(await list(), [[a, ...both], undefined, false]);
    assert.deepEqual(await list({ Delimiter: "/" }), [both, [{ Prefix: "a/" }], false]);
    assert.deepEqual(await list({ MaxUploads: 2 }), [[a, both[0]], undefined, true]);
    assert.deepEqual(await list({ KeyMarker: "b", UploadIdMarker: both[0] }), [
      [both[1]],
      undefined,
      false,
    ]);
    await s3.AbortMultipartUpload({ Bucket, Key: "b", UploadId: b });
    assert.deepEqual(await list(), [[a, c], undefined, false]);
    await assert.rejects(s3.AbortMultipartUpload({ Bucket, Key: "b", UploadId: b }), {
      code: "NoSuchUpload",
    });
    await assert.rejects(
      s3.UploadPart({ Bucket, Key: "b", UploadId: b, PartNumber: 1, Body: three }),
      { code: "NoSuchUpload" },
    );
    await s3.DeleteBucket({ Bucket });
  }));
