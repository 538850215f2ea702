/** What CloudWatch Logs keeps. */
import type { MetricTransformation } from "@aws-sdk/client-cloudwatch-logs";
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

/** What metric filters found and CloudWatch has not got yet, by group id, then a place of its own. */
export const metricSamples = collection<MetricSample>("logs", "metric-sample");

export interface MetricSample {
  namespace: string;
  name: string;
  unit: string;
  dimensions: Record<string, string>;
  value: number;
  /** How many events gave this value in this minute. */
  count: number;
  timestampMs: number;
}

/** Groups whose streams and events are still to be removed, by group id. */
export const graves = collection<{ groupId: string; stream?: string }>("logs", "grave");
