import type { Operation } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import { parseArn } from "#services/kit/arn.ts";
import { AwsError } from "#model/error.ts";
import { validationError } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { executeAdjustment, type Execution } from "../policies/execute.ts";
import { trackTarget } from "../policies/track.ts";
import type { State } from "../state.ts";
import { findPolicy } from "./policies.ts";

/**
 * Called by users, and by CloudWatch for its alarms.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExecutePolicy.html
 */
export const executePolicy: Operation<"autoscaling", "ExecutePolicy", State> = async (
  input,
  context,
) => {
  const { principal } = context;
  const byAlarm = principal.type === "service" && principal.arn === "cloudwatch.amazonaws.com";
  const alarm = byAlarm ? await callingAlarm(context, principal.sourceArn) : undefined;
  const execution: Execution = {
    nowMs: context.clock.now(),
    honorCooldown: byAlarm || input.HonorCooldown === true,
    metricValue: input.MetricValue,
    breachThreshold: input.BreachThreshold,
    alarm,
  };
  const policy = await context.store.transaction(async (tx) => {
    const found = await findPolicy(tx, context, input.PolicyName!, input.AutoScalingGroupName);
    if (!found)
      throw validationError(`No scaling policy found with name or ARN: ${input.PolicyName}`);
    const group = await getGroup(tx, context, found.group);
    // "AlarmNotification: notifications from alarms of scaling policies" are not acted on.
    if (byAlarm && ("AlarmNotification" in group.suspended || !found.enabled)) return undefined;
    if (found.type === "PredictiveScaling")
      throw validationError("Policies of type PredictiveScaling cannot be executed.");
    if (found.type === "TargetTrackingScaling") {
      if (!byAlarm)
        throw validationError(
          "Policies of type TargetTrackingScaling are executed by their alarms only.",
        );
      return found;
    }
    try {
      await executeAdjustment(tx, context, group, found, execution);
    } catch (error) {
      // An alarm comes again in a minute; that a cooldown holds it back is no failure.
      const held = error instanceof AwsError && error.code === "ScalingActivityInProgressFault";
      if (!byAlarm || !held) throw error;
    }
    return undefined;
  });
  if (policy) await trackTarget(context, context, policy.group, policy, execution);
  return {};
};

async function callingAlarm(
  context: Parameters<typeof executePolicy>[1],
  arn: string | undefined,
): Promise<Execution["alarm"]> {
  const name = /^alarm:(.+)$/.exec(parseArn(arn ?? "")?.resource ?? "")?.[1];
  if (name === undefined) return undefined;
  const { MetricAlarms = [] } = await context.clients
    .cloudwatch(asService(context, "autoscaling.amazonaws.com"))
    .DescribeAlarms({ AlarmNames: [name] });
  return { name, state: MetricAlarms[0]?.StateValue ?? "ALARM" };
}
