/** Requests as an AWS client would send them: whole, with a real signature, as bytes for a socket. */
import { createHmac, hash, randomUUID } from "node:crypto";

export const accessKeyId = "AKIABENCHBENCHBENCH0";
export const secretAccessKey = "bench/secret/of/no/other/use";
const region = "us-east-1";

export interface Wish {
  service: string;
  method?: "GET" | "PUT" | "POST";
  /** Path without characters that need escaping. */
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

/**
 * Signs the headers that botocore signs, and the invocation id as newer SDKs do: no two requests have the same
 * signature. It is good for fifteen minutes.
 */
export function signedRequest(wish: Wish): Buffer {
  const { service, method = "POST", path = "/", body = "" } = wish;
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const scope = `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const payloadHash = hash("sha256", body);
  const signed: Record<string, string> = {
    "amz-sdk-invocation-id": randomUUID(),
    host: "127.0.0.1:4566",
    "x-amz-date": stamp,
    ...(service === "s3" && { "x-amz-content-sha256": payloadHash }),
    ...wish.headers,
  };
  const names = Object.keys(signed).toSorted();
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join("");
  const canonical = `${method}\n${path}\n\n${lines}\n${names.join(";")}\n${payloadHash}`;
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash("sha256", canonical)}`;
  let key: string | Buffer = `AWS4${secretAccessKey}`;
  for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key).update(text).digest("hex");
  const sent: Record<string, string> = {
    ...signed,
    "user-agent": "Boto3/1.42.0 md/Botocore#1.42.0 ua/2.1 os/linux#6.12 lang/python#3.13.0",
    "amz-sdk-request": "attempt=1",
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
    "content-length": String(Buffer.byteLength(body)),
  };
  const head = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join("")}\r\n${body}`);
}

/** A call in AWS's JSON protocol: `target` is "AmazonSQS.SendMessage". */
export function jsonCall(service: string, target: string, input: object): Buffer {
  return signedRequest({
    service,
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": target },
    body: JSON.stringify(input),
  });
}

/** A call in AWS's query protocol. */
export function queryCall(service: string, form: Record<string, string>): Buffer {
  return signedRequest({
    service,
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: new URLSearchParams(form).toString(),
  });
}
