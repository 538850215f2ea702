import type { Operation } from "#services/kit/service.ts";
import { parseArn } from "#services/kit/arn.ts";
import { queueConfirmation } from "../confirmation.ts";
import { invalidParameter, notSupported } from "../errors.ts";
import {
  subscriptionProtocols,
  subscriptions,
  type SubscriptionProtocol,
  type SubscriptionRecord,
} from "../records.ts";
import { findTopic, isFifo, subscriptionArn } from "../topic.ts";
import { checkSubscriptionAttributes } from "../subscription-attributes.ts";
import type { SnsState } from "../state.ts";

const unsupported = new Set(["sms", "application", "firehose"]);

/** https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
export const subscribe: Operation<"sns", "Subscribe", SnsState> = async (input, context) => {
  const { Protocol: protocol = "", Endpoint: endpoint = "", Attributes: attributes = {} } = input;
  if (unsupported.has(protocol)) throw notSupported(`subscriptions of protocol ${protocol}`);
  if (!isProtocol(protocol)) throw invalidParameter("Amazon SNS does not support this protocol");
  checkSubscriptionAttributes(attributes);
  const { arn, confirmed } = await context.store.transaction(async (tx) => {
    const { scope, arn: topicArn, topic } = await findTopic(tx, input.TopicArn);
    checkEndpoint(protocol, endpoint, isFifo(topic));
    const present = (await subscriptions.list(tx, scope, [topic.name])).find(
      (one) => one.protocol === protocol && one.endpoint === endpoint,
    );
    if (present) {
      refuseDifferences(present, attributes);
      if (present.token !== undefined)
        queueConfirmation(tx, scope, topicArn, present, "SubscriptionConfirmation", context);
      return {
        arn: subscriptionArn(scope, topic.name, present.id),
        confirmed: present.token === undefined,
      };
    }
    const subscription: SubscriptionRecord = {
      id: context.random.uuid(),
      topicName: topic.name,
      owner: context.account,
      protocol,
      endpoint,
      createdMs: context.clock.now(),
      attributes,
      // A queue or a function is trusted to want what its owner subscribes it to; a URL must say so itself.
      ...(protocol !== "sqs" && protocol !== "lambda" && { token: context.random.hex(128) }),
    };
    subscriptions.put(tx, scope, [topic.name, subscription.id], subscription);
    if (subscription.token !== undefined)
      queueConfirmation(tx, scope, topicArn, subscription, "SubscriptionConfirmation", context);
    return {
      arn: subscriptionArn(scope, topic.name, subscription.id),
      confirmed: subscription.token === undefined,
    };
  });
  const shown = confirmed || input.ReturnSubscriptionArn === true;
  return { SubscriptionArn: shown ? arn : "pending confirmation" };
};

function isProtocol(text: string): text is SubscriptionProtocol {
  return subscriptionProtocols.some((protocol) => protocol === text);
}

/** FIFO topics reach queues of both kinds and nothing else; standard topics no FIFO queues. */
function checkEndpoint(protocol: SubscriptionProtocol, endpoint: string, fifoTopic: boolean): void {
  if (protocol === "sqs") {
    const arn = parseArn(endpoint);
    if (arn?.service !== "sqs") throw invalidParameter("SQS endpoint ARN");
    if (!fifoTopic && arn.resource.endsWith(".fifo"))
      throw invalidParameter(
        "Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
      );
    return;
  }
  if (protocol === "lambda" && !fifoTopic) {
    if (!/^arn:[\w-]+:lambda:[a-z0-9-]+:\d{12}:function:/.test(endpoint))
      throw invalidParameter("Lambda endpoint ARN");
    return;
  }
  if (fifoTopic) throw invalidParameter(`Invalid protocol type: ${protocol}`);
  if (protocol.startsWith("email")) {
    if (!/^[^@\s]+@[^@\s]+$/.test(endpoint)) throw invalidParameter("Email address");
    return;
  }
  if (!endpoint.startsWith(`${protocol}://`) || !URL.canParse(endpoint))
    throw invalidParameter("Endpoint must match the specified protocol");
}

function refuseDifferences(
  { attributes: present }: SubscriptionRecord,
  wanted: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(wanted))
    if (present[name] !== value)
      throw invalidParameter(
        "Attributes Reason: Subscription already exists with different attributes",
      );
}
