/** Targets as requests and answers name them. */
import type { TargetName } from "../records.ts";

interface AwsName {
  ServiceNamespace?: string | undefined;
  ResourceId?: string | undefined;
  ScalableDimension?: string | undefined;
}

export function nameOf({ ServiceNamespace, ResourceId, ScalableDimension }: AwsName): TargetName {
  return {
    namespace: ServiceNamespace ?? "",
    resourceId: ResourceId ?? "",
    dimension: ScalableDimension ?? "",
  };
}

export function awsName({ namespace, resourceId, dimension }: TargetName) {
  return {
    ServiceNamespace: namespace as "dynamodb",
    ResourceId: resourceId,
    ScalableDimension: dimension as "dynamodb:table:ReadCapacityUnits",
  };
}

/** The part of a key that a list's filters give. */
export function prefixOf(input: AwsName): string[] {
  const { ServiceNamespace = "", ResourceId, ScalableDimension } = input;
  if (ResourceId === undefined) return [ServiceNamespace];
  return ScalableDimension === undefined
    ? [ServiceNamespace, ResourceId]
    : [ServiceNamespace, ResourceId, ScalableDimension];
}
