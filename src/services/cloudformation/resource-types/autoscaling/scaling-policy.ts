import { pick } from "../properties.ts";
import { defineResourceType, type Properties, type ResourceRequest } from "../resource-type.ts";

/** A policy's id is its ARN; its name ends the ARN. */
function policyName({ name }: ResourceRequest): string {
  return name;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-autoscaling-scalingpolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::AutoScaling::ScalingPolicy",
  async create(request) {
    const { PolicyARN } = await request.clients.autoscaling.PutScalingPolicy(input(request));
    return PolicyARN!;
  },
  async update(request) {
    await request.clients.autoscaling.PutScalingPolicy(input(request));
  },
  async delete({ clients, physicalId }) {
    await clients.autoscaling.DeletePolicy({ PolicyName: physicalId });
  },
  attributes: async (request) => ({ Arn: request.physicalId, PolicyName: policyName(request) }),
});

function input(request: ResourceRequest) {
  const { properties } = request;
  const { Cooldown: cooldown, TargetTrackingConfiguration: tracking } = properties;
  return {
    AutoScalingGroupName: properties["AutoScalingGroupName"],
    PolicyName: policyName(request),
    PolicyType: "SimpleScaling",
    ...pick(
      properties,
      "AdjustmentType",
      "EstimatedInstanceWarmup",
      "MetricAggregationType",
      "MinAdjustmentMagnitude",
      "PolicyType",
      "PredictiveScalingConfiguration",
      "ScalingAdjustment",
      "StepAdjustments",
    ),
    ...(cooldown !== undefined && { Cooldown: Number(cooldown) }),
    ...(tracking && { TargetTrackingConfiguration: trackingInput(tracking) }),
  };
}

/** CloudFormation lets DisableScaleIn be left out; the API takes it so, too. */
function trackingInput(tracking: Properties) {
  return { TargetValue: tracking["TargetValue"], ...tracking };
}
