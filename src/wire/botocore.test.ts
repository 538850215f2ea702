/** Requests that botocore made (tools/record-botocore.py): other protocols, framings and signatures than the SDK's. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readBody, type ByteStream } from "#http/http.ts";
import { fakeRequest } from "./testing/sdk.ts";
import { createSigningKeys, openPayload, trailersOf, verify } from "./sigv4/index.ts";
import { decode, identify } from "./wire.ts";

interface Recorded {
  service: string;
  operation: string;
  params: Record<string, unknown>;
  method: string;
  target: string;
  headers: Record<string, string>;
  body: string;
}

const fixtures = new URL("../../test/fixtures/botocore/requests.json", import.meta.url);
const { requests } = JSON.parse(readFileSync(fixtures, "utf8")) as { requests: Recorded[] };
const secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

for (const [index, { service, operation, params, body, ...head }] of requests.entries())
  test(`botocore ${index}: ${service} ${operation} is verified and understood`, async () => {
    const request = fakeRequest({ ...head, body: Buffer.from(body, "base64") });
    const identified = identify(request);
    const [date = ""] = /\d{8}T\d{6}Z/.exec(head.headers["x-amz-date"] ?? head.target) ?? [];
    const nowMs = Date.parse(date.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5"));
    const options = { nowMs, keys: createSigningKeys() };
    const payload = await verify(identified, request, { secretAccessKey }, options);
    const decoded = await decode(identified, request, payload);
    assert.equal(decoded.operation.name, operation);
    const input = decoded.input as Record<string, unknown>;
    if (input.Body) input.Body = new Uint8Array(await readBody(input.Body as ByteStream, 1000));
    const expected = revive(params) as Record<string, unknown>;
    // What botocore adds by itself is there besides.
    const asked = Object.fromEntries(Object.keys(expected).map((name) => [name, input[name]]));
    assert.deepEqual(clean(asked), clean(expected));
  });

test("a streamed upload's checksum comes behind its body", async () => {
  const { body, ...head } = requests.find(({ target }) => target === "/stream")!;
  const request = fakeRequest({ ...head, body: Buffer.from(body, "base64") });
  assert.match(request.headers["x-amz-content-sha256"]!, /^STREAMING-UNSIGNED-PAYLOAD-TRAILER$/);
  const payload = openPayload(identify(request), request);
  assert.equal((await readBody(payload, 100)).toString(), "streamed");
  assert.deepEqual(Object.keys(trailersOf(payload)), ["x-amz-checksum-sha256"]);
});

function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  if ("$bytes" in value) return new Uint8Array(Buffer.from(value.$bytes as string, "base64"));
  if ("$date" in value) return new Date(value.$date as string);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)]));
}

/** botocore's own dressing of values: EC2's user data in Base64, S3's copy source as a path. */
function clean(params: Record<string, unknown>): Record<string, unknown> {
  const cleaned = { ...params };
  const { UserData, CopySource } = cleaned;
  if (typeof UserData === "string" && UserData.startsWith("#!"))
    cleaned.UserData = Buffer.from(UserData).toString("base64");
  if (typeof CopySource === "object") cleaned.CopySource = "from/k%20%C3%BC";
  return cleaned;
}
