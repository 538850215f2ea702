/**
 * How S3 alone refuses a request because of its signature or of its body's framing.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { AwsError } from "#model/error.ts";

/** How one family of services says it. */
export type Form = readonly [code: string, status: number, message: string];

export function malformedHeader(detail: string): Form {
  return ["AuthorizationHeaderMalformed", 400, `The authorization header is malformed; ${detail}`];
}

export function malformedQuery(message: string): Form {
  return ["AuthorizationQueryParametersError", 400, message];
}

/** Signatures in the header and in the query at once. */
export function twoMechanisms(authorization: string): AwsError {
  return invalidArgument(
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
    "Authorization",
    authorization,
  );
}

/** An Authorization header that is none of AWS's. */
export function unsupportedAuthorization(authorization: string): AwsError {
  return invalidArgument("Unsupported Authorization Type", "Authorization", authorization);
}

export function unsupportedMechanism(): AwsError {
  return new AwsError({
    code: "InvalidRequest",
    status: 400,
    message:
      "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
  });
}

/** Whoever adds to a request that somebody else has signed must not change what it does. */
export function unsignedHeaders(names: readonly string[]): AwsError {
  return new AwsError({
    code: "AccessDenied",
    status: 403,
    message: "There were headers present in the request which were not signed",
    members: { HeadersNotSigned: names.join(", ") },
  });
}

export function invalidPayloadHash(claimed: string): AwsError {
  return invalidArgument(
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
    "x-amz-content-sha256",
    claimed,
  );
}

function invalidArgument(message: string, name: string, value: string): AwsError {
  return new AwsError({
    code: "InvalidArgument",
    status: 400,
    message,
    members: { ArgumentName: name, ArgumentValue: value },
  });
}

/** S3's check of a body against the hash that the client signed. */
export function payloadMismatch(claimed: string, computed: string): AwsError {
  return new AwsError({
    code: "XAmzContentSHA256Mismatch",
    status: 400,
    message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    members: { ClientComputedContentSHA256: claimed, S3ComputedContentSHA256: computed },
  });
}

export function missingPayloadHash(): AwsError {
  return new AwsError({
    code: "InvalidRequest",
    status: 400,
    message: "Missing required header for this request: x-amz-content-sha256",
  });
}

export function chunkMismatch(): AwsError {
  return new AwsError({
    code: "SignatureDoesNotMatch",
    status: 403,
    message:
      "The chunk signature we calculated does not match the signature you provided. Check your key and signing method.",
  });
}

/** The body's aws-chunked framing is broken or ends too early. */
export function malformedChunks(detail: string): AwsError {
  return new AwsError({ code: "IncompleteBody", status: 400, message: detail });
}

/** Trailers that x-amz-trailer announces did not come, or came unsigned. */
export function malformedTrailer(): AwsError {
  return new AwsError({
    code: "MalformedTrailerError",
    status: 400,
    message:
      "The request contained trailing data that was not well-formed or did not conform to our published schema.",
  });
}

/** The length of a body in chunks without their framing is not said. */
export function missingDecodedLength(): AwsError {
  return new AwsError({
    code: "MissingContentLength",
    status: 411,
    message: "You must provide the Content-Length HTTP header.",
  });
}

export function wrongDecodedLength(): AwsError {
  return malformedChunks(
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
  );
}
