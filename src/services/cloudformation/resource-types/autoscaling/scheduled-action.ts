import { dateOf } from "#runtime/date.ts";
import { pick } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-autoscaling-scheduledaction.html */
export const resourceType = defineResourceType({
  type: "AWS::AutoScaling::ScheduledAction",
  async create({ clients, properties, name }) {
    await clients.autoscaling.PutScheduledUpdateGroupAction(input(name, properties));
    return name;
  },
  async update({ clients, properties, physicalId }) {
    await clients.autoscaling.PutScheduledUpdateGroupAction(input(physicalId, properties));
  },
  async delete({ clients, properties, physicalId }) {
    await clients.autoscaling.DeleteScheduledAction({
      AutoScalingGroupName: properties["AutoScalingGroupName"],
      ScheduledActionName: physicalId,
    });
  },
  attributes: async ({ physicalId }) => ({ ScheduledActionName: physicalId }),
});

function input(ScheduledActionName: string, properties: Properties) {
  const { StartTime: start, EndTime: end } = properties;
  return {
    AutoScalingGroupName: properties["AutoScalingGroupName"],
    ScheduledActionName,
    ...pick(properties, "DesiredCapacity", "MaxSize", "MinSize", "Recurrence", "TimeZone"),
    ...(start !== undefined && { StartTime: dateOf(Date.parse(start)) }),
    ...(end !== undefined && { EndTime: dateOf(Date.parse(end)) }),
  };
}
