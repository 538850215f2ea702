import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { checksumOf, createHasher, type ChecksumAlgorithm } from "./checksum.ts";
import { combineCrc } from "./crc.ts";

/** Check values of the CRC catalogue for "123456789". */
test("CRCs give their catalogue's check values", () => {
  const hex = (algorithm: ChecksumAlgorithm) =>
    Buffer.from(checksumOf(algorithm, Buffer.from("123456789")), "base64").toString("hex");
  assert.equal(hex("CRC32"), "cbf43926");
  assert.equal(hex("CRC32C"), "e3069283");
  assert.equal(hex("CRC64NVME"), "ae8b14860a799888");
});

for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const)
  test(`${algorithm} is the same in pieces as at once`, () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
        const hasher = createHasher(algorithm);
        for (const piece of pieces) hasher.update(piece);
        const whole = Buffer.concat(pieces);
        assert.equal(hasher.digest().toString("base64"), checksumOf(algorithm, whole));
      }),
    );
  });

for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME"] as const)
  test(`the ${algorithm} of a whole follows from those of its parts`, () => {
    const crc = (bytes: Uint8Array) => Buffer.from(checksumOf(algorithm, bytes), "base64");
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        assert.deepEqual(
          combineCrc(algorithm, crc(a), crc(b), b.length),
          crc(Buffer.concat([a, b])),
        );
      }),
    );
  });
