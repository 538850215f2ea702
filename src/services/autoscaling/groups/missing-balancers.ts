/**
 * What a group's activities say where a target group or load balancer that its instances must join is gone.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-loadbalancer.html, and as users see it
 * https://github.com/zalando-incubator/kube-ingress-aws-controller/issues/197 and /239
 */
import { AwsError } from "#model/error.ts";
import type { Caller, Environment } from "#services/kit/service.ts";
import type { GroupRecord } from "../records.ts";
import { isClassic } from "./target-groups.ts";

export class MissingBalancersError extends AwsError {}

export function isMissing(error: unknown): error is AwsError {
  return (
    error instanceof AwsError &&
    /^(?:TargetGroup|LoadBalancer|AccessPoint)NotFound/.test(error.code)
  );
}

/** Throws MissingBalancersError where new instances would have nowhere to be registered. */
export async function checkBalancers(
  { clients }: Pick<Environment, "clients">,
  caller: Caller,
  { targetGroups, suspended }: GroupRecord,
): Promise<void> {
  if ("AddToLoadBalancer" in suspended) return;
  for (const { arn, state } of targetGroups) {
    if (state === "Removing") continue;
    try {
      await (isClassic(arn)
        ? clients.elb(caller).DescribeLoadBalancers({ LoadBalancerNames: [arn] })
        : clients.elbv2(caller).DescribeTargetGroups({ TargetGroupArns: [arn] }));
    } catch (error) {
      if (!isMissing(error)) throw error;
      const what = isClassic(arn) ? "load balancers" : "target groups";
      throw new MissingBalancersError({
        code: error.code,
        message: `One or more ${what} not found. Validating load balancer configuration failed.`,
      });
    }
  }
}

/** Of an instance that was launched and cannot be registered. `reason` is what the load balancer said. */
export function notUpdated(source: string, reason: string): string {
  return isClassic(source)
    ? `${reason}. Updating load balancer configuration failed.`
    : `Failed to update target group ${source}: ${reason} Updating load balancer configuration failed`;
}
