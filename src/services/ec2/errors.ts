/**
 * EC2's error codes and messages, each declared once.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
import { AwsError } from "#model/error.ts";

/** An EC2 client error; they answer with status 400 unless said otherwise. */
export function ec2Error(code: string, message: string, status = 400): AwsError {
  return new AwsError({ code, message, status });
}

export const dryRunOperation = () =>
  ec2Error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);

export const missingParameter = (name: string) =>
  ec2Error("MissingParameter", `The request must contain the parameter ${name}`);

export const invalidParameterValue = (message: string) =>
  ec2Error("InvalidParameterValue", message);

/** "Value (x) for parameter y is invalid. …" */
export const invalidValueFor = (name: string, value: unknown, detail = "") =>
  invalidParameterValue(
    `Value (${String(value)}) for parameter ${name} is invalid.${detail && ` ${detail}`}`,
  );

export const invalidParameterCombination = (message: string) =>
  ec2Error("InvalidParameterCombination", message);

/** For parameters that AWS has and Fogbank has not: refused rather than ignored. */
export const unsupportedParameter = (name: string, why = "") =>
  ec2Error(
    "UnsupportedOperation",
    `Fogbank does not support the parameter ${name}.${why && ` ${why}`} See COVERAGE.md for what it does.`,
  );

export const unsupportedOperation = (message: string) => ec2Error("UnsupportedOperation", message);

export const operationNotPermitted = (message: string) =>
  ec2Error("OperationNotPermitted", message);

export const idempotentParameterMismatch = (clientToken: string) =>
  ec2Error(
    "IdempotentParameterMismatch",
    `Arguments on this idempotent request are inconsistent with arguments used in previous request(s) with client token '${clientToken}'`,
  );

export const dependencyViolation = (message: string) => ec2Error("DependencyViolation", message);

export const invalidFilter = (name: string) =>
  invalidParameterValue(`The filter '${name}' is invalid`);

export const filterLimitExceeded = () =>
  ec2Error(
    "FilterLimitExceeded",
    "The maximum number of filter values specified on a single call is 200.",
  );

export const invalidNextToken = () =>
  ec2Error("InvalidNextToken", "The specified NextToken is not valid.");

/** What AWS says of an id whose form is wrong: `Invalid id: "foo" (expecting "i-...")`. */
export const malformedId = (code: string, id: string, prefix: string) =>
  ec2Error(code, `Invalid id: "${id}" (expecting "${prefix}-...")`);

/** The error of CreateTags for a resource id of no known kind. */
export const invalidId = (id: string) => ec2Error("InvalidID", `The ID '${id}' is not valid`);

export const tagLimitExceeded = () =>
  ec2Error("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");

// Instances

/** One id or several: AWS names them all. */
export const instanceNotFound = (ids: string | readonly string[]) =>
  typeof ids === "string" || ids.length === 1
    ? ec2Error("InvalidInstanceID.NotFound", `The instance ID '${String(ids)}' does not exist`)
    : ec2Error("InvalidInstanceID.NotFound", `The instance IDs '${ids.join(", ")}' do not exist`);

export const instanceIdMalformed = (id: string) =>
  malformedId("InvalidInstanceID.Malformed", id, "i");

export const incorrectInstanceState = (message: string) =>
  ec2Error("IncorrectInstanceState", message);

/** A request that the instance's present state forbids, in the words of AWS's most common form. */
export const instanceNotInState = (id: string, wanted: string) =>
  incorrectInstanceState(
    `The instance '${id}' is not in ${/^[aeiou]/.test(wanted) ? "an" : "a"} '${wanted}' state.`,
  );

// Zones and regions

/** A 500, as AWS answers it: clients try again. */
export const insufficientInstanceCapacity = (instanceType: string, zone: string) =>
  ec2Error(
    "InsufficientInstanceCapacity",
    `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone}). Our system will be working on provisioning additional capacity. You can currently get ${instanceType} capacity by not specifying an Availability Zone in your request or choosing another one.`,
    500,
  );

export const invalidZone = (name: string) =>
  invalidParameterValue(`Invalid availability zone: [${name}]`);
