import { pick } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-autoscaling-lifecyclehook.html */
export const resourceType = defineResourceType({
  type: "AWS::AutoScaling::LifecycleHook",
  name: { property: "LifecycleHookName", maxLength: 255 },
  async create({ clients, properties, name }) {
    await clients.autoscaling.PutLifecycleHook(input(name, properties));
    return name;
  },
  async update({ clients, properties, physicalId }) {
    await clients.autoscaling.PutLifecycleHook(input(physicalId, properties));
  },
  async delete({ clients, properties, physicalId }) {
    await clients.autoscaling.DeleteLifecycleHook({
      AutoScalingGroupName: properties["AutoScalingGroupName"],
      LifecycleHookName: physicalId,
    });
  },
});

function input(LifecycleHookName: string, properties: Properties) {
  return {
    AutoScalingGroupName: properties["AutoScalingGroupName"],
    LifecycleHookName,
    ...pick(
      properties,
      "DefaultResult",
      "HeartbeatTimeout",
      "LifecycleTransition",
      "NotificationMetadata",
      "NotificationTargetARN",
      "RoleARN",
    ),
  };
}
