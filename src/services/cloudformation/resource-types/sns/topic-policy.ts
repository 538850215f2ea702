import { documentText } from "../properties.ts";
import { defineResourceType, type StackClients } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sns-topicpolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::SNS::TopicPolicy",
  async create({ clients, properties, name }) {
    for (const topic of properties["Topics"])
      await setPolicy(clients, topic, documentText(properties["PolicyDocument"]));
    return name;
  },
  async update({ clients, properties, previous }) {
    const topics: string[] = properties["Topics"];
    for (const topic of previous["Topics"])
      if (!topics.includes(topic)) await setPolicy(clients, topic, ownersPolicy(topic));
    for (const topic of topics)
      await setPolicy(clients, topic, documentText(properties["PolicyDocument"]));
  },
  async delete({ clients, properties }) {
    for (const topic of properties["Topics"]) await setPolicy(clients, topic, ownersPolicy(topic));
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

async function setPolicy(clients: StackClients, TopicArn: string, policy: string): Promise<void> {
  await clients.sns.SetTopicAttributes({
    TopicArn,
    AttributeName: "Policy",
    AttributeValue: policy,
  });
}

/** The policy that a topic has when nobody gives it one. */
function ownersPolicy(topic: string): string {
  const account = topic.split(":")[4];
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "SNS:GetTopicAttributes",
          "SNS:SetTopicAttributes",
          "SNS:AddPermission",
          "SNS:RemovePermission",
          "SNS:DeleteTopic",
          "SNS:Subscribe",
          "SNS:ListSubscriptionsByTopic",
          "SNS:Publish",
        ],
        Resource: topic,
        Condition: { StringEquals: { "AWS:SourceOwner": account } },
      },
    ],
  });
}
