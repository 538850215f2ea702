/** Calls of AWS's APIs with the machine's role, and the machine's own facts. */
"use strict";

const { createHash, createHmac } = require("node:crypto");

const regionNow = () => process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "us-east-1";
const timeoutMs = 10_000;

/** One of the machine's facts, or undefined where there is no metadata. */
async function metadata(path) {
  const base = (process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? "http://169.254.169.254").replace(
    /\/$/,
    "",
  );
  try {
    const token = await fetch(`${base}/latest/api/token`, {
      method: "PUT",
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": "60" },
      signal: AbortSignal.timeout(2000),
    });
    const headers = token.ok ? { "x-aws-ec2-metadata-token": await token.text() } : {};
    const reply = await fetch(`${base}/latest/${path}`, {
      headers,
      signal: AbortSignal.timeout(2000),
    });
    return reply.ok ? await reply.text() : undefined;
  } catch {
    return undefined;
  }
}

async function credentials() {
  const {
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: token,
  } = process.env;
  if (id && secret) return { id, secret, token };
  const role = await metadata("meta-data/iam/security-credentials/");
  const text =
    role && (await metadata(`meta-data/iam/security-credentials/${role.split("\n")[0]}`));
  // A machine without a role may still speak where signatures are not asked for.
  if (!text) return { id: "none", secret: "none" };
  const found = JSON.parse(text);
  return { id: found.AccessKeyId, secret: found.SecretAccessKey, token: found.Token };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function sign(service, url, given, body, keys, method = "POST") {
  const hash = (text) => createHash("sha256").update(text).digest("hex");
  const mac = (key, text) => createHmac("sha256", key).update(text).digest();
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const headers = {
    ...given,
    host: url.host,
    "x-amz-date": stamp,
    ...(keys.token && { "x-amz-security-token": keys.token }),
  };
  const names = Object.keys(headers).sort();
  const signed = names.join(";");
  const lines = names.map((name) => `${name}:${headers[name]}`);
  const canonical = [method, url.pathname, "", ...lines, "", signed, hash(body)].join("\n");
  const scope = `${stamp.slice(0, 8)}/${regionNow()}/${service}/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash(canonical)}`;
  const key = scope.split("/").reduce(mac, `AWS4${keys.secret}`);
  const signature = createHmac("sha256", key).update(text).digest("hex");
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${keys.id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  return headers;
}

async function post(service, headers, body, keys) {
  const endpoint =
    process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? process.env.AWS_ENDPOINT_URL;
  const url = new URL("/", endpoint ?? `https://${service}.${regionNow()}.amazonaws.com/`);
  const reply = await fetch(url, {
    method: "POST",
    headers: sign(service, url, headers, body, keys ?? (await credentials())),
    body,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await reply.text();
  if (reply.ok) return text;
  const error = new Error(`${service} answered ${reply.status}: ${text.slice(0, 500)}`);
  error.code = /"__type":\s*"(?:[^"#]*#)?([^"]+)"/.exec(text)?.[1];
  throw error;
}

const targets = {
  logs: ["Logs_20140328", "1.1"],
  monitoring: ["GraniteServiceVersion20100801", "1.0"],
  ssm: ["AmazonSSM", "1.1"],
};

/** call("ssm", "GetParameter", {Name: "x"}); errors carry AWS's code. */
async function call(service, operation, input) {
  const [prefix, version] = targets[service];
  const headers = {
    "content-type": `application/x-amz-json-${version}`,
    "x-amz-target": `${prefix}.${operation}`,
  };
  const text = await post(service, headers, JSON.stringify(input));
  return text === "" ? {} : JSON.parse(text);
}

/** The name of the Auto Scaling group that the instance is in; undefined for none. */
async function groupOf(instanceId) {
  const body = new URLSearchParams({
    Action: "DescribeTags",
    Version: "2016-11-15",
    "Filter.1.Name": "resource-id",
    "Filter.1.Value.1": instanceId,
    "Filter.2.Name": "key",
    "Filter.2.Value.1": "aws:autoscaling:groupName",
  }).toString();
  const type = "application/x-www-form-urlencoded; charset=utf-8";
  return /<value>([^<]+)<\/value>/.exec(await post("ec2", { "content-type": type }, body))?.[1];
}

/** The text that an operation of the query protocol answers. */
function query(service, parameters, keys) {
  const type = "application/x-www-form-urlencoded; charset=utf-8";
  return post(service, { "content-type": type }, new URLSearchParams(parameters).toString(), keys);
}

module.exports = { call, credentials, groupOf, metadata, query, sign };
