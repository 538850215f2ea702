/**
 * How AWS refuses a request because of its signature. The words are much the same everywhere; codes
 * and statuses differ by family of services.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { AwsError } from "#model/error.ts";
import type { Identified } from "../protocol.ts";
import { malformedHeader, unsupportedMechanism, type Form } from "./s3-refusals.ts";

type Family = "s3" | "ec2" | "query" | "json";

function familyOf({ service, protocol }: Identified): Family {
  if (service === "s3") return "s3";
  if (service === "ec2") return "ec2";
  return protocol === "query" ? "query" : "json";
}

function refuse(
  identified: Identified,
  forms: Readonly<Record<Family, Form>>,
  members?: Record<string, unknown>,
): AwsError {
  const family = familyOf(identified);
  const [code, status, message] = forms[family];
  return new AwsError({ code, status, message, members: family === "s3" ? (members ?? {}) : {} });
}

const invalidToken = "The security token included in the request is invalid.";
const ec2AuthFailure: Form = [
  "AuthFailure",
  401,
  "AWS was not able to validate the provided access credentials",
];

export function unknownAccessKey(identified: Identified, accessKeyId: string): AwsError {
  return refuse(
    identified,
    {
      s3: [
        "InvalidAccessKeyId",
        403,
        "The AWS Access Key Id you provided does not exist in our records.",
      ],
      ec2: ec2AuthFailure,
      query: ["InvalidClientTokenId", 403, invalidToken],
      json: ["UnrecognizedClientException", 400, invalidToken],
    },
    { AWSAccessKeyId: accessKeyId },
  );
}

/** The session token is missing, another, or given with a key that has none. */
export function wrongSessionToken(identified: Identified): AwsError {
  return refuse(identified, {
    s3: ["InvalidToken", 400, "The provided token is malformed or otherwise invalid."],
    ec2: ec2AuthFailure,
    query: ["InvalidClientTokenId", 403, invalidToken],
    json: ["UnrecognizedClientException", 400, invalidToken],
  });
}

export function expiredToken(identified: Identified): AwsError {
  const message = "The security token included in the request is expired";
  return refuse(identified, {
    s3: ["ExpiredToken", 400, "The provided token has expired."],
    ec2: ["RequestExpired", 400, "Request has expired."],
    query: ["ExpiredToken", 403, message],
    json: ["ExpiredTokenException", 400, message],
  });
}

/** Nobody signed. S3 calls that anonymous, which bucket policies may allow. */
export function missingToken(identified: Identified): AwsError {
  const message = "Request is missing Authentication Token";
  return refuse(identified, {
    s3: ["AccessDenied", 403, "Access Denied"],
    ec2: ["MissingParameter", 401, "The request must contain the parameter AWSAccessKeyId"],
    query: ["MissingAuthenticationToken", 403, message],
    json: ["MissingAuthenticationTokenException", 400, message],
  });
}

/** `s3Form` is what S3 says instead. */
export function incompleteSignature(
  identified: Identified,
  detail: string,
  s3Form: Form = malformedHeader(detail),
): AwsError {
  return refuse(identified, {
    s3: s3Form,
    ec2: ec2AuthFailure,
    query: ["IncompleteSignature", 400, detail],
    json: ["IncompleteSignatureException", 400, detail],
  });
}

/** An algorithm that AWS has and Fogbank does not. */
export function unsupportedAlgorithm(identified: Identified, algorithm: string): AwsError {
  const detail = `Fogbank verifies AWS4-HMAC-SHA256 signatures; this request is signed with ${algorithm}.`;
  // Signature Version 2 in a header, which the regions of after 2014 do not take.
  return algorithm === "AWS" && identified.service === "s3"
    ? unsupportedMechanism()
    : incompleteSignature(identified, detail);
}

export interface Calculation {
  accessKeyId: string;
  /** Signature Version 2 has none. */
  canonicalRequest?: string;
  stringToSign: string;
  signature: string;
}

