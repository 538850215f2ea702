import assert from "node:assert/strict";
import { test } from "node:test";
import { readBody, type ByteStream, type HttpRequest } from "#http/http.ts";
import type { AwsError } from "#model/error.ts";
import { createSdk, fakeRequest, type FakeRequest } from "../testing/sdk.ts";
import { identify } from "../identify.ts";
import { createSigningKeys, openPayload, trailersOf, verify } from "./index.ts";

const secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

interface Attempt extends FakeRequest {
  now: string;
  secret?: string;
  sessionToken?: string;
  expiresMs?: number;
  stream?: ByteStream;
}

async function attempt({ now, secret, sessionToken, expiresMs, stream, ...fake }: Attempt) {
  const plain = fakeRequest(fake);
  const request: HttpRequest = stream ? { ...plain, body: stream } : plain;
  const options = { nowMs: Date.parse(now), keys: createSigningKeys() };
  const credential = { secretAccessKey: secret ?? secretAccessKey, sessionToken, expiresMs };
  return verify(identify(request), request, credential, options);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
const getObject: Attempt = {
  now: "2013-05-24T00:05:00Z",
  method: "GET",
  target: "/test.txt",
  headers: {
    host: "examplebucket.s3.amazonaws.com",
    range: "bytes=0-9",
    "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-amz-date": "20130524T000000Z",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
};

test("AWS's published signature of a GET is accepted", async () => {
  await attempt(getObject);
});

test("AWS's published signature of a PUT with an escaped path is accepted", async () => {
  await attempt({
    now: "2013-05-24T00:05:00Z",
    method: "PUT",
    target: "/test%24file.text",
    body: "Welcome to Amazon S3.",
    headers: {
      host: "examplebucket.s3.amazonaws.com",
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-date": "20130524T000000Z",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    },
  });
});

test("AWS's published signature of a query with names alone is accepted", async () => {
  await attempt({
    ...getObject,
    target: "/?lifecycle",
    headers: {
      ...getObject.headers,
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    },
  });
});

test("AWS's published signature of a query request is accepted", async () => {
  await attempt({
    now: "2015-08-30T12:36:10Z",
    secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    method: "GET",
    target: "/?Action=ListUsers&Version=2010-05-08",
    headers: {
      host: "iam.amazonaws.com",
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "x-amz-date": "20150830T123600Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    },
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
const presigned: Attempt = {
  now: "2013-05-24T12:00:00Z",
  method: "GET",
  target:
    "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  headers: { host: "examplebucket.s3.amazonaws.com" },
};

test("AWS's published presigned URL is accepted while it lives", async () => {
  await attempt(presigned);
});

test("a presigned URL expires", async () => {
  await assert.rejects(attempt({ ...presigned, now: "2013-05-25T00:00:01Z" }), {
    code: "AccessDenied",
    status: 403,
    message: "Request has expired",
  });
});

test("a changed request does not match its signature, and the answer shows why", async () => {
  await assert.rejects(attempt({ ...getObject, target: "/other.txt" }), (caught: unknown) => {
    const error = caught as AwsError & { members: Record<string, string> };
    assert.equal(error.code, "SignatureDoesNotMatch");
    assert.equal(error.status, 403);
    assert.match(error.members.CanonicalRequest!, /^GET\n\/other.txt\n/);
    assert.match(
      error.members.StringToSign!,
      /^AWS4-HMAC-SHA256\n20130524T000000Z\n20130524\/us-east-1/,
    );
    return true;
  });
});

test("a clock that is off by more than a quarter of an hour is refused", async () => {
  await assert.rejects(attempt({ ...getObject, now: "2013-05-24T00:15:01Z" }), {
    code: "RequestTimeTooSkewed",
    status: 403,
  });
  await assert.rejects(attempt({ ...getObject, now: "2013-05-23T23:44:00Z" }), {
    code: "RequestTimeTooSkewed",
  });
});

test("a session token must be the key's own and still live", async () => {
  await assert.rejects(attempt({ ...getObject, sessionToken: "other" }), { code: "InvalidToken" });
  await assert.rejects(attempt({ ...getObject, expiresMs: 0 }), {
    code: "ExpiredToken",
    status: 400,
  });
});

test("algorithms that are not verified here are refused by name", async () => {
  const authorization =
    "AWS4-ECDSA-P256-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/s3/aws4_request,SignedHeaders=host,Signature=00";
  await assert.rejects(
    attempt({ ...getObject, headers: { ...getObject.headers, authorization } }),
    /signed with AWS4-ECDSA-P256-SHA256/,
  );
});

test("a body that is not the one that was signed is refused", async () => {
  const body = "not empty";
  await assert.rejects(attempt({ ...getObject, body }), { code: "XAmzContentSHA256Mismatch" });
  const stream = await attempt({ ...getObject, stream: pieces(Buffer.from(body), 4) });
  await assert.rejects(readBody(stream, 1000), { code: "XAmzContentSHA256Mismatch" });
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
const chunked: Attempt = {
  now: "2013-05-24T00:05:00Z",
  method: "PUT",
  target: "/examplebucket/chunkObject.txt",
  headers: {
    host: "s3.amazonaws.com",
    "content-encoding": "aws-chunked",
    "content-length": "66824",
    "x-amz-date": "20130524T000000Z",
    "x-amz-decoded-content-length": "66560",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  },
};

const signedChunks = Buffer.from(
  [
    "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "a".repeat(65_536),
    "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "a".repeat(1024),
    "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    "",
    "",
  ].join("\r\n"),
);

test("AWS's published chunk signatures are accepted, however the bytes arrive", async () => {
  for (const size of [11, 1000, 100_000]) {
    const body = await attempt({ ...chunked, stream: pieces(signedChunks, size) });
    assert.equal((await readBody(body, 100_000)).toString(), "a".repeat(66_560));
  }
});

test("a changed chunk is refused, and so is a body that ends early", async () => {
  const changed = Buffer.from(signedChunks);
  changed[1000] = 0x62;
  const body = await attempt({ ...chunked, stream: pieces(changed, 5000) });
  await assert.rejects(readBody(body, 100_000), { code: "SignatureDoesNotMatch" });
  const cut = await attempt({ ...chunked, stream: pieces(signedChunks.subarray(0, 66_000), 5000) });
  await assert.rejects(readBody(cut, 100_000), { code: "IncompleteBody" });
});

test("trailers of an unsigned chunked body can be read behind it", async () => {
  const framed = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
  const request = fakeRequest({
    headers: {
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "x-amz-decoded-content-length": "5",
    },
    body: framed,
  });
  const body = openPayload(identify(request), request);
  assert.equal((await readBody(body, 100)).toString(), "hello");
  assert.deepEqual(trailersOf(body), { "x-amz-checksum-crc32": "NhCmhg==" });
});

test("what the SDK's clients sign is verified", async () => {
  const { SignatureV4 } = await import("@smithy/signature-v4");
  const { Sha256 } = await import("@smithy/core/checksum");
  const { HttpRequest: SdkRequest } = await import("@smithy/core/transport");
  const now = "2026-01-05T12:00:00Z";
  for (const [service, operation, input] of [
    ["sqs", "SendMessage", { QueueUrl: "http://x/1/q", MessageBody: "hé" }],
    ["iam", "ListUsers", { PathPrefix: "/a b/" }],
    ["s3", "GetObject", { Bucket: "b", Key: "a b/ü+(1)/../x", VersionId: "1 2" }],
  ] as const) {
    const sdk = await createSdk(service);
    const { method, target, headers, body } = await sdk.send(operation, input);
    const bytes = await readBody(body, 10_000);
    const [path = "", search = ""] = target.split("?");
    const query = Object.fromEntries(new URLSearchParams(search));
    const signer = new SignatureV4({
      credentials: { accessKeyId: "AKID", secretAccessKey, sessionToken: "token/+=" },
      region: "eu-west-1",
      service,
      sha256: Sha256,
      uriEscapePath: service !== "s3",
    });
    const plain = { method, path, query, headers: { ...headers } as Record<string, string> };
    if (service === "s3") plain.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD";
    const signed = await signer.sign(
      new SdkRequest({ ...plain, body: bytes.length > 0 ? bytes : undefined }),
      { signingDate: new Date(now) },
    );
    const lower = Object.fromEntries(
      Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const again: Attempt = {
      now,
      method,
      target,
      headers: lower,
      body: bytes,
      sessionToken: "token/+=",
    };
    await attempt(again);
    await assert.rejects(attempt({ ...again, secret: "another" }), /signature we calculated/);
  }
});

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
