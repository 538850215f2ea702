import { pick } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-apidestination.html */
export const resourceType = defineResourceType({
  type: "AWS::Events::ApiDestination",
  name: { property: "Name", maxLength: 64 },
  async create({ clients, properties, name }) {
    await clients.events.CreateApiDestination(input(name, properties));
    return name;
  },
  async update({ clients, properties, physicalId }) {
    await clients.events.UpdateApiDestination(input(physicalId, properties));
  },
  async delete({ clients, physicalId }) {
    await clients.events.DeleteApiDestination({ Name: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const { ApiDestinationArn: arn } = await clients.events.DescribeApiDestination({
      Name: physicalId,
    });
    return { Arn: arn, ArnForPolicy: arn?.replace(/\/[^/]+$/, "") };
  },
});

function input(Name: string, properties: Properties) {
  return {
    Name,
    ConnectionArn: properties["ConnectionArn"],
    HttpMethod: properties["HttpMethod"],
    InvocationEndpoint: properties["InvocationEndpoint"],
    ...pick(properties, "Description", "InvocationRateLimitPerSecond"),
  };
}
