/** Requests that fail before anything of their service was loaded: it is the first of a process that does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AwsError } from "#model/error.ts";
import { fakeRequest, type FakeRequest } from "./testing/sdk.ts";
import { encodeError, identify } from "./wire.ts";

const scope = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=A/20260105/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

function refuse(fake: FakeRequest, code: string): string {
  const request = fakeRequest(fake);
  const context = { identified: identify(request), request, requestId: "id" };
  const { body } = encodeError(new AwsError({ code, message: "no", status: 400 }), context);
  assert.ok(typeof body === "string");
  return body;
}

test("the first refusal of a process is worded as all others", () => {
  const target = { "x-amz-target": "DynamoDB_20120810.ListTables" };
  assert.equal(
    refuse({ headers: target }, "UnrecognizedClientException"),
    '{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"no"}',
  );
  const form = { "content-type": "application/x-www-form-urlencoded", authorization: scope("iam") };
  assert.match(
    refuse({ headers: form }, "InvalidClientTokenId"),
    /^<ErrorResponse xmlns="https:\/\/iam.amazonaws.com\/doc\/2010-05-08\/"><Error>/,
  );
  const headers = { authorization: scope("route53") };
  assert.match(
    refuse({ method: "GET", target: "/2013-04-01/hostedzone", headers }, "InvalidClientTokenId"),
    /^<\?xml[^>]*>\n?<ErrorResponse xmlns="https:\/\/route53.amazonaws.com\/doc\/2013-04-01\/"><Error>/,
  );
});
