import { pick } from "../properties.ts";
import {
  defineResourceType,
  ResourceFailure,
  type ExistingRequest,
  type ResourceRequest,
} from "../resource-type.ts";
import { targetOf } from "./scalable-target.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-applicationautoscaling-scalingpolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::ApplicationAutoScaling::ScalingPolicy",
  async create(request) {
    const { PolicyARN } = await put(request);
    return PolicyARN!;
  },
  async update(request: ExistingRequest) {
    await put(request);
  },
  async delete({ clients, properties }) {
    await clients.applicationautoscaling.DeleteScalingPolicy({
      ...target(properties),
      PolicyName: properties["PolicyName"],
    });
  },
  attributes: async ({ physicalId }) => ({ Arn: physicalId }),
});

function put({ clients, properties }: ResourceRequest) {
  return clients.applicationautoscaling.PutScalingPolicy({
    ...target(properties),
    PolicyName: properties["PolicyName"],
    PolicyType: properties["PolicyType"],
    ...pick(
      properties,
      "PredictiveScalingPolicyConfiguration",
      "StepScalingPolicyConfiguration",
      "TargetTrackingScalingPolicyConfiguration",
    ),
  });
}

/** The id of a target in the stack, or the three that name one. */
function target(properties: ResourceRequest["properties"]) {
  const { ScalingTargetId, ResourceId, ScalableDimension, ServiceNamespace } = properties;
  if (ScalingTargetId !== undefined) return targetOf(ScalingTargetId);
  const named = [ResourceId, ScalableDimension, ServiceNamespace];
  if (named.includes(undefined))
    throw new ResourceFailure(
      "Either ScalingTargetId or all three of [ResourceId, ScalableDimension, ServiceNamespace] must be specified",
    );
  return targetOf(named.join("|"));
}
