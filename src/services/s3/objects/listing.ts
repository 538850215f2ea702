/** Keys in order, folded at a delimiter. https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html */
import type { Transaction } from "#store/store.ts";
import { everywhere, objects, type ObjectRecord } from "../records.ts";

export interface ListRequest {
  bucket: string;
  prefix: string;
  delimiter: string;
  /** Starts behind this key, or behind all that it begins when it is a common prefix. */
  after: string;
  /** Common prefixes count like keys. */
  limit: number;
}

export interface Listed {
  items: { key: string; record: ObjectRecord }[];
  commonPrefixes: string[];
  /** Where the next page starts; undefined when there is none. */
  next: string | undefined;
}

/** Behind all strings that start like the one before it: the greatest character there is. */
const last = "\u{10ffff}";

/** Latest versions that are no delete markers. */
export function listObjects(tx: Transaction, request: ListRequest): Promise<Listed> {
  return list(tx, request, (record) => !record.deleteMarker);
}

/** Every key that has or had a version, delete markers included. */
export function listKeys(tx: Transaction, request: ListRequest): Promise<Listed> {
  return list(tx, request, () => true);
}

async function list(
  tx: Transaction,
  { bucket, prefix, delimiter, after, limit }: ListRequest,
  isListed: (record: ObjectRecord) => boolean,
): Promise<Listed> {
  const listed: Listed = { items: [], commonPrefixes: [], next: undefined };
  const end = objects.key(everywhere, bucket, Number.POSITIVE_INFINITY);
  let behind = after;
  // Not so the key that is the prefix itself: what it begins are the keys to list.
  const isFolded =
    delimiter !== "" &&
    after.startsWith(prefix) &&
    after.endsWith(delimiter) &&
    after.indexOf(delimiter, prefix.length) >= 0;
  if (isFolded) behind += last;
  let count = 0;
  let position = after;
  for (;;) {
    const wanted = limit - count + 1;
    const inclusive = Buffer.compare(Buffer.from(behind), Buffer.from(prefix)) < 0;
    const found = await tx.between<ObjectRecord>(
      objects.key(everywhere, bucket, inclusive ? prefix : behind),
      end,
      {
        limit: Math.max(wanted, 2),
        // A number sorts behind every string: this lies behind all records of the key.
        ...(!inclusive && {
          after: objects.key(everywhere, bucket, behind, Number.POSITIVE_INFINITY),
        }),
      },
    );
    let skipped = false;
    for (const entry of found) {
      const key = entry.key[5] as string;
      if (!key.startsWith(prefix)) return listed;
      behind = key;
      const fold = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      if (!isListed(entry.value)) continue;
      if (count === limit) {
        listed.next = position;
        return listed;
      }
      count++;
      if (fold < 0) {
        listed.items.push({ key, record: entry.value });
        position = key;
        continue;
      }
      const common = key.slice(0, fold + delimiter.length);
      listed.commonPrefixes.push(common);
      position = common;
      behind = common + last;
      skipped = true;
      break;
    }
    if (!skipped && found.length < Math.max(wanted, 2)) return listed;
  }
}
