/** Whatever bytes arrive, the wire answers an AWS error and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { AwsError } from "#model/error.ts";
import { writeCbor } from "./cbor/write.ts";
import { fakeRequest, type FakeRequest } from "./testing/sdk.ts";
import { decode, encodeError, identify } from "./wire.ts";

const numRuns = 200 * Number(process.env.FOGBANK_RUNS ?? 1);
const seed = Number(process.env.FOGBANK_SEED ?? 42);

const scope = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=A/20260105/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
const form = (service: string) => ({
  "content-type": "application/x-www-form-urlencoded",
  authorization: scope(service),
});

const targets: Record<string, FakeRequest> = {
  json: { headers: { "x-amz-target": "DynamoDB_20120810.TransactWriteItems" } },
  cbor: {
    headers: { "smithy-protocol": "rpc-v2-cbor" },
    target: "/service/GraniteServiceVersion20100801/operation/PutMetricData",
  },
  query: { headers: form("autoscaling") },
  "ec2-query": { headers: form("ec2") },
  xml: { method: "PUT", target: "/bucket?lifecycle", headers: { authorization: scope("s3") } },
};

const names = [
  "TransactItems",
  "Put",
  "Item",
  "MetricData",
  "Values",
  "Timestamp",
  "Tags",
  "member",
];
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value")),
    fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), tie("value")),
  ),
})).value;
const forms = fc
  .array(
    fc.tuple(
      fc.array(fc.constantFrom(...names, "1", "2", "key", ""), { maxLength: 8 }),
      fc.string(),
    ),
  )
  .map((pairs) => pairs.map(([path, value]) => `${path.join(".")}=${value}`).join("&"));
const xml = json.map((value) => `<A>${JSON.stringify(value).replaceAll('"', "<Rule>")}</A>`);
const bodies: Record<string, fc.Arbitrary<string | Uint8Array>> = {
  json: json.map((value) => JSON.stringify(value)),
  cbor: json.map((value) => writeCbor(value)),
  query: forms.map((text) => `Action=CreateOrUpdateTags&${text}`),
  "ec2-query": forms.map((text) => `Action=RunInstances&${text}`),
  xml,
};

async function survive(fake: FakeRequest, body: string | Uint8Array) {
  const request = fakeRequest({ ...fake, body: Buffer.from(body as string) });
  const identified = identify(request);
  try {
    await decode(identified, request, request.body);
  } catch (error) {
    assert(error instanceof AwsError, String((error as Error).stack));
    encodeError(error, { identified, request, requestId: "id" });
  }
}

for (const [name, fake] of Object.entries(targets)) {
  test(`${name}: any bytes`, () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), (bytes) => survive(fake, bytes)),
      { numRuns, seed },
    ));

  test(`${name}: well-formed values of any shape`, () =>
    fc.assert(
      fc.asyncProperty(bodies[name]!, (body) => survive(fake, body)),
      { numRuns, seed },
    ));
}

test("any head can be identified", () =>
  fc.assert(
    fc.property(
      fc.constantFrom("authorization", "x-amz-target", "host", "smithy-protocol", "content-type"),
      fc.string(),
      fc.string(),
      (header, value, search) => {
        identify(
          fakeRequest({ target: `/?X-Amz-Credential=${search}`, headers: { [header]: value } }),
        );
      },
    ),
    { numRuns, seed },
  ));
