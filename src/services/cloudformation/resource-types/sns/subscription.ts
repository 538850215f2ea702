import { documentText, pick } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

const attributes = [
  "DeliveryPolicy",
  "FilterPolicy",
  "FilterPolicyScope",
  "RawMessageDelivery",
  "RedrivePolicy",
  "SubscriptionRoleArn",
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sns-subscription.html */
export const resourceType = defineResourceType({
  type: "AWS::SNS::Subscription",
  unsupported: {
    Region: "a topic is subscribed in its own region",
    ReplayPolicy: "messages are not archived",
  },
  async create({ clients, properties }) {
    const { SubscriptionArn } = await clients.sns.Subscribe({
      TopicArn: properties["TopicArn"],
      Protocol: properties["Protocol"],
      ...pick(properties, "Endpoint"),
      Attributes: attributesOf(properties),
      ReturnSubscriptionArn: true,
    });
    return SubscriptionArn!;
  },
  async update({ clients, properties, physicalId, changed }) {
    const given = attributesOf(properties);
    for (const AttributeName of attributes)
      if (changed.includes(AttributeName))
        await clients.sns.SetSubscriptionAttributes({
          SubscriptionArn: physicalId,
          AttributeName,
          AttributeValue:
            given[AttributeName] ?? (AttributeName === "RawMessageDelivery" ? "false" : "{}"),
        });
  },
  async delete({ clients, physicalId }) {
    await clients.sns.Unsubscribe({ SubscriptionArn: physicalId });
  },
  attributes: async ({ physicalId }) => ({ Arn: physicalId }),
});

function attributesOf(properties: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pick(properties, ...attributes)).map(([name, value]) => [
      name,
      typeof value === "object" ? documentText(value) : String(value),
    ]),
  );
}