/** AWS tells what it calculated, so that the author of a client finds the difference. */
export function signatureMismatch(identified: Identified, calculation: Calculation): AwsError {
  const { accessKeyId, canonicalRequest = "", stringToSign, signature } = calculation;
  const detailed = `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'${canonicalRequest}'\n\nThe String-to-Sign should have been\n'${stringToSign}'\n`;
  return refuse(
    identified,
    {
      s3: [
        "SignatureDoesNotMatch",
        403,
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      ],
      ec2: ec2AuthFailure,
      query: ["SignatureDoesNotMatch", 403, detailed],
      json: ["InvalidSignatureException", 400, detailed],
    },
    {
      AWSAccessKeyId: accessKeyId,
      StringToSign: stringToSign,
      SignatureProvided: signature,
      StringToSignBytes: hexBytes(stringToSign),
      ...(canonicalRequest !== "" && {
        CanonicalRequest: canonicalRequest,
        CanonicalRequestBytes: hexBytes(canonicalRequest),
      }),
    },
  );
}

function hexBytes(text: string): string {
  return Buffer.from(text).toString("hex").replaceAll(/../g, "$& ").trimEnd();
}

/** The scope names another service or day than the request itself does, or the host was not signed. */
export function wrongScope(
  identified: Identified,
  detail: string,
  s3Form: Form = malformedHeader(detail),
): AwsError {
  return refuse(identified, {
    s3: s3Form,
    ec2: ec2AuthFailure,
    query: ["SignatureDoesNotMatch", 403, detail],
    json: ["InvalidSignatureException", 400, detail],
  });
}

export function unknownRegion(identified: Identified, region: string): AwsError {
  return identified.service === "s3"
    ? wrongScope(identified, `the region '${region}' is wrong; expecting a region of AWS's`)
    : wrongScope(identified, `Credential should be scoped to a valid region, not '${region}'.`);
}

export interface Skew {
  /** As the request gives it, "20260105T120000Z". */
  signed: string;
  now: string;
  nowIso: string;
  /** The edge of what is still accepted. */
  limit: string;
  late: boolean;
  allowedMinutes: number;
  presigned: boolean;
}

export function skewed(identified: Identified, skew: Skew): AwsError {
  const { signed, now, limit, late, allowedMinutes, presigned } = skew;
  const message = late
    ? `Signature expired: ${signed} is now earlier than ${limit} (${now} - ${allowedMinutes} min.)`
    : `Signature not yet current: ${signed} is still later than ${limit} (${now} + ${allowedMinutes} min.)`;
  return refuse(
    identified,
    {
      s3: presigned
        ? ["AccessDenied", 403, "Request is not valid yet"]
        : [
            "RequestTimeTooSkewed",
            403,
            "The difference between the request time and the current time is too large.",
          ],
      ec2: ["RequestExpired", 400, "Request has expired."],
      query: ["SignatureDoesNotMatch", 403, message],
      json: ["InvalidSignatureException", 400, message],
    },
    {
      RequestTime: signed,
      ServerTime: skew.nowIso,
      MaxAllowedSkewMilliseconds: allowedMinutes * 60_000,
    },
  );
}

/** A presigned URL outlived its X-Amz-Expires. */
export function expiredUrl(
  identified: Identified,
  { seconds, expires, now }: { seconds: number; expires: string; now: string },
): AwsError {
  const message = `Signature expired: the URL was valid until ${expires}, now it is ${now}`;
  return refuse(
    identified,
    {
      s3: ["AccessDenied", 403, "Request has expired"],
      ec2: ["RequestExpired", 400, "Request has expired."],
      query: ["SignatureDoesNotMatch", 403, message],
      json: ["InvalidSignatureException", 400, message],
    },
    { "X-Amz-Expires": seconds, Expires: expires, ServerTime: now },
  );
}
