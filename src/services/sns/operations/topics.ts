/** CreateTopic, DeleteTopic, ListTopics and topic attributes. */
import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import { invalidParameter, notSupported } from "../errors.ts";
import { limits } from "../limits.ts";
import { subscriptions, topics } from "../records.ts";
import { forgetTopic } from "../fifo.ts";
import { findTopic, isFifo, parseTopicArn, topicArn } from "../topic.ts";
import {
  checkTopicAttributes,
  defaultPolicy,
  effectiveDeliveryPolicy,
} from "../topic-attributes.ts";
import type { SnsState } from "../state.ts";

/** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
export const createTopic: Operation<"sns", "CreateTopic", SnsState> = async (input, context) => {
  const { Name: name = "", Attributes: attributes = {} } = input;
  const fifo = attributes.FifoTopic === "true";
  checkName(name, fifo);
  if (input.DataProtectionPolicy) throw notSupported("data protection policies of SNS");
  checkTopicAttributes(attributes, fifo);
  const tags = tagsFromList(input.Tags);
  await context.store.transaction(async (tx) => {
    const present = await topics.get(tx, context, name);
    if (!present)
      return topics.put(tx, context, [name], {
        name,
        createdMs: context.clock.now(),
        attributes,
        tags,
      });
    for (const [attribute, value] of Object.entries(attributes))
      if (present.attributes[attribute] !== value)
        throw invalidParameter("Attributes Reason: Topic already exists with different attributes");
    if (input.Tags && JSON.stringify(tags) !== JSON.stringify(present.tags))
      throw invalidParameter("Tags Reason: Topic already exists with different tags");
  });
  return { TopicArn: topicArn(context, name) };
};

function checkName(name: string, fifo: boolean): void {
  if (fifo && !name.endsWith(".fifo"))
    throw invalidParameter(
      "Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.",
    );
  const stem = fifo ? name.slice(0, -".fifo".length) : name;
  if (!/^[A-Za-z0-9_-]+$/.test(stem) || name.length > 256) throw invalidParameter("Topic Name");
}

/** Deleting what is not there is fine. https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html */
export const deleteTopic: Operation<"sns", "DeleteTopic", SnsState> = async (input, context) => {
  const { scope, name } = parseTopicArn(input.TopicArn);
  await context.store.transaction(async (tx) => {
    topics.delete(tx, scope, name);
    for (const { id } of await subscriptions.list(tx, scope, [name]))
      subscriptions.delete(tx, scope, name, id);
    await forgetTopic(tx, scope, name);
  });
  return {};
};

/** https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html */
export const listTopics: Operation<"sns", "ListTopics", SnsState> = async (input, context) => {
  const all = await context.store.transaction((tx) => topics.list(tx, context));
  const page = paginate(all, {
    limit: limits.listPage,
    token: input.NextToken,
    keyOf: ({ name }) => name,
    invalidToken: () => invalidParameter("NextToken Reason: Invalid token"),
  });
  return {
    Topics: page.items.map(({ name }) => ({ TopicArn: topicArn(context, name) })),
    ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
  };
};

/** https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
export const getTopicAttributes: Operation<"sns", "GetTopicAttributes", SnsState> = async (
  input,
  context,
) => {
  const { scope, arn, topic, subscribed } = await context.store.transaction(async (tx) => {
    const found = await findTopic(tx, input.TopicArn);
    const all = await subscriptions.list(tx, found.scope, [found.topic.name]);
    return { ...found, subscribed: all };
  });
  const pending = subscribed.filter(({ token }) => token !== undefined).length;
  return {
    Attributes: {
      Policy: defaultPolicy(scope, arn),
      Owner: scope.account,
      TopicArn: arn,
      DisplayName: "",
      SubscriptionsPending: String(pending),
      SubscriptionsConfirmed: String(subscribed.length - pending),
      SubscriptionsDeleted: "0",
      EffectiveDeliveryPolicy: effectiveDeliveryPolicy(topic.attributes.DeliveryPolicy),
      ...(isFifo(topic) && { FifoTopic: "true", ContentBasedDeduplication: "false" }),
      ...topic.attributes,
    },
  };
};

/** https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
export const setTopicAttributes: Operation<"sns", "SetTopicAttributes", SnsState> = async (
  input,
  context,
) => {
  const { AttributeName: name = "", AttributeValue: value = "" } = input;
  await context.store.transaction(async (tx) => {
    const { scope, topic } = await findTopic(tx, input.TopicArn);
    checkTopicAttributes({ [name]: value }, isFifo(topic));
    if (name === "FifoTopic") throw invalidParameter("AttributeName");
    const attributes = { ...topic.attributes, [name]: value };
    topics.put(tx, scope, [topic.name], { ...topic, attributes });
  });
  return {};
};
