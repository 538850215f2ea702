import { documentText } from "../properties.ts";
import { defineResourceType, type Properties, type StackClients } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-resourcepolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::Logs::ResourcePolicy",
  async create({ clients, properties }) {
    await put(clients, properties);
    return properties["PolicyName"];
  },
  async update({ clients, properties }) {
    await put(clients, properties);
  },
  async delete({ clients, physicalId }) {
    await clients.logs.DeleteResourcePolicy({ policyName: physicalId });
  },
});

async function put(clients: StackClients, properties: Properties): Promise<void> {
  await clients.logs.PutResourcePolicy({
    policyName: properties["PolicyName"],
    policyDocument: documentText(properties["PolicyDocument"]),
  });
}
