/** Every error of CloudWatch, declared once. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html */
import { AwsError } from "#model/error.ts";

export function invalidValue(message: string): AwsError {
  return new AwsError({ code: "InvalidParameterValueException", status: 400, message });
}

export function invalidCombination(message: string): AwsError {
  return new AwsError({ code: "InvalidParameterCombinationException", status: 400, message });
}

export function missingParameter(message: string): AwsError {
  return new AwsError({ code: "MissingRequiredParameterException", status: 400, message });
}

export function validationError(message: string): AwsError {
  return new AwsError({ code: "ValidationError", status: 400, message });
}

export function limitExceeded(message: string): AwsError {
  return new AwsError({ code: "LimitExceededException", status: 400, message });
}

export function invalidNextToken(): AwsError {
  return new AwsError({
    code: "InvalidNextToken",
    status: 400,
    message: "Request parameter NextToken is invalid",
  });
}

export function invalidFormat(message: string): AwsError {
  return new AwsError({ code: "InvalidFormatFault", status: 400, message });
}

export function alarmNotFound(name: string): AwsError {
  return new AwsError({
    code: "ResourceNotFound",
    status: 404,
    message: `Alarm ${name} does not exist`,
  });
}

export function resourceNotFound(type: string, id: string): AwsError {
  return new AwsError({
    code: "ResourceNotFoundException",
    status: 404,
    // AWS's whole message.
    message: "Unknown",
    members: { ResourceType: type, ResourceId: id },
  });
}

export function dashboardNotFound(names: readonly string[]): AwsError {
  const message =
    names.length === 1
      ? `Dashboard ${names[0]} does not exist`
      : `The specified dashboard does not exist. [${names.join(", ")}]`;
  return new AwsError({ code: "DashboardNotFoundError", status: 404, message });
}

export function dashboardInvalid(problems: { DataPath: string; Message: string }[]): AwsError {
  return new AwsError({
    code: "DashboardInvalidInputError",
    status: 400,
    message: "The field DashboardBody must be a valid JSON object",
    members: { dashboardValidationMessages: problems },
  });
}

export function detectorNotFound(): AwsError {
  return new AwsError({
    code: "ResourceNotFoundException",
    status: 404,
    message: "The anomaly detector does not exist.",
  });
}
