/** Queue attributes: defaults, what may be set, and how values are checked. */
import { parseArn } from "#services/kit/arn.ts";
import { fifoNotSupported, invalidAttributeName, invalidAttributeValue } from "./errors.ts";
import { limits } from "./limits.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
export const defaults: Readonly<Record<string, string>> = {
  DelaySeconds: "0",
  MaximumMessageSize: String(limits.messageBytes),
  MessageRetentionPeriod: "345600",
  ReceiveMessageWaitTimeSeconds: "0",
  VisibilityTimeout: "30",
  SqsManagedSseEnabled: "true",
};

type Check = (value: string) => boolean;

const checks: Readonly<Record<string, Check>> = {
  DelaySeconds: between(0, limits.longestDelaySeconds),
  MaximumMessageSize: between(limits.smallestMaximumMessageSize, limits.messageBytes),
  MessageRetentionPeriod: between(limits.shortestRetentionSeconds, limits.longestRetentionSeconds),
  ReceiveMessageWaitTimeSeconds: between(0, limits.longestWaitSeconds),
  VisibilityTimeout: between(0, limits.longestVisibilitySeconds),
  KmsMasterKeyId: () => true,
  KmsDataKeyReusePeriodSeconds: between(
    limits.shortestDataKeyReuseSeconds,
    limits.longestDataKeyReuseSeconds,
  ),
  SqsManagedSseEnabled: (value) => value === "true" || value === "false",
  Policy: isJsonObject,
  RedrivePolicy: isRedrivePolicy,
  RedriveAllowPolicy: isJsonObject,
};

const fifoOnly = new Set([
  "FifoQueue",
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "FifoThroughputLimit",
]);

/** Those that an empty string takes away again. */
const removable = new Set(["Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"]);

/** Attributes that GetQueueAttributes counts or derives instead of looking them up. */
export const derived: ReadonlySet<string> = new Set([
  "QueueArn",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
]);

export function isKnownAttribute(name: string): boolean {
  return name in checks || derived.has(name) || fifoOnly.has(name);
}

/** Throws InvalidAttributeName or InvalidAttributeValue. */
export function checkAttributes(attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (fifoOnly.has(name)) {
      if (name === "FifoQueue" && value === "true") throw fifoNotSupported();
      throw invalidAttributeName(name);
    }
    const check = checks[name];
    if (!check) throw invalidAttributeName(name);
    if (value === "" && removable.has(name)) continue;
    if (!check(value)) throw invalidAttributeValue(name);
  }
}

/** Attributes after a change: what was set to "" is gone. */
export function mergeAttributes(
  present: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string>>,
): Record<string, string> {
  const merged = Object.entries({ ...present, ...changes });
  return Object.fromEntries(merged.filter(([name, value]) => value !== "" || !removable.has(name)));
}

export interface RedrivePolicy {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}

/** Undefined when the queue has no dead-letter queue. */
export function redrivePolicyOf(
  attributes: Readonly<Record<string, string>>,
): RedrivePolicy | undefined {
  const text = attributes.RedrivePolicy;
  if (!text) return undefined;
  const policy = JSON.parse(text) as { deadLetterTargetArn: string; maxReceiveCount: unknown };
  return {
    deadLetterTargetArn: policy.deadLetterTargetArn,
    maxReceiveCount: Number(policy.maxReceiveCount),
  };
}

function between(least: number, most: number): Check {
  return (value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most;
}

function isJsonObject(value: string): boolean {
  try {
    const parsed = JSON.parse(value) as unknown;
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

function isRedrivePolicy(value: string): boolean {
  if (!isJsonObject(value)) return false;
  const { deadLetterTargetArn: target, maxReceiveCount } = JSON.parse(value) as Record<
    string,
    unknown
  >;
  const count = Number(maxReceiveCount);
  return (
    typeof target === "string" &&
    parseArn(target)?.service === "sqs" &&
    Number.isInteger(count) &&
    count >= 1 &&
    count <= limits.largestMaxReceiveCount
  );
}
