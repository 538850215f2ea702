/** Application Auto Scaling. https://docs.aws.amazon.com/autoscaling/application/APIReference/ */
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { deregisterScalableTarget } from "./operations/deregister-scalable-target.ts";
import { describeScalableTargets } from "./operations/describe-scalable-targets.ts";
import { describeScalingActivities } from "./operations/describe-scaling-activities.ts";
import { putScalingPolicy } from "./operations/put-scaling-policy.ts";
import { registerScalableTarget } from "./operations/register-scalable-target.ts";
import {
  deleteScalingPolicy,
  describeScalingPolicies,
  getPredictiveScalingForecast,
} from "./operations/scaling-policies.ts";
import {
  deleteScheduledAction,
  describeScheduledActions,
  putScheduledAction,
} from "./operations/scheduled-actions.ts";
import { listTagsForResource, tagResource, untagResource } from "./operations/tags.ts";
import { policyCallReconciler } from "./reconcilers/policy-call.ts";
import { scheduledActionReconciler } from "./reconcilers/scheduled-action.ts";
import { targetReconciler } from "./reconcilers/target.ts";
import { createScalingState, type ScalingState } from "./state.ts";

export const service = defineService<"applicationautoscaling", ScalingState>({
  name: "applicationautoscaling",
  operations: {
    DeleteScalingPolicy: deleteScalingPolicy,
    DeleteScheduledAction: deleteScheduledAction,
    DeregisterScalableTarget: deregisterScalableTarget,
    DescribeScalableTargets: describeScalableTargets,
    DescribeScalingActivities: describeScalingActivities,
    DescribeScalingPolicies: describeScalingPolicies,
    DescribeScheduledActions: describeScheduledActions,
    GetPredictiveScalingForecast: getPredictiveScalingForecast,
    ListTagsForResource: listTagsForResource,
    PutScalingPolicy: putScalingPolicy,
    PutScheduledAction: putScheduledAction,
    RegisterScalableTarget: registerScalableTarget,
    TagResource: tagResource,
    UntagResource: untagResource,
  },
  createState: createScalingState,
  reconcilers: (env, state) => [
    targetReconciler(env, state),
    policyCallReconciler(env, state),
    scheduledActionReconciler(env),
  ],
  stop: (_env, state) => state.http.close(),
  differences,
});
