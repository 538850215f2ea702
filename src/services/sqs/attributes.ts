/** Queue attributes: defaults, what may be set, and how values are checked. */
import { parseArn } from "#services/kit/arn.ts";
import { invalidAttributeName, invalidAttributeValue } from "./errors.ts";
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

/** What FIFO queues have besides. */
export const fifoDefaults: Readonly<Record<string, string>> = {
  ...defaults,
  FifoQueue: "true",
  ContentBasedDeduplication: "false",
  DeduplicationScope: "queue",
  FifoThroughputLimit: "perQueue",
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
  SqsManagedSseEnabled: isBoolean,
  Policy: isJsonObject,
  RedrivePolicy: isRedrivePolicy,
  RedriveAllowPolicy: isJsonObject,
};

const fifoChecks: Readonly<Record<string, Check>> = {
  FifoQueue: isBoolean,
  ContentBasedDeduplication: isBoolean,
  DeduplicationScope: (value) => value === "queue" || value === "messageGroup",
  FifoThroughputLimit: (value) => value === "perQueue" || value === "perMessageGroupId",
};

/** Those that an empty string takes away again. */
const removable = new Set(["Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"]);

/** Attributes that GetQueueAttributes counts or derives instead of looking them up. */
const derived: ReadonlySet<string> = new Set([
  "QueueArn",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
]);

export function isKnownAttribute(name: string): boolean {
  return name in checks || derived.has(name) || name in fifoChecks;
}

/** Throws InvalidAttributeName or InvalidAttributeValue. */
export function checkAttributes(attributes: Readonly<Record<string, string>>, fifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    const check = checks[name] ?? (fifo ? fifoChecks[name] : undefined);
    if (!check) throw invalidAttributeName(name);
    if (name === "FifoQueue" && value === "false")
      throw invalidAttributeValue(name, "Modifying queue type is not supported.");
    if (value === "" && removable.has(name)) continue;
    if (!check(value)) throw invalidAttributeValue(name);
  }
}

/** Throws where attributes that are right alone do not fit together. */
export function checkTogether(attributes: Readonly<Record<string, string>>): void {
  const { FifoThroughputLimit: limit, DeduplicationScope: scope } = attributes;
  if (limit === "perMessageGroupId" && scope !== "messageGroup")
    throw invalidAttributeValue(
      "FifoThroughputLimit",
      "perMessageGroupId is allowed only when the value for DeduplicationScope is messageGroup.",
    );
}

/** Values as the queue will show them: a maxReceiveCount that is given as text becomes a number. */
export function normalAttributes(
  attributes: Readonly<Record<string, string>>,
): Record<string, string> {
  const isText = /"maxReceiveCount"\s*:\s*"/.test(attributes.RedrivePolicy ?? "");
  const redrive = isText && redrivePolicyOf(attributes);
  return { ...attributes, ...(redrive && { RedrivePolicy: JSON.stringify(redrive) }) };
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

function isBoolean(value: string): boolean {
  return value === "true" || value === "false";
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
