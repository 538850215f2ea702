import { documentText } from "../properties.ts";
import { defineResourceType, type StackClients } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queuepolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::SQS::QueuePolicy",
  async create({ clients, properties, name }) {
    for (const queue of properties["Queues"])
      await setPolicy(clients, queue, documentText(properties["PolicyDocument"]));
    return name;
  },
  async update({ clients, properties, previous }) {
    const queues: string[] = properties["Queues"];
    for (const queue of previous["Queues"])
      if (!queues.includes(queue)) await setPolicy(clients, queue, "");
    for (const queue of queues)
      await setPolicy(clients, queue, documentText(properties["PolicyDocument"]));
  },
  async delete({ clients, properties }) {
    for (const queue of properties["Queues"]) await setPolicy(clients, queue, "");
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

async function setPolicy(clients: StackClients, queue: string, Policy: string): Promise<void> {
  await clients.sqs.SetQueueAttributes({ QueueUrl: queue, Attributes: { Policy } });
}
