import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoggedQuery } from "./dataplane/config.ts";
import { batchesOf } from "./query-logging.ts";

test("the longest lines fit into what PutLogEvents takes at once", () => {
  const label = "\\377".repeat(62);
  const query: LoggedQuery = {
    zoneId: "Z0123456789ABCDEFGHIJ",
    atMs: 0,
    name: Array.from({ length: 4 }, () => label).join("."),
    type: "TYPE65535",
    code: "NXDOMAIN",
    protocol: "UDP",
    address: "2001:0db8:1111:2222:3333:4444:5555:6666",
    subnet: "2001:0db8:1111:2222:3333:4444:5555:6666/128",
  };
  const queries = Array.from({ length: 10_000 }, () => query);
  const batches = batchesOf(queries, (wallMs) => wallMs);
  assert.equal(batches.flat().length, queries.length);
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
  for (const batch of batches) {
    const bytes = batch.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
    assert.ok(bytes <= 1_048_576, `${bytes} bytes`);
  }
});
