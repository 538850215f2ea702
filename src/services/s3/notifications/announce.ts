/** Puts events on their way in the transaction that caused them. */
import { formatArn } from "#services/kit/arn.ts";
import { isoMillis } from "#runtime/date.ts";
import type { Environment, Principal } from "#services/kit/service.ts";
import type { Transaction } from "#store/store.ts";
import { getDocument } from "../buckets/documents.ts";
import type { Deletion } from "../objects/versions.ts";
import {
  events,
  everywhere,
  type BucketRecord,
  type EventRecord,
  type ObjectRecord,
} from "../records.ts";
import { bridgeEvent } from "./bridge-event.ts";
import { canonicalId } from "../access/acl.ts";
import { matchesEvent, readDestinations, type Destination } from "./configuration.ts";

/** What caused an event: a request, or Fogbank itself. */
export type Cause = Pick<Environment, "clock" | "random"> & {
  readonly requestId?: string;
  readonly sourceIp?: string;
  readonly principal?: Principal;
};

/** `event` without "s3:", such as "ObjectCreated:Put". */
export async function announce(
  tx: Transaction,
  cause: Cause,
  bucket: BucketRecord,
  event: string,
  key: string,
  record: ObjectRecord,
): Promise<void> {
  if (!bucket.documents?.notification) return;
  const configuration = await getDocument(tx, bucket, "notification");
  if (!configuration) return;
  const createdMs = cause.clock.now();
  const leave = (target: EventRecord["target"], body: unknown) =>
    events.put(tx, everywhere, [cause.random.uuid()], {
      bucket: bucket.name,
      target,
      body: JSON.stringify(body),
      createdMs,
    });
  if (configuration.EventBridgeConfiguration) {
    const arn = formatArn("events", bucket, "event-bus/default");
    leave({ kind: "bus", arn }, bridgeEvent(cause, bucket, event, key, record));
  }
  for (const destination of readDestinations(configuration)) {
    const { events: patterns, prefix, suffix, target } = destination;
    if (!patterns.some((pattern) => matchesEvent(pattern, `s3:${event}`))) continue;
    if (!key.startsWith(prefix) || !key.endsWith(suffix)) continue;
    leave(target, {
      Records: [describe(cause, bucket, event, key, record, destination, createdMs)],
    });
  }
}

export async function announceDeletion(
  tx: Transaction,
  cause: Cause,
  bucket: BucketRecord,
  event: "ObjectRemoved" | "LifecycleExpiration",
  key: string,
  versionId: string | undefined,
  { deleteMarker, removed }: Deletion,
): Promise<void> {
  if (!removed) return;
  const created = deleteMarker && versionId === undefined;
  const kind = created ? "DeleteMarkerCreated" : "Delete";
  await announce(tx, cause, bucket, `${event}:${kind}`, key, removed);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function describe(
  { requestId = "", sourceIp = "127.0.0.1", principal }: Cause,
  bucket: BucketRecord,
  event: string,
  key: string,
  record: ObjectRecord,
  { id }: Destination,
  nowMs: number,
) {
  const removal = /^(ObjectRemoved|LifecycleExpiration)/.test(event);
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: bucket.region,
    eventTime: isoMillis(nowMs),
    eventName: event,
    userIdentity: { principalId: principal ? `AWS:${principal.userId}` : "s3.amazonaws.com" },
    requestParameters: { sourceIPAddress: sourceIp },
    responseElements: { "x-amz-request-id": requestId, "x-amz-id-2": requestId },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId: id,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: canonicalId(bucket.account) },
        arn: `arn:aws:s3:::${bucket.name}`,
      },
      object: {
        key: encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+"),
        ...(!removal && { size: record.sizeBytes, eTag: record.etag }),
        ...(bucket.versioning && { versionId: record.versionId }),
        // Larger for a later event of the same key.
        sequencer: record.sequence.toString(16).toUpperCase().padStart(16, "0"),
      },
    },
  };
}
