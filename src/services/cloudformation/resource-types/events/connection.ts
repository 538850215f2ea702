import { pick } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-connection.html */
export const resourceType = defineResourceType({
  type: "AWS::Events::Connection",
  name: { property: "Name", maxLength: 64 },
  async create({ clients, properties, name }) {
    await clients.events.CreateConnection({
      ...input(name, properties),
      AuthorizationType: properties["AuthorizationType"],
      AuthParameters: properties["AuthParameters"],
    });
    return name;
  },
  async update({ clients, properties, physicalId }) {
    await clients.events.UpdateConnection(input(physicalId, properties));
  },
  async delete({ clients, physicalId }) {
    await clients.events.DeleteConnection({ Name: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const { ConnectionArn, SecretArn } = await clients.events.DescribeConnection({
      Name: physicalId,
    });
    return {
      Arn: ConnectionArn,
      // Policies name it without what its last part is made of.
      ArnForPolicy: ConnectionArn?.replace(/\/[^/]+$/, ""),
      SecretArn,
    };
  },
});

function input(Name: string, properties: Properties) {
  return {
    Name,
    ...pick(
      properties,
      "AuthorizationType",
      "AuthParameters",
      "Description",
      "InvocationConnectivityParameters",
      "KmsKeyIdentifier",
    ),
  };
}
