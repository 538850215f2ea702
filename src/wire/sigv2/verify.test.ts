import assert from "node:assert/strict";
import { test } from "node:test";
import type { AwsError } from "#model/error.ts";
import { identify } from "../identify.ts";
import { createSigningKeys, verify } from "../sigv4/index.ts";
import { fakeRequest, type FakeRequest } from "../testing/sdk.ts";

// Recorded from boto3 1.40 at 2026-01-05T12:00:00Z, for an endpoint of its own; the URLs live an hour.
const secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const key = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE";
const escaped = `/a%20b/%C3%BC%2B1.jpg?${key}&Signature=hhMqp4OyczwZDjpvSRnQ70VJHho%3D&Expires=1767618000`;
const versioned = `/x.jpg?versionId=v1&response-content-type=text%2Fplain&response-content-disposition=attachment%3B%20filename%3D%22a.txt%22&${key}&Signature=b4KehykFERLeTg80VACW4Xb2iK0%3D&Expires=1767618000`;
const upload = `/x.jpg?${key}&Signature=n9%2FacF45gPfp3NfExBhhId%2BW6Ak%3D&content-type=image%2Fjpeg&x-amz-meta-who=me&Expires=1767618000`;
const list = `list-type=2&prefix=p&encoding-type=url&${key}&Signature=QvDoHfkb9K%2BaJlX0Qxlahl%2BJ27o%3D&Expires=1767618000`;
const part = `/x?uploadId=u%2F1&partNumber=2&${key}&Signature=WPjQ%2BhmrLehsi3qSxBVli9hQxPM%3D&Expires=1767618000`;
const temporary =
  "/x.jpg?AWSAccessKeyId=ASIAIOSFODNN7EXAMPLE&Signature=8F4f119ECfU4wjRJfkda3ljdlVg%3D&x-amz-security-token=tok%2Fen%3D%3D&Expires=1767618000";

interface Attempt extends FakeRequest {
  now?: string;
  sessionToken?: string;
}

async function attempt({ now = "2026-01-05T12:30:00Z", sessionToken, ...fake }: Attempt) {
  const request = fakeRequest({ method: "GET", ...fake });
  const identified = identify(request);
  assert.equal(identified.service, "s3");
  const options = { nowMs: Date.parse(now), keys: createSigningKeys() };
  return verify(identified, request, { secretAccessKey, sessionToken }, options);
}

const pathStyle = { host: "localhost:4566" };
const virtualHost = { host: "photos.localhost:4566" };

test("boto3's URLs are accepted in path style and with the bucket in the host", async () => {
  for (const target of [escaped, versioned]) {
    await attempt({ target: `/photos${target}`, headers: pathStyle });
    await attempt({ target, headers: virtualHost });
  }
  for (const [method, target] of [
    ["PUT", upload],
    ["PUT", part],
  ] as const) {
    await attempt({ method, target: `/photos${target}`, headers: pathStyle });
    await attempt({ method, target, headers: virtualHost });
  }
});

test("a bucket is signed with a slash whether one is sent or not", async () => {
  await attempt({ target: `/photos?${list}`, headers: pathStyle });
  await attempt({ target: `/photos/?${list}`, headers: pathStyle });
  await attempt({ target: `/?${list}`, headers: virtualHost });
});

test("headers that are sent count like those in the URL", async () => {
  const headers = { ...virtualHost, "content-type": "image/jpeg", "x-amz-meta-who": "me" };
  await attempt({ method: "PUT", target: upload, headers });
  await assert.rejects(
    attempt({
      method: "PUT",
      target: upload,
      headers: { ...headers, "content-type": "image/png" },
    }),
    { code: "SignatureDoesNotMatch" },
  );
});

test("another object, method or signature does not match, and the answer shows why", async () => {
  await assert.rejects(
    attempt({ target: `/photos/other${escaped}`, headers: pathStyle }),
    (caught: unknown) => {
      const error = caught as AwsError;
      assert.equal(error.code, "SignatureDoesNotMatch");
      assert.equal(error.status, 403);
      assert.equal(
        error.members.StringToSign,
        "GET\n\n\n1767618000\n/photos/other/a%20b/%C3%BC%2B1.jpg",
      );
      assert.equal(error.members.CanonicalRequest, undefined);
      return true;
    },
  );
  const wrong = { code: "SignatureDoesNotMatch" };
  await assert.rejects(attempt({ method: "DELETE", target: escaped, headers: virtualHost }), wrong);
  await assert.rejects(
    attempt({ target: escaped.replace("hhM", "xxx"), headers: virtualHost }),
    wrong,
  );
});

test("a URL lives until its Expires", async () => {
  await attempt({ target: escaped, headers: virtualHost, now: "2026-01-05T13:00:00Z" });
  await assert.rejects(
    attempt({ target: escaped, headers: virtualHost, now: "2026-01-05T13:00:01Z" }),
    {
      code: "AccessDenied",
      status: 403,
      message: "Request has expired",
      members: { Expires: "2026-01-05T13:00:00Z", ServerTime: "2026-01-05T13:00:01Z" },
    },
  );
});

test("a URL without Expires or with a broken one is refused", async () => {
  await assert.rejects(
    attempt({ target: escaped.replace(/&Expires=\d+/, ""), headers: virtualHost }),
    {
      code: "AccessDenied",
      message:
        "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
    },
  );
  await assert.rejects(
    attempt({ target: escaped.replace("=1767618000", "=soon"), headers: virtualHost }),
    { code: "AccessDenied", message: "Invalid date (should be seconds since epoch): soon" },
  );
});

test("a temporary key's URL carries its token", async () => {
  const headers = { host: "photos.s3.amazonaws.com" };
  await attempt({ target: temporary, headers, sessionToken: "tok/en==" });
  await assert.rejects(attempt({ target: temporary, headers, sessionToken: "another" }), {
    code: "InvalidToken",
  });
});

test("the query API's old requests are not S3's", () => {
  const target = `/?Action=ListQueues&SignatureVersion=2&${key}&Signature=abc&Expires=1767618000`;
  const { scope, protocol } = identify(fakeRequest({ method: "GET", target, headers: {} }));
  assert.equal(scope, undefined);
  assert.equal(protocol, "query");
});
