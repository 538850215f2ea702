import { AwsError } from "#model/error.ts";
import type { Operation } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import { serviceLinkedRoleArn, targetArn } from "../arns.ts";
import { tooManyTags, validation } from "../errors.ts";
import { limits } from "../limits.ts";
import { targetKey, targets, type TargetRecord } from "../records.ts";
import { resourceOf } from "../resources/lookup.ts";
import type { ScalingState } from "../state.ts";
import { nameOf } from "../targets/name.ts";

type Request = Input<"applicationautoscaling", "RegisterScalableTarget">;

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html */
export const registerScalableTarget: Operation<
  "applicationautoscaling",
  "RegisterScalableTarget",
  ScalingState
> = async (input, context) => {
  const name = nameOf(input);
  const resource = resourceOf(name);
  try {
    await resource.read({ env: context, http: context.state.http, scope: context }, name);
  } catch (error) {
    throw error instanceof AwsError ? validation(error.message) : error;
  }
  const ScalableTargetARN = await context.store.transaction(async (tx) => {
    const present = await targets.get(tx, context, ...targetKey(name));
    const min = input.MinCapacity ?? present?.min;
    const max = input.MaxCapacity ?? present?.max;
    if (min === undefined || max === undefined)
      throw validation(
        "You must specify both the minimum and the maximum capacity when you register a new scalable target.",
      );
    if (max < min) throw validation("Maximum capacity cannot be less than minimum capacity");
    const arn = present?.arn ?? targetArn(context, context.random.hex(34));
    const tags = { ...present?.tags, ...input.Tags };
    if (Object.keys(tags).length > limits.tags) throw tooManyTags(arn);
    const target: TargetRecord = {
      ...present,
      ...name,
      arn,
      min,
      max,
      // The service-linked role is used whatever role is named.
      roleArn: serviceLinkedRoleArn(context, name.namespace),
      createdMs: present?.createdMs ?? context.clock.now(),
      suspended: suspendedOf(input, present),
      tags,
      unbounded: true,
    };
    targets.put(tx, context, targetKey(name), target);
    return arn;
  });
  return { ScalableTargetARN };
};

function suspendedOf(
  { SuspendedState: given = {} }: Request,
  present: TargetRecord | undefined,
): TargetRecord["suspended"] {
  const { scaleIn = false, scaleOut = false, scheduled = false } = present?.suspended ?? {};
  return {
    scaleIn: given.DynamicScalingInSuspended ?? scaleIn,
    scaleOut: given.DynamicScalingOutSuspended ?? scaleOut,
    scheduled: given.ScheduledScalingSuspended ?? scheduled,
  };
}
