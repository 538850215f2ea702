/** Hashes bytes that are stored already, for what is made of them. */
import type { ChecksumRecord, ChecksumAlgorithm } from "../checksums/checksum.ts";
import { createHasher } from "../checksums/checksum.ts";
import type { ObjectRecord } from "../records.ts";
import type { S3Context } from "../state.ts";
import { openContent, type ByteRange } from "./content.ts";

export async function hashContent(
  context: S3Context,
  record: ObjectRecord,
  algorithm: ChecksumAlgorithm,
  range: ByteRange = { start: 0, end: record.sizeBytes },
): Promise<{ md5: string; checksum: ChecksumRecord }> {
  const body = await context.store.transaction((tx) =>
    openContent(tx, context, record.content, range),
  );
  const md5 = createHasher("MD5");
  const hasher = createHasher(algorithm);
  for await (const piece of body instanceof Uint8Array ? [body] : body) {
    md5.update(piece);
    hasher.update(piece);
  }
  return {
    md5: md5.digest().toString("hex"),
    checksum: { algorithm, value: hasher.digest().toString("base64"), type: "FULL_OBJECT" },
  };
}
