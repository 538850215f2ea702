/** Errors of services in the words that stack events use. */
import { AwsError } from "#model/error.ts";
import { ResourceFailure } from "../resource-types/resource-type.ts";
import { TemplateError } from "../template/values.ts";

const transient =
  /Throttl|TooManyRequests|RequestLimitExceeded|ServiceUnavailable|InternalFailure|InternalError|InternalServerError|Timeout|QueueDeletedRecently|OperationAborted/;
const inUse = /DependencyViolation|InUse|ScalingActivityInProgress/;
const absent =
  /NotFound|NoSuch|NonExistent|DoesNotExist|QueueDoesNotExist|Unknown(?:Host|Resource)|\.Malformed$/;

/** True for errors that may go away when the call is made again. */
export function isTransient(error: unknown): boolean {
  return error instanceof AwsError && transient.test(error.code);
}

/** True when something that is on its way out still holds the resource. */
export function isInUse(error: unknown): boolean {
  return error instanceof AwsError && inUse.test(error.code);
}

/** True when the thing to delete or describe is not there. */
export function isAbsent(error: unknown): boolean {
  return error instanceof AwsError && absent.test(error.code);
}

export interface ReasonFacts {
  /** "AWS::SQS::Queue" */
  type: string;
  requestToken: string;
  requestId: string;
}

/** The ResourceStatusReason of a failed call. */
export function failureReason(
  error: unknown,
  { type, requestToken, requestId }: ReasonFacts,
): string {
  if (error instanceof ResourceFailure || error instanceof TemplateError) return error.message;
  if (!(error instanceof AwsError))
    return `Internal failure: ${error instanceof Error ? error.message : String(error)}`;
  const service = type.split("::")[1] ?? type;
  const status = error.status ?? (handlerCode(error) === "AlreadyExists" ? 409 : 400);
  return `Resource handler returned message: "${error.message} (Service: ${service}, Status Code: ${status}, Request ID: ${requestId})" (RequestToken: ${requestToken}, HandlerErrorCode: ${handlerCode(error)})`;
}

/** https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html */
function handlerCode({ code }: AwsError): string {
  if (/AlreadyExists|Duplicate|NameExists|InUse$|Conflict/.test(code)) return "AlreadyExists";
  if (absent.test(code)) return "NotFound";
  if (/AccessDenied|Unauthorized/.test(code)) return "AccessDenied";
  if (/LimitExceeded/.test(code)) return "ServiceLimitExceeded";
  if (transient.test(code)) return "Throttling";
  return "InvalidRequest";
}
