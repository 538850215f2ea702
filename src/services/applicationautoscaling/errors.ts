/** Every error of Application Auto Scaling that its model's constraints do not already produce. */
import { AwsError, notImplemented } from "#model/error.ts";
import type { TargetName } from "./records.ts";

export const invalidToken = () =>
  new AwsError({ code: "InvalidNextTokenException", message: "The token is not valid." });

export const validation = (message: string) =>
  new AwsError({ code: "ValidationException", message });

export const unsupportedTarget = () =>
  validation("Unsupported service namespace, resource type or scalable dimension");

/** Resources of services that are not here cannot be scaled. */
export const noSuchService = (namespace: string) =>
  notImplemented(
    "applicationautoscaling",
    "RegisterScalableTarget",
    `for the namespace ${namespace}, whose service it does not have`,
  );

const named = ({ namespace, resourceId, dimension }: TargetName) =>
  `for service namespace: ${namespace}, resource ID: ${resourceId}, scalable dimension: ${dimension}`;

const notFound = (message: string) => new AwsError({ code: "ObjectNotFoundException", message });

export const notRegistered = (name: TargetName) =>
  notFound(`No scalable target registered ${named(name)}`);

export const targetNotFound = (name: TargetName) =>
  notFound(`No scalable target found ${named(name)}`);

export const policyNotFound = (name: TargetName, policy: string) =>
  notFound(`No scaling policy found ${named(name)}, scaling policy name: ${policy}`);

export const actionNotFound = (name: TargetName, action: string) =>
  notFound(`No scheduled action found ${named(name)}, scheduled action name: ${action}`);

export const limitExceeded = (message: string) =>
  new AwsError({ code: "LimitExceededException", message });

export const resourceNotFound = (arn: string) =>
  new AwsError({
    code: "ResourceNotFoundException",
    message: `Scalable target not found for ARN: ${arn}`,
    members: { ResourceName: arn },
  });

export const tooManyTags = (arn: string) =>
  new AwsError({
    code: "TooManyTagsException",
    message: "The number of tags exceeds the limit of 50 tags for the resource.",
    members: { ResourceName: arn },
  });

export const unsupportedMetric = (metric: string, dimension: string) =>
  validation(`The metric type ${metric} is not supported for the scalable dimension ${dimension}`);
