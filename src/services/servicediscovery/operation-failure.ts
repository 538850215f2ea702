/** Why an operation failed, in Cloud Map's own codes. https://docs.aws.amazon.com/cloud-map/latest/api/API_Operation.html */
import type { AwsError } from "#model/error.ts";

const codes: Record<string, string> = {
  AccessDenied: "ACCESS_DENIED",
  AccessDeniedException: "ACCESS_DENIED",
  InvalidChangeBatch: "INVALID_CHANGE_BATCH",
  NoSuchHostedZone: "HOSTED_ZONE_NOT_FOUND",
  Throttling: "THROTTLED_REQUEST",
  ThrottlingException: "THROTTLED_REQUEST",
};

/** `otherwise` is the code for what Route 53 refuses without a code of Cloud Map's own for it. */
export function failureOf(
  { code, message }: AwsError,
  otherwise: "CANNOT_CREATE_HOSTED_ZONE" | "INTERNAL_FAILURE",
): { code: string; message: string } {
  return { code: codes[code] ?? otherwise, message: `${message} (Error Code: ${code})` };
}
