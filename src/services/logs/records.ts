/** What CloudWatch Logs keeps. */
import type {
  MetricTransformation,
  OutputFormat,
  ResultField,
} from "@aws-sdk/client-cloudwatch-logs";
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface GroupRecord {
  name: string;
  /** A group made again under an old name has another id, so it never shows the old one's events. */
  id: string;
  createdMs: number;
  retentionDays?: number;
  groupClass: string;
  kmsKeyId?: string;
  deletionProtected?: boolean;
  tags: Tags;
}

export interface StreamRecord {
  name: string;
  createdMs: number;
  firstEventMs?: number;
  lastEventMs?: number;
  lastIngestionMs?: number;
  /** Bytes kept, overhead included. */
  storedBytes: number;
  /** The number that the next event gets. */
  next: number;
}

export interface EventRecord {
  timestampMs: number;
  ingestedMs: number;
  message: string;
}

/** By name. */
export const groups = collection<GroupRecord>("logs", "group");

/** By group id, then stream name. */
export const streams = collection<StreamRecord>("logs", "stream");

/** By group id, stream name, timestamp and number of arrival. */
export const events = collection<EventRecord>("logs", "event");

/** By group id, then name. */
export const metricFilters = collection<MetricFilterRecord>("logs", "metric-filter");

export interface MetricFilterRecord {
  name: string;
  pattern: string;
  transformations: MetricTransformation[];
  createdMs: number;
}

/** By group id, then name. */
export const subscriptionFilters = collection<SubscriptionFilterRecord>(
  "logs",
  "subscription-filter",
);

export interface SubscriptionFilterRecord {
  name: string;
  pattern: string;
  destinationArn: string;
  distribution: "ByLogStream" | "Random";
  createdMs: number;
}

/** Events that subscribers have not got yet, by group id, then a place of its own. */
export const subscribedEvents = collection<SubscribedRecord>("logs", "subscribed-events");

export interface SubscribedRecord {
  groupName: string;
  streamName: string;
  filterName: string;
  destinationArn: string;
  events: {
    id: string;
    timestamp: number;
    message: string;
    /** What a pattern of fields made of the message. */
    extractedFields?: Readonly<Record<string, string>>;
  }[];
  /** When they came, and when to bring them (again). */
  nowMs: number;
  dueMs: number;
}

/** What metric filters found and CloudWatch has not got yet, by group id, then a place of its own. */
export const metricSamples = collection<MetricSample>("logs", "metric-sample");

export interface MetricSample {
  namespace: string;
  name: string;
  unit: string;
  dimensions: Record<string, string>;
  /** 1 for a metric of high resolution. */
  resolutionSeconds?: number;
  value: number;
  /** How many events gave this value in this minute. */
  count: number;
  timestampMs: number;
}

/**
 * Minutes in which events came to a filter with a default value, by group id, filter name and minute:
 * true once the filter has found something in it.
 */
export const filteredMinutes = collection<{ matched: boolean }>("logs", "filtered-minute");

/** Groups whose streams and events are still to be removed, by group id. */
export const graves = collection<{ groupId: string; stream?: string }>("logs", "grave");

/** A query of Logs Insights. */
export interface QueryRecord {
  id: string;
  text: string;
  /** Where its groups are, and their names. */
  groups: { account: string; region: string; name: string; id: string }[];
  fromMs: number;
  /** The first moment behind its range. */
  toMs: number;
  limit?: number;
  status: "Scheduled" | "Running" | "Complete" | "Failed" | "Cancelled";
  createdMs: number;
  endedMs?: number;
  userArn: string;
  matched: number;
  scanned: number;
  scannedBytes: number;
}

/** By id. */
export const queries = collection<QueryRecord>("logs", "query");

/** A query's results, some rows in each: by its id, then their order. */
export const queryResults = collection<ResultField[][]>("logs", "query-result");

export interface QueryDefinitionRecord {
  id: string;
  name: string;
  text: string;
  groupNames: string[];
  modifiedMs: number;
}

/** By id. */
export const queryDefinitions = collection<QueryDefinitionRecord>("logs", "query-definition");

export interface ResourcePolicyRecord {
  name: string;
  document: string;
  updatedMs: number;
}

/** By name. */
export const resourcePolicies = collection<ResourcePolicyRecord>("logs", "resource-policy");

/** A group's events on their way to a bucket. */
export interface ExportRecord {
  id: string;
  name?: string;
  groupName: string;
  groupId: string;
  streamPrefix?: string;
  fromMs: number;
  toMs: number;
  bucket: string;
  prefix: string;
  status: "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED";
  problem?: string;
  createdMs: number;
  endedMs?: number;
  /** The place behind which the next object begins. */
  position?: { stream: string; timestampMs: number; number: number; file: number };
}

/** By id. */
export const exports = collection<ExportRecord>("logs", "export");

/** Where logs that services vend could be delivered to. */
export interface DeliveryDestinationRecord {
  name: string;
  type: "S3" | "CWL";
  outputFormat?: OutputFormat;
  resourceArn: string;
  policy?: string;
  tags: Tags;
}

/** By name. */
export const deliveryDestinations = collection<DeliveryDestinationRecord>(
  "logs",
  "delivery-destination",
);

/** A resource whose logs could be delivered. */
export interface DeliverySourceRecord {
  name: string;
  service: string;
  resourceArn: string;
  logType: string;
  tags: Tags;
}

/** By name. */
export const deliverySources = collection<DeliverySourceRecord>("logs", "delivery-source");
