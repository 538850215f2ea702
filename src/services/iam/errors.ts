/** The errors of IAM. https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and each operation's page. */
import { AwsError } from "#model/error.ts";

export function noSuchEntity(message: string): AwsError {
  return new AwsError({ code: "NoSuchEntity", status: 404, message });
}

export function entityAlreadyExists(message: string): AwsError {
  return new AwsError({ code: "EntityAlreadyExists", status: 409, message });
}

export function deleteConflict(message: string): AwsError {
  return new AwsError({ code: "DeleteConflict", status: 409, message });
}

export function limitExceeded(message: string): AwsError {
  return new AwsError({ code: "LimitExceeded", status: 409, message });
}

export function quotaExceeded(quota: string, most: number): AwsError {
  return limitExceeded(`Cannot exceed quota for ${quota}: ${most}`);
}

export function invalidInput(message: string): AwsError {
  return new AwsError({ code: "InvalidInput", status: 400, message });
}

export function validationError(message: string): AwsError {
  return new AwsError({ code: "ValidationError", status: 400, message });
}

export function malformedPolicyDocument(message: string): AwsError {
  return new AwsError({ code: "MalformedPolicyDocument", status: 400, message });
}

export function unmodifiableEntity(roleName: string): AwsError {
  return new AwsError({
    code: "UnmodifiableEntity",
    status: 400,
    message: `Cannot perform the operation on the protected role '${roleName}' - this role is only modifiable by AWS`,
  });
}

export const userNotFound = (name: string) =>
  noSuchEntity(`The user with name ${name} cannot be found.`);
export const groupNotFound = (name: string) =>
  noSuchEntity(`The group with name ${name} cannot be found.`);
export const roleNotFound = (name: string) =>
  noSuchEntity(`The role with name ${name} cannot be found.`);
export const instanceProfileNotFound = (name: string) =>
  noSuchEntity(`Instance Profile ${name} cannot be found.`);
export const policyNotFound = (arn: string) => noSuchEntity(`Policy ${arn} was not found.`);
export const policyNotAttachable = (arn: string) =>
  noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
export const accessKeyNotFound = (id: string) =>
  noSuchEntity(`The Access Key with id ${id} cannot be found.`);
export const loginProfileNotFound = (userName: string) =>
  noSuchEntity(`Login Profile for User ${userName} cannot be found.`);
export const serverCertificateNotFound = (name: string) =>
  noSuchEntity(`The Server Certificate with name ${name} cannot be found.`);
export const malformedCertificate = (message: string) =>
  new AwsError({ code: "MalformedCertificate", status: 400, message });
export const keyPairMismatch = () =>
  new AwsError({
    code: "KeyPairMismatch",
    status: 400,
    message: "The public key and private key do not match.",
  });
