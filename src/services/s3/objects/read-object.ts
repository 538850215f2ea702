/** What GetObject and HeadObject share: which bytes of which version, told how. */
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import { isAnonymous } from "../access/anonymous.ts";
import { expirationOf } from "../lifecycle/expiration.ts";
import { invalidArgument, invalidPartNumber, invalidRequest } from "../errors.ts";
import { maxParts } from "../limits.ts";
import type { ObjectRecord } from "../records.ts";
import type { S3Context } from "../state.ts";
import { checkReadConditions, type ReadConditions } from "./conditions.ts";
import { getContent, type ByteRange } from "./content.ts";
import { findObject, type ObjectInput } from "./find-object.ts";
import { contentRange, parseRange } from "./ranges.ts";
import { describeVersion, refuseCustomerKeys, type RefusedInput } from "./settings.ts";

export interface ReadInput extends ObjectInput, ReadConditions, RefusedInput {
  Range?: string | undefined;
  PartNumber?: number | undefined;
  ChecksumMode?: string | undefined;
  ResponseCacheControl?: string | undefined;
  ResponseContentDisposition?: string | undefined;
  ResponseContentEncoding?: string | undefined;
  ResponseContentLanguage?: string | undefined;
  ResponseContentType?: string | undefined;
  ResponseExpires?: Date | undefined;
}

export async function readObject(
  tx: Transaction,
  context: S3Context,
  input: ReadInput,
  method: "GET" | "HEAD",
) {
  refuseCustomerKeys(input);
  if (isAnonymous(context) && overrides.some((name) => input[name] !== undefined))
    throw invalidRequest(
      "Request specific response headers cannot be used for anonymous GET requests.",
    );
  const { bucket, key, record } = await findObject(tx, context, input, "GetObject", method);
  checkReadConditions(input, record, () => unchangedHeaders(record));
  const { range, partial, partsCount } = await chooseBytes(tx, input, record);
  const described = describeVersion(bucket, record, {
    // The checksum is that of the whole object; of a part of it only the part's own could be told.
    checksums: input.ChecksumMode === "ENABLED" && !input.Range && input.PartNumber === undefined,
  });
  const Expiration = await expirationOf(tx, bucket, key, record);
  const head = {
    ...described,
    ...(Expiration !== undefined && { Expiration }),
    ContentLength: range.end - range.start,
    ...(partial && { ContentRange: contentRange(range, record.sizeBytes) }),
    ...(partsCount !== undefined && { PartsCount: partsCount }),
  };
  override(head, input);
  return { record, range, head };
}

interface Chosen {
  range: ByteRange;
  partial: boolean;
  partsCount?: number;
}

async function chooseBytes(
  tx: Transaction,
  { Range, PartNumber }: ReadInput,
  record: ObjectRecord,
): Promise<Chosen> {
  const whole = { start: 0, end: record.sizeBytes };
  if (PartNumber !== undefined) {
    if (Range !== undefined)
      throw invalidRequest("Cannot specify both Range header and partNumber query parameter");
    return choosePart(tx, PartNumber, record);
  }
  const range = Range === undefined ? undefined : parseRange(Range, record.sizeBytes);
  return range ? { range, partial: true } : { range: whole, partial: false };
}

async function choosePart(
  tx: Transaction,
  partNumber: number,
  record: ObjectRecord,
): Promise<Chosen> {
  if (!(partNumber >= 1 && partNumber <= maxParts))
    throw invalidArgument(
      "Part number must be an integer between 1 and 10000, inclusive",
      "partNumber",
      partNumber,
    );
  if (record.partCount === undefined || typeof record.content !== "string") {
    if (partNumber > 1) throw invalidPartNumber(1, partNumber);
    const range = { start: 0, end: record.sizeBytes };
    return { range, partial: record.sizeBytes > 0 };
  }
  const { parts = [] } = await getContent(tx, record.content);
  let start = 0;
  for (const { number, sizeBytes } of parts) {
    if (number === partNumber)
      return { range: { start, end: start + sizeBytes }, partial: true, partsCount: parts.length };
    start += sizeBytes;
  }
  throw invalidPartNumber(parts.length, partNumber);
}

/** What a 304 must repeat. */
function unchangedHeaders(record: ObjectRecord): Record<string, string> {
  return {
    etag: `"${record.etag}"`,
    "last-modified": dateOf(record.modifiedMs).toUTCString(),
    ...(record.cacheControl !== undefined && { "cache-control": record.cacheControl }),
    ...(record.expires !== undefined && { expires: record.expires }),
  };
}

const texts = {
  ResponseCacheControl: "CacheControl",
  ResponseContentDisposition: "ContentDisposition",
  ResponseContentEncoding: "ContentEncoding",
  ResponseContentLanguage: "ContentLanguage",
  ResponseContentType: "ContentType",
} as const;
const overrides = [...(Object.keys(texts) as (keyof typeof texts)[]), "ResponseExpires"] as const;

/** "ResponseContentType" as URLs have it. */
function parameterOf(member: string): string {
  return member.replaceAll(/(?!^)[A-Z]/g, "-$&").toLowerCase();
}

/** The response-… parameters, for those who sign. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax */
function override(head: ReturnType<typeof describeVersion>, input: ReadInput): void {
  for (const [given, member] of Object.entries(texts)) {
    const value = input[given as keyof typeof texts];
    if (value === undefined) continue;
    if (!/^[\t\x20-\x7e\xa0-\xff]*$/.test(value))
      throw invalidArgument(
        "Header value cannot be represented using ISO-8859-1.",
        parameterOf(given),
        value,
      );
    head[member] = value;
  }
  if (input.ResponseExpires !== undefined) head.ExpiresString = input.ResponseExpires.toUTCString();
}
