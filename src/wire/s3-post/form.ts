/** Reads S3's upload forms as they arrive: fields up to the file, then the file as a stream. */
import type { ByteStream } from "#http/http.ts";
import { AwsError } from "#model/error.ts";

export interface UploadForm {
  /** Names in lower case, in the order sent. What stands behind the file is ignored, as S3 does. */
  readonly fields: ReadonlyMap<string, string>;
  /** As the browser gives it, without folders. */
  readonly fileName: string;
  readonly file: ByteStream;
}

/** "The form data and boundaries (excluding the contents of the file) cannot exceed 20KB." */
const mostFieldBytes = 20_480;

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 * Throws MalformedPOSTRequest, MaxPostPreDataLengthExceeded, or IncorrectNumberOfFilesInPostRequest.
 */
export async function readUploadForm(contentType: string, body: ByteStream): Promise<UploadForm> {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw malformed();
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const pieces = body[Symbol.asyncIterator]();
  // The first delimiter stands at the very beginning, without the line's end before it.
  let held: Buffer = Buffer.from("\r\n");
  let readBytes = 0;
  const more = async (): Promise<boolean> => {
    const next = await pieces.next();
    if (next.done) return false;
    readBytes += next.value.length;
    held = Buffer.concat([held, next.value]);
    return true;
  };
  /** What comes before the mark, which is taken away too. */
  const upTo = async (mark: Buffer): Promise<Buffer> => {
    for (;;) {
      const at = held.indexOf(mark);
      if (at >= 0) {
        const before = held.subarray(0, at);
        held = held.subarray(at + mark.length);
        return before;
      }
      if (readBytes > mostFieldBytes) throw tooManyFields();
      if (!(await more())) throw malformed();
    }
  };
  const fields = new Map<string, string>();
  await upTo(delimiter);
  for (;;) {
    while (held.length < 2) if (!(await more())) throw malformed();
    if (held.subarray(0, 2).equals(Buffer.from("--"))) throw noFile();
    const head = (await upTo(Buffer.from("\r\n\r\n"))).toString("utf8");
    const name = /;\s*name="([^"]*)"/i.exec(head)?.[1]?.toLowerCase();
    if (name === undefined) throw malformed();
    if (name === "file") {
      const given = /;\s*filename="([^"]*)"/i.exec(head)?.[1] ?? "";
      const fileName = given.split(/[\\/]/).at(-1)!;
      return { fields, fileName, file: fileOf(held, pieces, delimiter) };
    }
    fields.set(name, (await upTo(delimiter)).toString("utf8"));
  }
}

/** The rest up to the delimiter; the end of what was read may be its beginning. */
async function* fileOf(
  first: Buffer,
  pieces: AsyncIterator<Uint8Array>,
  delimiter: Buffer,
): AsyncGenerator<Uint8Array> {
  let held = first;
  for (;;) {
    const at = held.indexOf(delimiter);
    if (at >= 0) {
      if (at > 0) yield held.subarray(0, at);
      // Nobody else takes the rest, and the connection waits until it is taken.
      while (!(await pieces.next()).done);
      return;
    }
    const safe = held.length - delimiter.length + 1;
    if (safe > 0) {
      yield held.subarray(0, safe);
      held = held.subarray(safe);
    }
    const next = await pieces.next();
    if (next.done) throw malformed();
    held = Buffer.concat([held, next.value]);
  }
}

const bad = (code: string, message: string) => new AwsError({ code, message, status: 400 });
const malformed = () =>
  bad(
    "MalformedPOSTRequest",
    "The body of your POST request is not well-formed multipart/form-data.",
  );
const tooManyFields = () =>
  bad(
    "MaxPostPreDataLengthExceededError",
    "Your POST request fields preceding the upload file were too large.",
  );
const noFile = () => bad("InvalidArgument", "POST requires exactly one file upload per request.");
