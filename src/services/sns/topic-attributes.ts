/** Topic attributes: which there are, and what AWS shows when none was set. */
import type { Scope } from "#store/collection.ts";
import { invalidParameter, notSupported } from "./errors.ts";

const settable = new Set([
  "DeliveryPolicy",
  "DisplayName",
  "Policy",
  "KmsMasterKeyId",
  "SignatureVersion",
  "TracingConfig",
]);

/** What only FIFO topics take, and the values of each. */
const fifoOnly: Readonly<Record<string, readonly string[]>> = {
  FifoTopic: ["true"],
  ContentBasedDeduplication: ["true", "false"],
  FifoThroughputScope: ["Topic", "MessageGroup"],
};

const json = new Set(["DeliveryPolicy", "Policy"]);

/** Throws InvalidParameter for unknown names and for values that cannot be, NotImplemented for archives. */
export function checkTopicAttributes(
  attributes: Readonly<Record<string, string>>,
  fifo: boolean,
): void {
  for (const [name, value] of Object.entries(attributes)) {
    const choices = fifoOnly[name];
    if (choices && !fifo && value === "false") continue;
    if (choices) {
      if (!fifo || !choices.includes(value)) throw invalidParameter(name);
      continue;
    }
    if (fifo && name === "ArchivePolicy") throw notSupported("archives of FIFO topics");
    const feedback = /^(HTTP|SQS|Lambda|Firehose|Application)(Success|Failure)Feedback/.test(name);
    if (!settable.has(name) && !feedback) throw invalidParameter("AttributeName");
    if (json.has(name) && value !== "" && !isJson(value))
      throw invalidParameter(`${name}: ${name} failed to parse JSON.`);
    if (name === "DisplayName" && value.length > 100) throw invalidParameter("DisplayName");
    if (name === "SignatureVersion" && !["1", "2"].includes(value))
      throw invalidParameter("SignatureVersion");
  }
}

/** The owner may do everything: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html */
export function defaultPolicy({ account }: Scope, topicArn: string): string {
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Effect: "Allow",
        Sid: "__default_statement_ID",
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
        Resource: topicArn,
        Condition: { StringEquals: { "AWS:SourceOwner": account } },
      },
    ],
  });
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
export const defaultRetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: "linear",
};

export type RetryPolicy = typeof defaultRetryPolicy;

/** The HTTP retry policy with everything that was not set filled in. */
export function retryPolicyOf(deliveryPolicy: string | undefined): RetryPolicy {
  const given = deliveryPolicy
    ? (JSON.parse(deliveryPolicy) as {
        http?: { defaultHealthyRetryPolicy?: Partial<RetryPolicy> };
        healthyRetryPolicy?: Partial<RetryPolicy>;
      })
    : {};
  return {
    ...defaultRetryPolicy,
    ...given.http?.defaultHealthyRetryPolicy,
    ...given.healthyRetryPolicy,
  };
}

export function effectiveDeliveryPolicy(deliveryPolicy: string | undefined): string {
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: retryPolicyOf(deliveryPolicy),
      disableSubscriptionOverrides: false,
      defaultRequestPolicy: { headerContentType: "text/plain; charset=UTF-8" },
    },
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
