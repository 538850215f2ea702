/** What EventBridge keeps. */
import type { ConnectionAuthResponseParameters, Target } from "@aws-sdk/client-eventbridge";
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

/** The default bus is made when it is first asked for. */
export interface BusRecord {
  name: string;
  description?: string;
  kmsKeyIdentifier?: string;
  deadLetterArn?: string;
  policy?: string;
  createdMs: number;
  modifiedMs: number;
  tags: Tags;
}

export interface RuleRecord {
  name: string;
  bus: string;
  description?: string;
  pattern?: string;
  schedule?: string;
  state: string;
  roleArn?: string;
  managedBy?: string;
  createdBy: string;
  tags: Tags;
  /** In the order of their ids. */
  targets: Target[];
  /** When a scheduled rule acts next. */
  nextMs?: number;
}

/** An event as rules see it; its members keep the spelling of the wire. */
export interface Envelope {
  version: "0";
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
  "replay-name"?: string;
}

/** An event on its way to one target of a rule that matched. */
export interface DeliveryRecord {
  event: Envelope;
  ruleArn: string;
  target: Target;
  acceptedMs: number;
  attempts: number;
  dueMs: number;
  /** It has its place in the rate of its API destination. */
  paced?: true;
}

export interface ArchiveRecord {
  name: string;
  /** The bus whose events it keeps. */
  bus: string;
  description?: string;
  pattern?: string;
  kmsKeyIdentifier?: string;
  /** 0 for ever. */
  retentionDays: number;
  createdMs: number;
  events: number;
  sizeBytes: number;
}

export interface ReplayRecord {
  name: string;
  description?: string;
  archive: string;
  bus: string;
  /** The only rules that get the events; all of them when there are none. */
  ruleArns: string[];
  fromMs: number;
  toMs: number;
  state: "STARTING" | "RUNNING" | "CANCELLING" | "COMPLETED" | "CANCELLED";
  startedMs: number;
  endedMs?: number;
  lastReplayedMs?: number;
  /** The place of the last event that was replayed. */
  after?: [timeMs: number, id: string];
}

/** How API destinations are authorized; what is secret is not in it. */
export interface ConnectionRecord {
  name: string;
  /** The end of its ARN. */
  id: string;
  description?: string;
  type: string;
  auth: ConnectionAuthResponseParameters;
  secretArn: string;
  kmsKeyIdentifier?: string;
  state: "AUTHORIZED" | "DEAUTHORIZED";
  createdMs: number;
  modifiedMs: number;
  authorizedMs: number;
}

export interface ApiDestinationRecord {
  name: string;
  /** The end of its ARN. */
  id: string;
  description?: string;
  /** The connection's name. */
  connection: string;
  connectionArn: string;
  /** With "*" where a target's path parameters go. */
  endpoint: string;
  method: string;
  ratePerSecond: number;
  createdMs: number;
  modifiedMs: number;
}

/** By name. */
export const connections = collection<ConnectionRecord>("events", "connection");

/** By name. */
export const apiDestinations = collection<ApiDestinationRecord>("events", "api-destination");

/** By name. */
export const archives = collection<ArchiveRecord>("events", "archive");

/** By archive, time and id. */
export const archivedEvents = collection<Envelope>("events", "archived-event");

/** By name. */
export const replays = collection<ReplayRecord>("events", "replay");

/** By name. */
export const buses = collection<BusRecord>("events", "bus");

/** By bus, then name. */
export const rules = collection<RuleRecord>("events", "rule");

/** By a place of their own. */
export const deliveries = collection<DeliveryRecord>("events", "delivery");
