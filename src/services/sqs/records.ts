/** What SQS keeps. Knows nothing of requests. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface QueueRecord {
  name: string;
  /** A queue made again under an old name has another id, so it never sees the old one's messages. */
  id: string;
  createdMs: number;
  modifiedMs: number;
  purgedMs?: number;
  /** The settable attributes as strings, defaults included. */
  attributes: Record<string, string>;
  tags: Tags;
}

export interface MessageAttribute {
  dataType: string;
  stringValue?: string;
  binaryValue?: Uint8Array;
}

export interface MessageRecord {
  messageId: string;
  body: string;
  bodyMd5: string;
  attributes?: Record<string, MessageAttribute>;
  attributesMd5?: string;
  traceHeader?: string;
  senderId: string;
  sentMs: number;
  /** When it may next be received. */
  dueMs: number;
  receives: number;
  firstReceivedMs?: number;
  /** What the last receipt handle says; a handle with another receipt is stale. */
  receipt?: string;
  /** In a FIFO queue its place in line; in a standard one the tenant whom it belongs to. */
  groupId?: string;
  deduplicationId?: string;
  /** Only messages of FIFO queues have one. */
  sequenceNumber?: string;
  /** The queue from which it was moved as a dead letter. */
  deadLetterSourceArn?: string;
}

/** By queue name. */
export const queues = collection<QueueRecord>("sqs", "queue");

/**
 * Messages of standard queues that could be received when they came and never were: one record, where
 * the others have two and more. By queue id, then place.
 */
export const fresh = collection<MessageRecord>("sqs", "fresh");

/** All others, by queue id, then place: places grow with the time of arrival. */
export const messages = collection<MessageRecord>("sqs", "message");

/** Where those are, by queue id, then due time, then place: what can be received is a range from the start to now. */
export const due = collection<DueMark>("sqs", "due");

/** Why a message that is not due yet waits. */
export const delayed = 0;
export const inFlight = 1;
export type DueMark = typeof delayed | typeof inFlight;

/** Messages of FIFO queues by queue id, then group, then place: who comes after whom. */
export const lines = collection<LineMark>("sqs", "line");

export interface LineMark {
  dueMs: number;
  mark: DueMark;
}

/** Groups that have messages, by queue id and group id: where in `heads` each stands. */
export const groups = collection<{ dueMs: number; place: string }>("sqs", "group");

/** Group ids by queue id, then when the group can next be received from, then its first place. */
export const heads = collection<string>("sqs", "head");

/** How many messages a FIFO queue ever took, by queue id. */
export const tails = collection<Tail>("sqs", "tail");

export interface Tail {
  count: number;
  /** The time in the last place; places never go back, whatever the clock does. */
  lastMs: number;
  place: string;
}

/** What a FIFO queue took lately, by queue id, then group (or "" for the whole queue), then deduplication id. */
export const deduplications = collection<Deduplication>("sqs", "deduplication");

export interface Deduplication {
  messageId: string;
  sequenceNumber: string;
  untilMs: number;
}

/** The same by queue id, then end: what can be forgotten is a range from the start to now. */
export const deduplicationEnds = collection<true>("sqs", "deduplication-end");

/** What a FIFO queue handed out under a ReceiveRequestAttemptId, by queue id and attempt. */
export const attempts = collection<Attempt>("sqs", "attempt");

export interface Attempt {
  untilMs: number;
  handed: { place: string; receipt: string; dueMs: number }[];
}

/** Messages still to be removed because their queue was deleted or purged, by queue id. */
export const graves = collection<Grave>("sqs", "grave");

export interface Grave {
  /** Only messages at or before this place; all of them without it. */
  untilPlace?: string;
}
