/** The ARNs of Auto Scaling. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html */
import { formatArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";

export function groupArn(scope: Scope, { name, uuid }: { name: string; uuid: string }): string {
  return formatArn("autoscaling", scope, `autoScalingGroup:${uuid}:autoScalingGroupName/${name}`);
}

export function policyArn(scope: Scope, uuid: string, group: string, name: string): string {
  return formatArn(
    "autoscaling",
    scope,
    `scalingPolicy:${uuid}:autoScalingGroupName/${group}:policyName/${name}`,
  );
}

export function scheduledActionArn(scope: Scope, uuid: string, group: string, name: string) {
  return formatArn(
    "autoscaling",
    scope,
    `scheduledUpdateGroupAction:${uuid}:autoScalingGroupName/${group}:scheduledActionName/${name}`,
  );
}

export function launchConfigurationArn(scope: Scope, uuid: string, name: string): string {
  return formatArn(
    "autoscaling",
    scope,
    `launchConfiguration:${uuid}:launchConfigurationName/${name}`,
  );
}

/** A group given by its name or ARN. */
export function groupNameOf(nameOrArn: string): string {
  return /^arn:.*:autoScalingGroupName\/(.+)$/.exec(nameOrArn)?.[1] ?? nameOrArn;
}
