import { AwsError } from "#model/error.ts";
import { documentText, ownTags, pick, tagChanges } from "../properties.ts";
import { defineResourceType, type Properties, type ResourceRequest } from "../resource-type.ts";

/** Properties that are attributes of the same name. */
const attributes = [
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "DelaySeconds",
  "FifoQueue",
  "FifoThroughputLimit",
  "KmsDataKeyReusePeriodSeconds",
  "KmsMasterKeyId",
  "MaximumMessageSize",
  "MessageRetentionPeriod",
  "ReceiveMessageWaitTimeSeconds",
  "RedriveAllowPolicy",
  "RedrivePolicy",
  "SqsManagedSseEnabled",
  "VisibilityTimeout",
] as const;

/** What an attribute goes back to when its property is dropped. */
const defaults: Readonly<Record<string, string>> = {
  DelaySeconds: "0",
  KmsDataKeyReusePeriodSeconds: "300",
  KmsMasterKeyId: "",
  MaximumMessageSize: "1048576",
  MessageRetentionPeriod: "345600",
  ReceiveMessageWaitTimeSeconds: "0",
  RedriveAllowPolicy: "",
  RedrivePolicy: "",
  SqsManagedSseEnabled: "true",
  VisibilityTimeout: "30",
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html */
export const resourceType = defineResourceType({
  type: "AWS::SQS::Queue",
  name: {
    property: "QueueName",
    maxLength: 80,
    suffix: ({ FifoQueue }) => (FifoQueue ? ".fifo" : ""),
  },
  async create({ clients, name, properties, tags }) {
    const { QueueUrl } = await clients.sqs.CreateQueue({
      QueueName: name,
      Attributes: attributesOf(properties),
      tags: ownTags(tags),
    });
    return QueueUrl!;
  },
  find: findQueue,
  async update(request) {
    const { clients, physicalId, properties, changed } = request;
    const given = attributesOf(properties);
    const changes: Record<string, string> = {};
    for (const name of attributes) {
      const value = given[name] ?? defaults[name];
      if (changed.includes(name) && value !== undefined) changes[name] = value;
    }
    if (Object.keys(changes).length > 0)
      await clients.sqs.SetQueueAttributes({ QueueUrl: physicalId, Attributes: changes });
    const { added, removed } = tagChanges(request);
    if (removed.length > 0)
      await clients.sqs.UntagQueue({ QueueUrl: physicalId, TagKeys: removed });
    if (Object.keys(added).length > 0)
      await clients.sqs.TagQueue({ QueueUrl: physicalId, Tags: added });
  },
  async delete({ clients, physicalId }) {
    await clients.sqs.DeleteQueue({ QueueUrl: physicalId });
  },
  async attributes({ clients, physicalId, name }) {
    const { Attributes = {} } = await clients.sqs.GetQueueAttributes({
      QueueUrl: physicalId,
      AttributeNames: ["QueueArn"],
    });
    return { Arn: Attributes["QueueArn"], QueueName: name, QueueUrl: physicalId };
  },
});

function attributesOf(properties: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pick(properties, ...attributes)).map(([name, value]) => [
      name,
      typeof value === "object" ? documentText(value) : String(value),
    ]),
  );
}

async function findQueue({ clients, name }: ResourceRequest): Promise<string | undefined> {
  try {
    return (await clients.sqs.GetQueueUrl({ QueueName: name })).QueueUrl;
  } catch (error) {
    if (error instanceof AwsError && /QueueDoesNotExist|NonExistentQueue/.test(error.code))
      return undefined;
    throw error;
  }
}
