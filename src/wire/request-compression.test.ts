import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { WholeBody } from "#http/http.ts";
import { fakeRequest } from "./testing/sdk.ts";
import { decode, identify } from "./wire.ts";

const headers = {
  "x-amz-target": "GraniteServiceVersion20100801.PutMetricData",
  "content-type": "application/x-amz-json-1.0",
  "content-encoding": "gzip",
};

async function decodeBody(bytes: Buffer) {
  const request = fakeRequest({ method: "POST", headers });
  return decode(identify(request), request, new WholeBody(bytes));
}

test("a compressed body is read as it was before", async () => {
  const input = { Namespace: "Shop", MetricData: [{ MetricName: "Load", Value: 1 }] };
  const decoded = await decodeBody(gzipSync(JSON.stringify(input)));
  assert.deepEqual(decoded.input, input);
});

test("what is no gzip, and what swells beyond bounds, is refused", async () => {
  await assert.rejects(decodeBody(Buffer.from("{}")), { code: "SerializationException" });
  await assert.rejects(decodeBody(gzipSync(Buffer.alloc(40 * 1024 * 1024))), {
    code: "RequestEntityTooLarge",
  });
});
