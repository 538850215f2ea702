/** What S3's tests share: a cloud with a bucket in it. */
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import type { Client } from "#services/kit/service.ts";
import { rootPrincipal } from "#services/kit/principal.ts";

export interface BucketCloud {
  cloud: TestCloud;
  s3: Client<"s3">;
  /** S3 as another account sees it. */
  stranger: Client<"s3">;
  put: (key: string, body?: string | Uint8Array) => Promise<{ VersionId?: string | undefined }>;
  text: (key: string, versionId?: string) => Promise<string>;
}

/** The bucket is called "photos"; the cloud is stopped when the test ends. */
export async function withBucket(
  run: (bucket: BucketCloud) => Promise<void>,
  { versioned = false }: { versioned?: boolean } = {},
): Promise<void> {
  const cloud = createTestCloud();
  const s3 = cloud.clients.s3(cloud.caller);
  await s3.CreateBucket({ Bucket: "photos" });
  if (versioned)
    await s3.PutBucketVersioning({
      Bucket: "photos",
      VersioningConfiguration: { Status: "Enabled" },
    });
  const account = "999999999999";
  const { region } = cloud.caller;
  const stranger = cloud.clients.s3({ account, region, principal: rootPrincipal(account, region) });
  try {
    await run({
      cloud,
      s3,
      stranger,
      put: (Key, body = Key) =>
        s3.PutObject({
          Bucket: "photos",
          Key,
          Body: typeof body === "string" ? Buffer.from(body) : body,
        }),
      text: async (Key, VersionId) =>
        readText((await s3.GetObject({ Bucket: "photos", Key, VersionId })).Body),
    });
  } finally {
    await cloud.stop();
  }
}

export async function readText(
  body: AsyncIterable<Uint8Array> | Uint8Array | undefined,
): Promise<string> {
  return (await readBytes(body)).toString();
}

export async function readBytes(
  body: AsyncIterable<Uint8Array> | Uint8Array | undefined,
): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  return body instanceof Uint8Array
    ? Buffer.from(body)
    : Buffer.concat(await Array.fromAsync(body));
}

export async function* stream(...pieces: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield typeof piece === "string" ? Buffer.from(piece) : piece;
}
