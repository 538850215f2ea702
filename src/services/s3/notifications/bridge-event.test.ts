import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import type { BucketRecord, ObjectRecord } from "../records.ts";
import { bridgeEvent } from "./bridge-event.ts";

const bucket: BucketRecord = {
  name: "photos",
  account: "123456789012",
  region: "us-east-1",
  createdMs: 0,
  versioning: "Enabled",
};
const record: ObjectRecord = {
  versionId: "v1",
  sequence: 10,
  modifiedMs: 0,
  owner: "123456789012",
  sizeBytes: 5,
  etag: "abc",
  content: new Uint8Array(),
  storageClass: "GLACIER",
};

const cases: [event: string, detailType: string, object: object, rest: object][] = [
  [
    "ObjectCreated:CompleteMultipartUpload",
    "Object Created",
    { size: 5, etag: "abc", sequencer: "000000000000000A" },
    { reason: "CompleteMultipartUpload" },
  ],
  [
    "ObjectRemoved:Delete",
    "Object Deleted",
    { etag: "abc", sequencer: "000000000000000A" },
    { reason: "DeleteObject", "deletion-type": "Permanently Deleted" },
  ],
  [
    "LifecycleExpiration:DeleteMarkerCreated",
    "Object Deleted",
    { etag: "d41d8cd98f00b204e9800998ecf8427e", sequencer: "000000000000000A" },
    { reason: "Lifecycle Expiration", "deletion-type": "Delete Marker Created" },
  ],
  [
    "LifecycleTransition",
    "Object Storage Class Changed",
    { size: 5, etag: "abc" },
    { "destination-storage-class": "GLACIER" },
  ],
  ["ObjectTagging:Put", "Object Tags Added", { etag: "abc" }, {}],
  ["ObjectTagging:Delete", "Object Tags Deleted", { etag: "abc" }, {}],
  ["ObjectAcl:Put", "Object ACL Updated", { etag: "abc" }, {}],
];

for (const [event, detailType, object, rest] of cases)
  test(`${event} is ${detailType} for EventBridge`, () => {
    const clock = createVirtualClock({ onError: (error) => assert.fail(String(error)) });
    const cause = { clock, random: createSeededRandom(1), requestId: "R" };
    assert.deepEqual(bridgeEvent(cause, bucket, event, "a b", record), {
      detailType,
      detail: {
        version: "0",
        "event-version": "1.1",
        bucket: { name: "photos" },
        object: { key: "a b", "version-id": "v1", ...object },
        "request-id": "R",
        requester: "s3.amazonaws.com",
        ...rest,
      },
    });
    clock.stop();
  });
