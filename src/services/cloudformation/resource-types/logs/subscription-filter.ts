import { defineResourceType, type Properties } from "../resource-type.ts";

/**
 * Logs says itself which destinations it has no way to.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-subscriptionfilter.html
 */
export const resourceType = defineResourceType({
  type: "AWS::Logs::SubscriptionFilter",
  unsupported: {
    ApplyOnTransformedLogs: "log events are not transformed",
    EmitSystemFields: "log events have no system fields",
    FieldSelectionCriteria: "log events have no system fields",
  },
  name: { property: "FilterName", maxLength: 512 },
  async create({ clients, properties, name }) {
    await clients.logs.PutSubscriptionFilter(input(name, properties));
    return name;
  },
  async update({ clients, properties, physicalId }) {
    await clients.logs.PutSubscriptionFilter(input(physicalId, properties));
  },
  async delete({ clients, properties, physicalId }) {
    await clients.logs.DeleteSubscriptionFilter({
      logGroupName: properties["LogGroupName"],
      filterName: physicalId,
    });
  },
});

function input(filterName: string, properties: Properties) {
  const { RoleArn: roleArn, Distribution: distribution } = properties;
  return {
    filterName,
    logGroupName: properties["LogGroupName"],
    filterPattern: properties["FilterPattern"],
    destinationArn: properties["DestinationArn"],
    ...(roleArn !== undefined && { roleArn }),
    ...(distribution !== undefined && { distribution }),
  };
}
