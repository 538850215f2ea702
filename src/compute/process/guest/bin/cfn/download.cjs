/** Fetches what metadata refers to by URL; objects of S3 from the cloud that this machine is in. */
"use strict";

const { credentials, sign } = require("../api/aws.cjs");
const { createHash } = require("node:crypto");

const virtual = /^([^/]+)\.s3(?:[.-]([a-z0-9-]+))?\.amazonaws\.com$/;
const pathStyle = /^s3(?:[.-]([a-z0-9-]+))?\.amazonaws\.com$/;

/** Bucket and key, and where they are asked for; undefined for other URLs. */
function s3Place(url) {
  const [, bucket] = virtual.exec(url.hostname) ?? [];
  if (bucket === undefined && !pathStyle.test(url.hostname)) return undefined;
  const path = bucket === undefined ? url.pathname : `/${bucket}${url.pathname}`;
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  return {
    bucket: bucket ?? url.pathname.split("/")[1],
    address: endpoint ? new URL(path, endpoint) : url,
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-authentication.html */
function authenticationFor(url, place, named, all) {
  if (named !== undefined) {
    if (!all[named]) throw new Error(`there is no authentication ${named}`);
    return all[named];
  }
  const values = Object.values(all);
  return values.find((one) =>
    place
      ? [one.buckets ?? []].flat().includes(place.bucket)
      : [one.uris ?? []].flat().includes(String(url)),
  );
}

async function headersFor(url, place, authentication) {
  if (authentication && String(authentication.type).toLowerCase() === "basic") {
    const pair = Buffer.from(`${authentication.username}:${authentication.password}`);
    return { authorization: `Basic ${pair.toString("base64")}` };
  }
  if (!place || !authentication) return {};
  const keys = authentication.accessKeyId
    ? { id: authentication.accessKeyId, secret: authentication.secretKey }
    : await credentials();
  const hash = createHash("sha256").update("").digest("hex");
  return sign("s3", place.address, { "x-amz-content-sha256": hash }, "", keys, "GET");
}

/** The bytes. `all` holds AWS::CloudFormation::Authentication, `named` one of its names. */
async function download(text, { all = {}, named } = {}) {
  const url = new URL(text);
  const place = s3Place(url);
  const headers = await headersFor(url, place, authenticationFor(url, place, named, all));
  const reply = await fetch(place?.address ?? url, {
    headers,
    signal: AbortSignal.timeout(300_000),
  });
  if (!reply.ok) throw new Error(`${text} answered ${reply.status}`);
  return Buffer.from(await reply.arrayBuffer());
}

module.exports = { download };
