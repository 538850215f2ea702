/** CloudFormation's errors, each declared once. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html */
import { AwsError } from "#model/error.ts";
import { TemplateError } from "./template/values.ts";

export function validationError(message: string): AwsError {
  return new AwsError({ code: "ValidationError", status: 400, message });
}

export function stackNotFound(nameOrId: string): AwsError {
  return validationError(`Stack with id ${nameOrId} does not exist`);
}

/** As the operations on events, updates and signals say it. */
export function namedStackNotFound(nameOrId: string): AwsError {
  return validationError(`Stack [${nameOrId}] does not exist`);
}

export function stackExists(name: string): AwsError {
  return new AwsError({
    code: "AlreadyExistsException",
    message: `Stack [${name}] already exists`,
  });
}

export function wrongState(arn: string, status: string, wanted: string): AwsError {
  return validationError(`Stack:${arn} is in ${status} state and can not be ${wanted}.`);
}

export function changeSetNotFound(name: string): AwsError {
  return new AwsError({
    code: "ChangeSetNotFoundException",
    status: 404,
    message: `ChangeSet [${name}] does not exist`,
  });
}

export function changeSetExists(name: string): AwsError {
  return new AwsError({
    code: "AlreadyExistsException",
    message: `ChangeSet ${name} cannot be created because a change set with the same name already exists`,
  });
}

export function invalidChangeSetStatus(message: string): AwsError {
  return new AwsError({ code: "InvalidChangeSetStatusException", status: 400, message });
}

export function insufficientCapabilities(needed: string): AwsError {
  return new AwsError({
    code: "InsufficientCapabilitiesException",
    message: `Requires capabilities : [${needed}]`,
  });
}

export function limitExceeded(message: string): AwsError {
  return new AwsError({ code: "LimitExceededException", message });
}

export function notSupported(what: string): AwsError {
  return validationError(`Fogbank does not support ${what} yet.`);
}

/** A template's fault as the API answers it; any other error as it is. */
function asApiError(error: unknown): unknown {
  return error instanceof TemplateError ? validationError(error.message) : error;
}

/** Runs a function whose TemplateErrors become ValidationErrors. */
export async function answering<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asApiError(error);
  }
}
