/** Subscription attributes: which there are and what they may be. */
import { parseArn } from "#services/kit/arn.ts";
import { invalidParameter, notSupported } from "./errors.ts";
import { parseFilterPolicy } from "./filter-policy.ts";

const names = new Set([
  "DeliveryPolicy",
  "FilterPolicy",
  "FilterPolicyScope",
  "RawMessageDelivery",
  "RedrivePolicy",
  "SubscriptionRoleArn",
]);

/** Throws InvalidParameter for unknown names and for values that cannot be, NotImplemented for replays. */
export function checkSubscriptionAttributes(attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "ReplayPolicy") throw notSupported("replays of FIFO topics");
    if (!names.has(name)) throw invalidParameter("AttributeName");
    if (name === "RawMessageDelivery" && value !== "true" && value !== "false")
      throw invalidParameter(
        `Attributes Reason: RawMessageDelivery: Invalid value [${value}]. Must be true or false.`,
      );
    if (name === "FilterPolicyScope" && value !== "MessageAttributes" && value !== "MessageBody")
      throw invalidParameter(
        `FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
      );
    if (name === "FilterPolicy" && value !== "")
      parseFilterPolicy(value, attributes.FilterPolicyScope ?? "MessageAttributes");
    if (name === "RedrivePolicy" && value !== "") checkRedrivePolicy(value);
    if (name === "DeliveryPolicy" && value !== "") parseJson(name, value);
  }
}

/** The dead-letter queue's ARN, if there is one. */
export function deadLetterArnOf(attributes: Readonly<Record<string, string>>): string | undefined {
  const text = attributes.RedrivePolicy;
  if (!text) return undefined;
  return (JSON.parse(text) as { deadLetterTargetArn?: string }).deadLetterTargetArn;
}

function checkRedrivePolicy(text: string): void {
  const policy = parseJson("RedrivePolicy", text) as { deadLetterTargetArn?: unknown } | null;
  const target = policy?.deadLetterTargetArn;
  if (typeof target !== "string" || parseArn(target)?.service !== "sqs")
    throw invalidParameter(
      "RedrivePolicy: deadLetterTargetArn is an invalid arn, it must be an SQS queue's",
    );
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalidParameter(`${name}: failed to parse JSON.`);
  }
}
