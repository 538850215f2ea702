/** The errors of STS. https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
import { AwsError } from "#model/error.ts";

export function accessDenied(message: string): AwsError {
  return new AwsError({ code: "AccessDenied", status: 403, message });
}

export function notAuthorized(principalArn: string, action: string, resource: string): AwsError {
  return accessDenied(
    `User: ${principalArn} is not authorized to perform: ${action} on resource: ${resource}`,
  );
}

export function validationError(message: string): AwsError {
  return new AwsError({ code: "ValidationError", status: 400, message });
}

export function malformedPolicy(message: string): AwsError {
  return new AwsError({ code: "MalformedPolicyDocument", status: 400, message });
}

export function packedPolicyTooLarge(percent: number): AwsError {
  return new AwsError({
    code: "PackedPolicyTooLarge",
    status: 400,
    message: `Packed size of session tags consumes ${percent}% of allotted space.`,
  });
}
