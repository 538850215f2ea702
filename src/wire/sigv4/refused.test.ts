/** What is signed in the wrong way, and in whose words it is refused. */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { readBody } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { identify } from "../identify.ts";
import { fakeRequest } from "../testing/sdk.ts";
import { createSigningKeys, openPayload, refuseUnreadable, verify } from "./index.ts";

const secretAccessKey = "secret";
const now = Date.UTC(2026, 0, 5, 12);
const date = "20260105T120000Z";
const empty = sha256("");

function sha256(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string | Buffer): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sign(text: string, service: string): string {
  const key = ["20260105", "us-east-1", service, "aws4_request"].reduce<string | Buffer>(
    hmac,
    `AWS4${secretAccessKey}`,
  );
  return hmac(key, text).toString("hex");
}

interface Plan {
  service?: string;
  method?: string;
  path?: string;
  /** In canonical order. */
  query?: string;
  headers?: Record<string, string>;
  /** Added when all is signed. */
  unsigned?: Record<string, string>;
  signedHeaders?: string;
  payloadHash?: string;
  body?: string;
  presigned?: boolean;
  /** What a presigned URL says of itself. */
  changed?: Record<string, string | undefined>;
}

/** Signs by the book, unless the plan says otherwise. */
function signed(plan: Plan) {
  const { service = "s3", method = "GET", path = "/bucket/key", body = "" } = plan;
  const { presigned = false, query = "" } = plan;
  const scope = `20260105/us-east-1/${service}/aws4_request`;
  const payloadHash = plan.payloadHash ?? (presigned ? "UNSIGNED-PAYLOAD" : sha256(body));
  const headers: Record<string, string> = { host: "localhost:4566", ...plan.headers };
  if (!presigned) headers["x-amz-date"] = date;
  if (service === "s3" && !presigned) headers["x-amz-content-sha256"] = payloadHash;
  const signedHeaders = plan.signedHeaders ?? Object.keys(headers).toSorted().join(";");
  const parameters: Record<string, string | undefined> = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `AKID/${scope}`,
    "X-Amz-Date": date,
    "X-Amz-Expires": "60",
    "X-Amz-SignedHeaders": signedHeaders,
    ...plan.changed,
  };
  const search = presigned
    ? Object.entries(parameters)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}=${encodeURIComponent(value!)}`)
        .join("&")
    : query;
  const lines = signedHeaders.split(";").map((name) => `${name}:${headers[name] ?? ""}\n`);
  const canonical = [method, path, search, lines.join(""), signedHeaders, payloadHash].join("\n");
  const hashed = sha256(Buffer.from(canonical, "latin1"));
  const signature = sign(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${hashed}`, service);
  if (!presigned)
    headers["authorization"] =
      `AWS4-HMAC-SHA256 Credential=AKID/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  const target = `${path}${search && `?${search}`}${presigned ? `&X-Amz-Signature=${signature}` : ""}`;
  return fakeRequest({ method, target, headers: { ...headers, ...plan.unsigned }, body });
}

async function judge(request: ReturnType<typeof fakeRequest>) {
  const secret = { secretAccessKey };
  const options = { nowMs: now, keys: createSigningKeys() };
  return readBody(await verify(identify(request), request, secret, options), 1000);
}

function refusal(code: string, status: number, message: string | RegExp, members = {}) {
  return (error: unknown) => {
    assert.ok(error instanceof AwsError, String(error));
    assert.equal(error.code, code);
    assert.equal(error.status, status);
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    for (const [name, value] of Object.entries(members)) assert.equal(error.members[name], value);
    return true;
  };
}

test("what the tests here sign is right", async () => {
  await judge(signed({}));
  await judge(signed({ presigned: true }));
  await judge(signed({ service: "sqs", method: "POST", path: "/", body: "Action=x" }));
});

test("headers that S3 heeds must be signed, whoever added them", async () => {
  const message = "There were headers present in the request which were not signed";
  const unsigned = { "x-amz-acl": "public-read", "x-amz-meta-a": "b", "x-amzn-trace-id": "c" };
  for (const presigned of [false, true])
    await assert.rejects(
      judge(signed({ presigned, unsigned })),
      refusal("AccessDenied", 403, message, { HeadersNotSigned: "x-amz-acl, x-amz-meta-a" }),
    );
  await assert.rejects(
    judge(signed({ signedHeaders: "x-amz-content-sha256;x-amz-date" })),
    refusal("AccessDenied", 403, message, { HeadersNotSigned: "host" }),
  );
  // The payload's hash is signed in any case.
  await judge(signed({ signedHeaders: "host;x-amz-date" }));
});

test("the host must be signed everywhere", async () => {
  const message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
  const plan = { method: "POST", path: "/", signedHeaders: "x-amz-date" };
  await assert.rejects(
    judge(signed({ ...plan, service: "iam", body: "Action=ListUsers&Version=2010-05-08" })),
    refusal("SignatureDoesNotMatch", 403, message),
  );
  const headers = { "x-amz-target": "DynamoDB_20120810.ListTables" };
  await assert.rejects(
    judge(signed({ ...plan, service: "dynamodb", headers })),
    refusal("InvalidSignatureException", 400, message),
  );
});

test("bytes beyond ASCII in signed headers are those that were sent", async () => {
  const name = Buffer.from("gr\u00fc\u00dfe").toString("latin1");
  await judge(signed({ headers: { "x-amz-meta-name": name } }));
});

test("presigned URLs of S3 are refused in its own words", async () => {
  const code = "AuthorizationQueryParametersError";
  const cases: [Record<string, string | undefined>, RegExp][] = [
    [
      { "X-Amz-Expires": undefined },
      /^Query-string authentication version 4 requires the X-Amz-Algorithm, .*X-Amz-Expires parameters\.$/,
    ],
    [{ "X-Amz-Date": undefined }, /^Query-string authentication version 4 requires/],
    [{ "X-Amz-Expires": "604801" }, /^X-Amz-Expires must be less than a week \(in seconds\)/],
    [{ "X-Amz-Expires": "-1" }, /^X-Amz-Expires must be non-negative$/],
    [{ "X-Amz-Expires": "1e3" }, /^X-Amz-Expires should be a number$/],
    [{ "X-Amz-Expires": "" }, /^X-Amz-Expires should be a number$/],
    [
      { "X-Amz-Date": "2026-01-05" },
      /^X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"$/,
    ],
    [
      { "X-Amz-Date": "20260104T120000Z" },
      /^Invalid credential date "20260105"\. This date is not the same as X-Amz-Date: "20260104"\.$/,
    ],
  ];
  for (const [changed, message] of cases)
    await assert.rejects(
      judge(signed({ presigned: true, changed })),
      refusal(code, 400, message),
      JSON.stringify(changed),
    );
  const scope = "20260105/us-east-1/s3/aws4_request";
  const later = { "X-Amz-Date": "20260105T130000Z", "X-Amz-Credential": `AKID/${scope}` };
  await assert.rejects(
    judge(signed({ presigned: true, changed: later })),
    refusal("AccessDenied", 403, "Request is not valid yet"),
  );
});

test("a request is signed in one place alone", async () => {
  const { target } = signed({ presigned: true });
  const request = signed({});
  await assert.rejects(
    judge({ ...request, target }),
    refusal("InvalidArgument", 400, /^Only one auth mechanism allowed;/, {
      ArgumentName: "Authorization",
      ArgumentValue: request.headers.authorization,
    }),
  );
  // Nor is what nobody verifies let through.
  const bearer = fakeRequest({ method: "GET", target, headers: { authorization: "Bearer x" } });
  for (const judgement of [openPayload, refuseUnreadable])
    assert.throws(() => judgement(identify(bearer), bearer), /^AwsError: Only one auth mechanism/);
});

test("a payload's hash is one, or says why it is none", async () => {
  for (const payloadHash of ["GIBBERISH", "STREAMING-SOMETHING", empty.toUpperCase()])
    await assert.rejects(
      judge(signed({ payloadHash })),
      refusal("InvalidArgument", 400, /^x-amz-content-sha256 must be UNSIGNED-PAYLOAD, /, {
        ArgumentValue: payloadHash,
      }),
    );
});

test("what looks signed and names nobody is not nobody's", () => {
  const ask = (service: "s3" | "json" | "query", authorization?: string, target = "/b/k") => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    if (service === "json") headers["x-amz-target"] = "DynamoDB_20120810.ListTables";
    const isQuery = service === "query";
    if (isQuery) headers["host"] = "iam.amazonaws.com";
    const request = fakeRequest({
      method: "GET",
      target: isQuery ? "/?Action=ListUsers&Version=2010-05-08" : target,
      headers,
    });
    return () => refuseUnreadable(identify(request), request);
  };
  const three =
    "The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.";
  const malformed =
    'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".';
  const header = "AWS4-HMAC-SHA256 Credential=AKID/x, SignedHeaders=host, Signature=00";
  assert.throws(
    ask("s3", "AWS4-HMAC-SHA256 x"),
    refusal("AuthorizationHeaderMalformed", 400, three),
  );
  assert.throws(
    ask("s3", header),
    refusal(
      "AuthorizationHeaderMalformed",
      400,
      `The authorization header is malformed; ${malformed}`,
    ),
  );
  assert.throws(
    ask("s3", "Bearer x"),
    refusal("InvalidArgument", 400, "Unsupported Authorization Type", {
      ArgumentName: "Authorization",
      ArgumentValue: "Bearer x",
    }),
  );
  assert.throws(
    ask("s3", undefined, "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID"),
    refusal(
      "AuthorizationQueryParametersError",
      400,
      `Error parsing the X-Amz-Credential parameter; ${malformed}`,
    ),
  );
  const missing =
    "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=Bearer";
  assert.throws(ask("json", "Bearer x"), refusal("IncompleteSignatureException", 400, missing));
  assert.throws(ask("query", "Bearer x"), refusal("IncompleteSignature", 400, missing));
  assert.throws(
    ask("json", header),
    refusal(
      "IncompleteSignatureException",
      400,
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKID/x'",
    ),
  );
  ask("s3")();
  ask("json")();
});

test("Signature Version 2 in a header is refused in S3's words", () => {
  const request = fakeRequest({
    method: "GET",
    target: "/b/k",
    headers: { authorization: "AWS A:b" },
  });
  assert.throws(
    () => openPayload(identify(request), request),
    refusal(
      "InvalidRequest",
      400,
      /^The authorization mechanism you have provided is not supported/,
    ),
  );
});

/** A signed body in chunks with a trailer. */
function inChunks({ trailer = "x-amz-checksum-crc32:NhCmhg==", isSigned = true, size = "5" }) {
  const headers = {
    "x-amz-trailer": "x-amz-checksum-crc32",
    ...(size !== "" && { "x-amz-decoded-content-length": size }),
  };
  const payloadHash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
  const request = signed({ method: "PUT", headers, payloadHash });
  const scope = "20260105/us-east-1/s3/aws4_request";
  let previous = request.headers.authorization!.slice(-64);
  const chunk = (text: string) => {
    previous = sign(
      `AWS4-HMAC-SHA256-PAYLOAD\n${date}\n${scope}\n${previous}\n${empty}\n${sha256(text)}`,
      "s3",
    );
    return `${text.length.toString(16)};chunk-signature=${previous}\r\n${text}${text && "\r\n"}`;
  };
  let body = chunk("hello") + chunk("");
  if (trailer !== "") body += `${trailer}\r\n`;
  if (isSigned) {
    const hashed = sha256(trailer === "" ? "" : `${trailer}\n`);
    const text = `AWS4-HMAC-SHA256-TRAILER\n${date}\n${scope}\n${previous}\n${hashed}`;
    body += `x-amz-trailer-signature:${sign(text, "s3")}\r\n`;
  }
  return { ...request, body: fakeRequest({ body: `${body}\r\n` }).body };
}

test("trailers that were announced come, and signed where the chunks are", async () => {
  assert.equal((await judge(inChunks({}))).toString(), "hello");
  const malformed = refusal("MalformedTrailerError", 400, /trailing data/);
  await assert.rejects(judge(inChunks({ isSigned: false })), malformed);
  await assert.rejects(judge(inChunks({ trailer: "" })), malformed);
  await assert.rejects(judge(inChunks({ trailer: "", isSigned: false })), malformed);
});

test("a body in chunks says how long it is without them, and is as long", async () => {
  await assert.rejects(
    judge(inChunks({ size: "" })),
    refusal("MissingContentLength", 411, "You must provide the Content-Length HTTP header."),
  );
  for (const size of ["4", "6"])
    await assert.rejects(
      judge(inChunks({ size })),
      refusal("IncompleteBody", 400, /number of bytes/),
    );
});
