/** The deployment package that a request brings or names. */
import { notImplemented, AwsError } from "#model/error.ts";
import type { Transaction } from "#store/store.ts";
import { readBody, type ByteStream } from "#http/http.ts";
import { invalidParameter, invalidZip, requestTooLarge } from "../errors.ts";
import { limits } from "../limits.ts";
import type { CodeFacts } from "../records.ts";
import type { LambdaContext } from "../state.ts";
import { BadZip, unpackedBytes } from "./unzip.ts";

interface Named {
  ZipFile?: Uint8Array | undefined;
  S3Bucket?: string | undefined;
  S3Key?: string | undefined;
  S3ObjectVersion?: string | undefined;
  ImageUri?: string | undefined;
  SourceKMSKeyArn?: string | undefined;
}

/**
 * Keeps the package and runs a transaction that may name it. Throws AWS's error for a package that is none, too
 * large or not there.
 */
export async function withPackage<T>(
  context: LambdaContext,
  { named, operation }: { named: Named; operation: string },
  use: (tx: Transaction, code: CodeFacts) => Promise<T>,
): Promise<T> {
  if (named.ImageUri !== undefined)
    throw notImplemented("lambda", operation, "with container images; upload a zip file");
  const bytes = await readPackage(context, named);
  try {
    if ((await unpackedBytes(bytes)) > limits.unpackedBytes)
      throw invalidParameter(`Unzipped size must be smaller than ${limits.unpackedBytes} bytes`);
  } catch (error) {
    if (error instanceof BadZip) throw invalidZip();
    throw error;
  }
  return context.state.codes.keep(bytes, (code) =>
    context.store.transaction((tx) => use(tx, code)),
  );
}

async function readPackage(context: LambdaContext, named: Named): Promise<Uint8Array> {
  const { ZipFile, S3Bucket, S3Key, S3ObjectVersion } = named;
  if (ZipFile !== undefined) {
    if (S3Bucket !== undefined)
      throw invalidParameter(
        "Please do not provide other FunctionCode parameters when providing a ZipFile.",
      );
    if (ZipFile.length > limits.zipBytes)
      throw requestTooLarge(
        `Request must be smaller than ${limits.zipBytes} bytes for the CreateFunction operation`,
      );
    return ZipFile;
  }
  if (S3Bucket === undefined || S3Key === undefined)
    throw invalidParameter("Please provide a source for function code.");
  try {
    const { Body } = await context.clients
      .s3({ ...context, principal: context.principal })
      .GetObject({
        Bucket: S3Bucket,
        Key: S3Key,
        ...(S3ObjectVersion !== undefined && { VersionId: S3ObjectVersion }),
      });
    // A small object comes as its bytes, a large one piece by piece.
    const body = Body as unknown as Uint8Array | ByteStream;
    return body instanceof Uint8Array ? body : await readBody(body, limits.unpackedBytes);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
    );
  }
}
