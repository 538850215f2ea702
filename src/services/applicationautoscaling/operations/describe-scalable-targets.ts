import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { dateOf } from "#runtime/date.ts";
import { invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { targetKey, targets, type TargetRecord } from "../records.ts";
import type { ScalingState } from "../state.ts";
import { awsName } from "../targets/name.ts";

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html */
export const describeScalableTargets: Operation<
  "applicationautoscaling",
  "DescribeScalableTargets",
  ScalingState
> = async (input, context) => {
  const { ResourceIds: ids = [], ScalableDimension: dimension } = input;
  const all = await context.store.transaction((tx) =>
    targets.list(tx, context, [input.ServiceNamespace!]),
  );
  const wanted = all.filter(
    (target) =>
      (ids.length === 0 || ids.includes(target.resourceId)) &&
      (dimension === undefined || target.dimension === dimension),
  );
  const page = paginate(wanted, {
    limit: input.MaxResults ?? limits.listPage,
    token: input.NextToken,
    keyOf: (target) => targetKey(target).join("\0"),
    invalidToken,
  });
  return { ScalableTargets: page.items.map(describe), NextToken: page.nextToken };
};

function describe(target: TargetRecord) {
  return {
    ...awsName(target),
    MinCapacity: target.min,
    MaxCapacity: target.max,
    RoleARN: target.roleArn,
    CreationTime: dateOf(target.createdMs),
    SuspendedState: {
      DynamicScalingInSuspended: target.suspended.scaleIn,
      DynamicScalingOutSuspended: target.suspended.scaleOut,
      ScheduledScalingSuspended: target.suspended.scheduled,
    },
    ScalableTargetARN: target.arn,
  };
}
