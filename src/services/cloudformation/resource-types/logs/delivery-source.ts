import { ownTags, tagChanges } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-deliverysource.html */
export const resourceType = defineResourceType({
  type: "AWS::Logs::DeliverySource",
  unsupported: { DeliverySourceConfiguration: "no source here has one" },
  async create({ clients, properties, tags }) {
    await clients.logs.PutDeliverySource({ ...input(properties), tags: ownTags(tags) });
    return properties["Name"];
  },
  async update(request) {
    const { clients, properties } = request;
    const { deliverySource } = await clients.logs.PutDeliverySource(input(properties));
    const resourceArn = deliverySource!.arn;
    const { added, removed } = tagChanges(request);
    if (removed.length > 0) await clients.logs.UntagResource({ resourceArn, tagKeys: removed });
    const tags = ownTags(added);
    if (Object.keys(tags).length > 0) await clients.logs.TagResource({ resourceArn, tags });
  },
  async delete({ clients, physicalId: name }) {
    await clients.logs.DeleteDeliverySource({ name });
  },
  async attributes({ clients, physicalId: name }) {
    const { deliverySource } = await clients.logs.GetDeliverySource({ name });
    return {
      Arn: deliverySource?.arn,
      ResourceArns: deliverySource?.resourceArns,
      Service: deliverySource?.service,
    };
  },
});

function input({ Name: name, ResourceArn: resourceArn, LogType: logType }: Properties) {
  return { name, resourceArn, logType };
}
