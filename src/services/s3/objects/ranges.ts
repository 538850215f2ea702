/** Byte ranges. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
import { invalidArgument, invalidRange, invalidRequest } from "../errors.ts";
import type { ByteRange } from "./content.ts";

/**
 * Reads a Range header. Undefined for what S3 answers with the whole object: other units, several
 * ranges, nonsense. Throws InvalidRange when the range lies behind the end.
 */
export function parseRange(text: string, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text.replaceAll(" ", ""));
  if (!match) return undefined;
  const [, first, last] = match as unknown as [string, string, string];
  if (first === "") {
    if (last === "") return undefined;
    const suffix = Number(last);
    if (suffix === 0 || sizeBytes === 0) throw invalidRange(text, sizeBytes);
    return { start: Math.max(0, sizeBytes - suffix), end: sizeBytes };
  }
  const start = Number(first);
  const end = last === "" ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= sizeBytes) throw invalidRange(text, sizeBytes);
  return { start, end };
}

/** UploadPartCopy's range: both ends must be given and lie within the source. */
export function parseCopyRange(text: string, sizeBytes: number): ByteRange {
  const match = /^bytes=(\d+)-(\d+)$/.exec(text);
  if (!match || Number(match[2]) < Number(match[1]))
    throw invalidArgument(
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
      "x-amz-copy-source-range",
      text,
    );
  const start = Number(match[1]);
  const end = Number(match[2]) + 1;
  if (start >= sizeBytes)
    throw invalidRequest("The specified copy range is invalid for the source object size.");
  if (end > sizeBytes)
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${sizeBytes}`,
      "x-amz-copy-source-range",
      text,
    );
  return { start, end };
}

export function contentRange({ start, end }: ByteRange, sizeBytes: number): string {
  return `bytes ${start}-${end - 1}/${sizeBytes}`;
}
