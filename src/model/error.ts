/** An error in AWS's own form: the one kind of error that a client may see. */

export interface AwsErrorOptions {
  /** The code on the wire, or the name of the modeled error shape whose code the protocol looks up. */
  code: string;
  message: string;
  /** HTTP status for codes that the service's model does not know; modeled errors have their own. */
  status?: number;
  /** Members of a modeled error besides its message, in AWS's spelling. */
  members?: Record<string, unknown>;
  /** Fields of the reply's head that belong to the error: S3's x-amz-bucket-region, a 304's ETag. */
  headers?: Readonly<Record<string, string>>;
}

export class AwsError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly members: Record<string, unknown>;
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor({ code, message, status, members = {}, headers }: AwsErrorOptions) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.status = status;
    this.members = members;
    this.headers = headers;
  }
}

/** 501: the operation exists on AWS and not here. There is no fallback that pretends. */
export function notImplemented(service: string, operation: string, detail?: string): AwsError {
  return new AwsError({
    code: "NotImplemented",
    status: 501,
    message: `Fogbank does not implement ${service}:${operation}${detail ? ` ${detail}` : ""}. See COVERAGE.md for what it does.`,
  });
}
