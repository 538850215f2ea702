/** A bucket for load balancers' logs in tests. */
import { gunzipSync } from "node:zlib";
import { readBody, type ByteStream } from "#http/http.ts";
import type { Clients } from "#services/kit/service.ts";

type S3 = ReturnType<Clients["s3"]>;

/** Load balancers may put objects under the prefix: "AWSLogs/123456789012/". */
export async function letLogsIn(s3: S3, prefix: string): Promise<void> {
  const statement = {
    Effect: "Allow",
    Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: `arn:aws:s3:::logs/${prefix}*`,
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await s3.PutBucketPolicy({ Bucket: "logs", Policy });
}

/** The text of one of its objects, be it compressed. */
export async function readLog(s3: S3, Key: string): Promise<string> {
  const { Body } = await s3.GetObject({ Bucket: "logs", Key });
  const body = Body as unknown as ByteStream | Uint8Array;
  const bytes = body instanceof Uint8Array ? body : await readBody(body, 1e6);
  return Key.endsWith(".gz") ? String(gunzipSync(bytes)) : String(bytes);
}
