import { documentText, pick, tagChanges, tagList } from "../properties.ts";
import { defineResourceType, type Properties, type StackClients } from "../resource-type.ts";

/** Properties that are attributes of the same name. */
const attributes = [
  "ArchivePolicy",
  "ContentBasedDeduplication",
  "DisplayName",
  "FifoThroughputScope",
  "FifoTopic",
  "KmsMasterKeyId",
  "SignatureVersion",
  "TracingConfig",
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sns-topic.html */
export const resourceType = defineResourceType({
  type: "AWS::SNS::Topic",
  unsupported: {
    DataProtectionPolicy: "messages are not inspected",
    ArchivePolicy: "messages are not archived",
    DeliveryStatusLogging: "deliveries are not logged",
  },
  name: {
    property: "TopicName",
    maxLength: 256,
    suffix: ({ FifoTopic }) => (FifoTopic ? ".fifo" : ""),
  },
  async create({ clients, name, properties, tags }) {
    const { TopicArn } = await clients.sns.CreateTopic({
      Name: name,
      Attributes: attributesOf(properties),
      Tags: tagList(tags),
    });
    return TopicArn!;
  },
  async find({ clients, name }) {
    let token: string | undefined;
    do {
      const page = await clients.sns.ListTopics(token === undefined ? {} : { NextToken: token });
      const found = page.Topics?.find(({ TopicArn }) => TopicArn?.endsWith(`:${name}`));
      if (found) return found.TopicArn;
      token = page.NextToken;
    } while (token !== undefined);
    return undefined;
  },
  async configure({ clients, properties, physicalId }) {
    for (const own of properties["Subscription"] ?? []) await subscribe(clients, physicalId, own);
  },
  async update(request) {
    const { clients, properties, previous, physicalId: TopicArn, changed } = request;
    const given = attributesOf(properties);
    for (const AttributeName of attributes)
      if (changed.includes(AttributeName))
        await clients.sns.SetTopicAttributes({
          TopicArn,
          AttributeName,
          AttributeValue: given[AttributeName] ?? "",
        });
    if (changed.includes("Subscription"))
      await replaceSubscriptions(clients, TopicArn, previous, properties);
    const { added, removed } = tagChanges(request);
    if (removed.length > 0)
      await clients.sns.UntagResource({ ResourceArn: TopicArn, TagKeys: removed });
    if (Object.keys(added).length > 0)
      await clients.sns.TagResource({ ResourceArn: TopicArn, Tags: tagList(added) });
  },
  async delete({ clients, physicalId }) {
    await clients.sns.DeleteTopic({ TopicArn: physicalId });
  },
  attributes: async ({ physicalId, name }) => ({ TopicArn: physicalId, TopicName: name }),
});

interface Subscription {
  Endpoint: string;
  Protocol: string;
}

function attributesOf(properties: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pick(properties, ...attributes)).map(([name, value]) => [
      name,
      typeof value === "object" ? documentText(value) : String(value),
    ]),
  );
}

/** Subscribing twice gives the same subscription. */
async function subscribe(clients: StackClients, TopicArn: string, own: Subscription) {
  const { Endpoint, Protocol } = own;
  await clients.sns.Subscribe({ TopicArn, Endpoint, Protocol });
}

async function replaceSubscriptions(
  clients: StackClients,
  TopicArn: string,
  previous: Properties,
  next: Properties,
): Promise<void> {
  const before: Subscription[] = previous["Subscription"] ?? [];
  const wanted: Subscription[] = next["Subscription"] ?? [];
  const same = (a: Subscription, b: { Endpoint?: string; Protocol?: string }) =>
    a.Endpoint === b.Endpoint && a.Protocol === b.Protocol;
  const { Subscriptions = [] } = await clients.sns.ListSubscriptionsByTopic({ TopicArn });
  for (const present of Subscriptions) {
    const dropped =
      before.some((own) => same(own, present)) && !wanted.some((own) => same(own, present));
    if (dropped && present.SubscriptionArn?.startsWith("arn:"))
      await clients.sns.Unsubscribe({ SubscriptionArn: present.SubscriptionArn });
  }
  for (const own of wanted) await subscribe(clients, TopicArn, own);
}
