/** Events as EventBridge hears them. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
import type { BucketRecord, ObjectRecord } from "../records.ts";
import type { Cause } from "./announce.ts";

export interface BridgeEvent {
  detailType: string;
  detail: Record<string, unknown>;
}

/** What each event is called there. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-mapping-troubleshooting.html */
const detailTypes: Readonly<Record<string, string>> = {
  ObjectCreated: "Object Created",
  ObjectRemoved: "Object Deleted",
  LifecycleExpiration: "Object Deleted",
  LifecycleTransition: "Object Storage Class Changed",
  "ObjectTagging:Put": "Object Tags Added",
  "ObjectTagging:Delete": "Object Tags Deleted",
  "ObjectAcl:Put": "Object ACL Updated",
};

/** The call that made an object. */
const creations: Readonly<Record<string, string>> = {
  "ObjectCreated:Put": "PutObject",
  "ObjectCreated:Post": "POST Object",
  "ObjectCreated:Copy": "CopyObject",
  "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
};

const emptyEtag = "d41d8cd98f00b204e9800998ecf8427e";

/** `event` without "s3:", such as "ObjectCreated:Put". */
export function bridgeEvent(
  cause: Cause,
  bucket: BucketRecord,
  event: string,
  key: string,
  record: ObjectRecord,
): BridgeEvent {
  const [family = ""] = event.split(":");
  const { principal } = cause;
  const generated = Object.entries(bucket.tags ?? {}).filter(([name]) => name.startsWith("aws:"));
  const isSized = family === "ObjectCreated" || family === "LifecycleTransition";
  const isOrdered = /^(ObjectCreated|ObjectRemoved|LifecycleExpiration)$/.test(family);
  const isMarked = event.endsWith(":DeleteMarkerCreated");
  return {
    detailType: detailTypes[event] ?? detailTypes[family]!,
    detail: {
      version: "0",
      "event-version": "1.1",
      bucket: {
        name: bucket.name,
        ...(generated.length > 0 && { "aws-generated-tags": Object.fromEntries(generated) }),
      },
      object: {
        key,
        ...(isSized && { size: record.sizeBytes }),
        etag: isMarked ? emptyEtag : record.etag,
        ...(bucket.versioning && { "version-id": record.versionId }),
        ...(isOrdered && {
          sequencer: record.sequence.toString(16).toUpperCase().padStart(16, "0"),
        }),
      },
      "request-id": cause.requestId ?? cause.random.hex(16).toUpperCase(),
      requester: principal
        ? principal.type === "service"
          ? principal.arn
          : principal.account
        : "s3.amazonaws.com",
      ...(cause.sourceIp !== undefined && { "source-ip-address": cause.sourceIp }),
      ...(creations[event] && { reason: creations[event] }),
      ...(family === "LifecycleTransition" && {
        "destination-storage-class": record.storageClass ?? "STANDARD",
      }),
      ...(detailTypes[family] === "Object Deleted" && {
        reason: family === "ObjectRemoved" ? "DeleteObject" : "Lifecycle Expiration",
        "deletion-type": isMarked ? "Delete Marker Created" : "Permanently Deleted",
      }),
    },
  };
}
