/** Confirming, ending, listing and changing subscriptions. */
import type { Subscription } from "@aws-sdk/client-sns";
import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { queueConfirmation } from "../confirmation.ts";
import { invalidParameter } from "../errors.ts";
import { limits } from "../limits.ts";
import { subscriptions, type SubscriptionRecord } from "../records.ts";
import { checkSubscriptionAttributes } from "../subscription-attributes.ts";
import { findSubscription, findTopic, subscriptionArn, topicArn } from "../topic.ts";
import { effectiveDeliveryPolicy } from "../topic-attributes.ts";
import type { SnsState } from "../state.ts";
import type { Scope } from "#store/collection.ts";

/** https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html */
export const confirmSubscription: Operation<"sns", "ConfirmSubscription", SnsState> = async (
  input,
  context,
) => {
  const arn = await context.store.transaction(async (tx) => {
    const { scope, topic } = await findTopic(tx, input.TopicArn);
    const all = await subscriptions.list(tx, scope, [topic.name]);
    const subscription = all.find(({ token }) => token === input.Token);
    if (!subscription) throw invalidParameter("Token");
    const { token: _used, ...confirmed } = subscription;
    const owned = input.AuthenticateOnUnsubscribe === "true";
    const attributes = owned
      ? { ...confirmed.attributes, ConfirmationWasAuthenticated: "true" }
      : confirmed.attributes;
    subscriptions.put(tx, scope, [topic.name, subscription.id], { ...confirmed, attributes });
    return subscriptionArn(scope, topic.name, subscription.id);
  });
  return { SubscriptionArn: arn };
};

/** https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html */
export const unsubscribe: Operation<"sns", "Unsubscribe", SnsState> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const { scope, subscription } = await findSubscription(tx, input.SubscriptionArn);
    const { topicName, id } = subscription;
    subscriptions.delete(tx, scope, topicName, id);
    if (subscription.protocol !== "sqs")
      queueConfirmation(
        tx,
        scope,
        topicArn(scope, topicName),
        subscription,
        "UnsubscribeConfirmation",
        context,
      );
  });
  return {};
};

/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html */
export const listSubscriptions: Operation<"sns", "ListSubscriptions", SnsState> = async (
  input,
  context,
) => {
  const all = await context.store.transaction((tx) => subscriptions.list(tx, context));
  return pageOf(all, context, input.NextToken);
};

/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
export const listSubscriptionsByTopic: Operation<
  "sns",
  "ListSubscriptionsByTopic",
  SnsState
> = async (input, context) => {
  const { scope, all } = await context.store.transaction(async (tx) => {
    const found = await findTopic(tx, input.TopicArn);
    return {
      scope: found.scope,
      all: await subscriptions.list(tx, found.scope, [found.topic.name]),
    };
  });
  return pageOf(all, scope, input.NextToken);
};

/** https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html */
export const getSubscriptionAttributes: Operation<
  "sns",
  "GetSubscriptionAttributes",
  SnsState
> = async (input, context) => {
  const { arn, scope, subscription } = await context.store.transaction((tx) =>
    findSubscription(tx, input.SubscriptionArn),
  );
  const { attributes, endpoint, owner, protocol, token, topicName } = subscription;
  return {
    Attributes: {
      SubscriptionArn: arn,
      TopicArn: topicArn(scope, topicName),
      Protocol: protocol,
      Endpoint: endpoint,
      Owner: owner,
      PendingConfirmation: String(token !== undefined),
      ConfirmationWasAuthenticated: String(protocol === "sqs"),
      RawMessageDelivery: "false",
      SubscriptionPrincipal: context.principal.arn,
      ...(protocol !== "sqs" && {
        EffectiveDeliveryPolicy: effectiveDeliveryPolicy(attributes.DeliveryPolicy),
      }),
      ...attributes,
    },
  };
};

/** https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html */
export const setSubscriptionAttributes: Operation<
  "sns",
  "SetSubscriptionAttributes",
  SnsState
> = async (input, context) => {
  const { AttributeName: name = "", AttributeValue: value = "" } = input;
  await context.store.transaction(async (tx) => {
    const { scope, subscription } = await findSubscription(tx, input.SubscriptionArn);
    const attributes = { ...subscription.attributes, [name]: value };
    checkSubscriptionAttributes({
      [name]: value,
      ...(attributes.FilterPolicyScope && { FilterPolicyScope: attributes.FilterPolicyScope }),
    });
    const removable = ["FilterPolicy", "RedrivePolicy", "DeliveryPolicy"].includes(name);
    if (value === "" && removable) delete attributes[name];
    const { topicName, id } = subscription;
    subscriptions.put(tx, scope, [topicName, id], { ...subscription, attributes });
  });
  return {};
};

function pageOf(all: readonly SubscriptionRecord[], scope: Scope, token: string | undefined) {
  const page = paginate(all, {
    limit: limits.listPage,
    token,
    keyOf: ({ topicName, id }) => `${topicName}:${id}`,
    invalidToken: () => invalidParameter("NextToken Reason: Invalid token"),
  });
  return {
    Subscriptions: page.items.map((one) => describe(one, scope)),
    ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
  };
}

function describe(subscription: SubscriptionRecord, scope: Scope): Subscription {
  const { endpoint, id, owner, protocol, token, topicName } = subscription;
  return {
    SubscriptionArn:
      token === undefined ? subscriptionArn(scope, topicName, id) : "PendingConfirmation",
    Owner: owner,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn(scope, topicName),
  };
}
