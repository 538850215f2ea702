/**
 * Bodies that a client compressed, as SDKs do with what is long for operations such as PutMetricData.
 * https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
 */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { WholeBody, type ByteStream, type HttpRequest } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { bodyLimitBytes, readWhole, tooLarge } from "./protocol.ts";

const inflate = promisify(gunzip);

/** S3's Content-Encoding describes an object and is kept with it; it speaks REST-XML. */
export function isCompressed({ headers }: HttpRequest, protocol: string): boolean {
  return headers["content-encoding"] === "gzip" && protocol !== "rest-xml";
}

/** The body as it was before. Throws SerializationException for what is no gzip, and for a bomb. */
export async function decompressed(body: ByteStream): Promise<WholeBody> {
  const bytes = await readWhole(body);
  try {
    return new WholeBody(await inflate(bytes, { maxOutputLength: bodyLimitBytes }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw new AwsError({
      code: "SerializationException",
      status: 400,
      message: "The request body is not valid gzip.",
    });
  }
}
