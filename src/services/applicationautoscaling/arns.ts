/** The ARNs of Application Auto Scaling. https://docs.aws.amazon.com/service-authorization/latest/reference/list_applicationautoscaling.html */
import { formatArn, partitionOf } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import type { PolicyRecord, TargetName } from "./records.ts";

export function targetArn(scope: Scope, id: string): string {
  return formatArn("application-autoscaling", scope, `scalable-target/${id}`);
}

/** Policies and scheduled actions are in the service "autoscaling", as on AWS. */
export function policyArn(scope: Scope, uuid: string, name: TargetName, policy: string): string {
  return formatArn(
    "autoscaling",
    scope,
    `scalingPolicy:${uuid}:resource/${name.namespace}/${name.resourceId}:policyName/${policy}`,
  );
}

export function scheduledActionArn(
  scope: Scope,
  uuid: string,
  name: TargetName,
  action: string,
): string {
  return formatArn(
    "autoscaling",
    scope,
    `scheduledAction:${uuid}:resource/${name.namespace}/${name.resourceId}:scheduledActionName/${action}`,
  );
}

export function alarmArn(scope: Scope, name: string): string {
  return formatArn("cloudwatch", scope, `alarm:${name}`);
}

/** What an alarm that the service made calls. */
export function alarmAction({ arn, tracking }: PolicyRecord): string {
  return `${arn}:createdBy/${tracking!.createdBy}`;
}

/** https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html */
const roleSuffixes: Record<string, string> = {
  "custom-resource": "CustomResource",
  dynamodb: "DynamoDBTable",
  ecs: "ECSService",
  lambda: "LambdaConcurrency",
};

export function serviceLinkedRoleArn({ account, region }: Scope, namespace: string): string {
  return `arn:${partitionOf(region)}:iam::${account}:role/aws-service-role/${namespace}.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_${roleSuffixes[namespace]}`;
}
