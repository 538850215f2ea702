/**
 * POST Object: a browser's form becomes the PutObject that it stands for, and gets a page's answer.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
import type { HttpReply, HttpRequest } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import type { Output } from "#model/sdk.ts";
import { anonymousPrincipal, rootPrincipal } from "#services/kit/principal.ts";
import type { Principal } from "#services/kit/service.ts";
import { bucketOfHost } from "#wire/s3-bucket-host.ts";
import { escapeXml } from "#wire/xml/text.ts";
import { decodePath } from "#wire/rest/route.ts";
import { readUploadForm } from "#wire/s3-post/form.ts";
import { checkPolicy, withinRange } from "#wire/s3-post/policy.ts";
import { signerOf, verifyForm } from "#wire/s3-post/verify.ts";
import { createSigningKeys, unknownAccessKey } from "#wire/sigv4/index.ts";
import type { Identified } from "#wire/wire.ts";
import { accountOf, type AuthenticatorOptions } from "./authenticate.ts";
import { isForeignOrigin } from "./cors.ts";

type PutObjectOutput = Output<"s3", "PutObject">;

export interface Upload {
  caller: Principal;
  /** The PutObject that the form stands for; its body is the file. */
  put: HttpRequest;
  /** What the form wants answered once the object is there. */
  answer(output: PutObjectOutput): HttpReply;
}

export function isUploadForm({ service }: Identified, { method, headers }: HttpRequest): boolean {
  return (
    method === "POST" &&
    service === "s3" &&
    headers.authorization === undefined &&
    (headers["content-type"]?.toLowerCase().startsWith("multipart/form-data") ?? false)
  );
}

/** Throws what S3 answers to a form that is broken, wrongly signed, or not what its policy allows. */
export function createUploads(options: AuthenticatorOptions) {
  const { auth, allowedHosts, clock, defaultAccount, defaultRegion, rootCredential } = options;
  const keys = createSigningKeys();

  const callerOf = async (
    identified: Identified,
    request: HttpRequest,
    fields: ReadonlyMap<string, string>,
  ): Promise<Principal> => {
    const accessKeyId = signerOf(fields);
    if (accessKeyId === undefined || !fields.has("policy")) return anonymousPrincipal;
    const known =
      accessKeyId === rootCredential.accessKeyId
        ? rootCredential
        : await options.backend().findCredential(accessKeyId);
    if (known) {
      verifyForm(identified, fields, known, { keys, nowMs: clock.wall.now() });
      return known.principal;
    }
    if (auth !== "open") throw unknownAccessKey(identified, accessKeyId);
    // A page from elsewhere may post a form without asking first; whoever opens it lends it nothing.
    if (isForeignPage(request, allowedHosts)) return anonymousPrincipal;
    return rootPrincipal(accountOf(accessKeyId) ?? defaultAccount, defaultRegion, accessKeyId);
  };

  return async (identified: Identified, request: HttpRequest): Promise<Upload> => {
    const { headers, body, target } = request;
    const form = await readUploadForm(headers["content-type"]!, body);
    const path = decodePath(target.split("?", 1)[0]!.slice(1));
    const bucket = bucketOfHost(headers.host) ?? path.replace(/\/$/, "");
    const key = form.fields.get("key")?.replaceAll("${filename}", form.fileName);
    if (key === undefined) throw missingKey();
    const fields = new Map([...form.fields, ["key", key], ["bucket", bucket]]);
    const caller = await callerOf(identified, request, form.fields);
    const policy = fields.get("policy");
    const range = policy === undefined ? undefined : checkPolicy(policy, fields, clock.wall.now());
    const file = range ? withinRange(form.file, range) : form.file;
    const objectPath = `/${encodeURIComponent(bucket)}/${encodeKey(key)}`;
    return {
      caller,
      put: {
        method: "PUT",
        target: objectPath,
        // The path names the bucket, whatever host the form was sent to.
        headers: { host: "localhost", ...headersOf(fields) },
        rawHeaders: [],
        body: file,
        remoteAddress: request.remoteAddress,
        remotePort: request.remotePort,
        localPort: request.localPort,
        httpVersion: request.httpVersion,
        secure: request.secure,
        signal: request.signal,
      },
      answer: (output) => answerForm(fields, `http://${headers.host ?? ""}${objectPath}`, output),
    };
  };
}

function isForeignPage(request: HttpRequest, allowed: ReadonlySet<string>): boolean {
  return request.headers.origin !== undefined && isForeignOrigin(request, allowed);
}

const encodeKey = (key: string) => key.split("/").map(encodeURIComponent).join("/");

const plainHeaders = new Set([
  "cache-control",
  "content-type",
  "content-disposition",
  "content-encoding",
  "expires",
]);
/** Fields of the signature, which PutObject has elsewhere, and what would make of it a copy of something else. */
const ofOthers =
  /^x-amz-(?:algorithm|credential|date|signature|security-token|content-sha256|copy-source.*)$/;

function headersOf(fields: ReadonlyMap<string, string>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of fields) {
    if (name === "acl") headers["x-amz-acl"] = value;
    else if (name === "tagging") headers["x-amz-tagging"] = taggingHeader(value);
    else if (plainHeaders.has(name)) headers[name] = value;
    else if (name.startsWith("x-amz-") && !ofOthers.test(name)) headers[name] = value;
  }
  return headers;
}

/** A form has tags as XML, PutObject as a query string. */
function taggingHeader(xml: string): string {
  const tags = xml.matchAll(/<Key>([^<]*)<\/Key>\s*<Value>([^<]*)<\/Value>/g);
  return new URLSearchParams([...tags].map(([, key, value]) => [key!, value!])).toString();
}

function answerForm(
  fields: ReadonlyMap<string, string>,
  location: string,
  { ETag: etag = "", VersionId: version }: PutObjectOutput,
): HttpReply {
  const [bucket, key] = [fields.get("bucket")!, fields.get("key")!];
  const versioned = version === undefined ? {} : { "x-amz-version-id": version };
  const page = fields.get("success_action_redirect") ?? fields.get("redirect");
  if (page !== undefined && URL.canParse(page)) {
    const url = new URL(page);
    for (const [name, value] of Object.entries({ bucket, key, etag }))
      url.searchParams.append(name, value);
    return { status: 303, headers: { ...versioned, location: url.href, etag } };
  }
  const headers = { ...versioned, location, etag };
  const status = fields.get("success_action_status");
  if (status === "200") return { status: 200, headers };
  if (status !== "201") return { status: 204, headers };
  const members = { Location: location, Bucket: bucket, Key: key, ETag: etag };
  const inner = Object.entries(members).map(
    ([name, text]) => `<${name}>${escapeXml(text)}</${name}>`,
  );
  return {
    status: 201,
    headers: { ...headers, "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${inner.join("")}</PostResponse>`,
  };
}

const missingKey = () =>
  new AwsError({
    code: "InvalidArgument",
    status: 400,
    message:
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    members: { ArgumentName: "key", ArgumentValue: "" },
  });
