import { documentText, ownTags, tagChanges } from "../properties.ts";
import {
  defineResourceType,
  type ExistingRequest,
  type Properties,
  type ResourceRequest,
} from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-deliverydestination.html */
export const resourceType = defineResourceType({
  type: "AWS::Logs::DeliveryDestination",
  async create(request) {
    await request.clients.logs.PutDeliveryDestination({
      ...input(request.properties),
      tags: ownTags(request.tags),
    });
    return request.properties["Name"];
  },
  configure: setPolicy,
  async update(request) {
    const { clients, changed, physicalId: name } = request;
    if (changed.includes("DeliveryDestinationPolicy")) await setPolicy(request);
    const { added, removed } = tagChanges(request);
    const { deliveryDestination } = await clients.logs.GetDeliveryDestination({ name });
    const resourceArn = deliveryDestination!.arn;
    if (removed.length > 0) await clients.logs.UntagResource({ resourceArn, tagKeys: removed });
    const tags = ownTags(added);
    if (Object.keys(tags).length > 0) await clients.logs.TagResource({ resourceArn, tags });
  },
  async delete({ clients, physicalId: name }) {
    await clients.logs.DeleteDeliveryDestination({ name });
  },
  async attributes({ clients, physicalId: name }) {
    const { deliveryDestination } = await clients.logs.GetDeliveryDestination({ name });
    return {
      Arn: deliveryDestination?.arn,
      DeliveryDestinationType: deliveryDestination?.deliveryDestinationType,
    };
  },
});

function input(properties: Properties) {
  const { Name: name, OutputFormat: outputFormat, DeliveryDestinationType: type } = properties;
  const { DestinationResourceArn: destinationResourceArn } = properties;
  return {
    name,
    ...(outputFormat !== undefined && { outputFormat }),
    ...(type !== undefined && { deliveryDestinationType: type }),
    ...(destinationResourceArn !== undefined && {
      deliveryDestinationConfiguration: { destinationResourceArn },
    }),
  };
}

async function setPolicy({ clients, properties }: ExistingRequest | ResourceRequest) {
  const named = { deliveryDestinationName: properties["Name"] };
  const policy: unknown = properties["DeliveryDestinationPolicy"]?.DeliveryDestinationPolicy;
  if (policy === undefined) await clients.logs.DeleteDeliveryDestinationPolicy(named);
  else
    await clients.logs.PutDeliveryDestinationPolicy({
      ...named,
      deliveryDestinationPolicy: documentText(policy),
    });
}
