/** What CloudWatch keeps, and under which keys. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

/** A metric: namespace, name and dimensions. Key: namespace, name, dimensions as text. */
export interface MetricRecord {
  namespace: string;
  name: string;
  /** In order of name. */
  dimensions: [name: string, value: string][];
  /** The series that holds the values of each unit; AWS aggregates units separately. */
  series: Record<string, number>;
  /** When values last came, to about ten minutes. */
  lastMs: number;
  /** True once a value came with a storage resolution of one second. */
  highResolution: boolean;
}
export const metrics = collection<MetricRecord>("cloudwatch", "metric");

/**
 * Values as they came, one record per PutMetricData, until they are folded into blocks.
 * Key: sequence number.
 */
export type JournalRecord = JournalDatum[];
export type JournalDatum = [
  series: number,
  timeMs: number,
  /** 1 for a storage resolution of one second, otherwise 0. */
  highResolution: number,
  /** Values, or [count, sum, minimum, maximum] of a statistic set. */
  values: number[],
  /** How often each value occurred; 1 for once each; 0 marks a statistic set. */
  counts: number[] | 0 | 1,
];
export const journal = collection<JournalRecord>("cloudwatch", "journal");

/** Neighbouring datapoints of one series. Key: tier, start of the block in ms, series. */
export const blocks = collection<Uint8Array>("cloudwatch", "block");

/** How far the bookkeeping of an account and region is. Key: none. */
export interface ProgressRecord {
  /** The journal up to here is in blocks. */
  foldedSequence: number;
  nextSeries: number;
  /** Datapoints before these moments have gone on to the next coarser tier (or are gone). */
  secondsFromMs: number;
  /** Absent until minutes were first gathered into longer blocks. */
  freshFromMs?: number;
  minutesFromMs: number;
  fiveMinutesFromMs: number;
  hoursFromMs: number;
}
export const progress = collection<ProgressRecord>("cloudwatch", "progress");

export type StateValue = "OK" | "ALARM" | "INSUFFICIENT_DATA";
export type TreatMissingData = "breaching" | "notBreaching" | "ignore" | "missing";

export interface MetricStatRecord {
  namespace: string;
  name: string;
  dimensions: { name: string; value: string }[];
  periodSeconds: number;
  statistic: string;
  unit?: string;
}

export interface QueryRecord {
  id: string;
  label?: string;
  returnData: boolean;
  periodSeconds?: number;
  stat?: MetricStatRecord;
  expression?: string;
}

interface AlarmBase {
  name: string;
  description?: string;
  actionsEnabled: boolean;
  okActions: string[];
  alarmActions: string[];
  insufficientDataActions: string[];
  configuredMs: number;
  createdMs: number;
  state: StateValue;
  stateReason: string;
  stateReasonData?: string;
  stateUpdatedMs: number;
  stateTransitionedMs: number;
  /** Set while actions wait for the end of a mute rule's window: the state before the change. */
  mutedFrom?: StateValue;
  /** When actions on Auto Scaling policies were last started for the present state. */
  repeatedMs?: number;
  tags: Tags;
}

export interface MetricAlarmRecord extends AlarmBase {
  type: "metric";
  /** The one metric of the alarm; undefined when `queries` say what is watched. */
  metric?: MetricStatRecord;
  /** True when the statistic was given as ExtendedStatistic. */
  extended?: boolean;
  queries?: QueryRecord[];
  evaluationPeriods: number;
  datapointsToAlarm?: number;
  /** Undefined when the band of `thresholdId` is what values are compared with. */
  threshold?: number;
  /** The query that is ANOMALY_DETECTION_BAND. */
  thresholdId?: string;
  comparison: Comparison;
  treatMissingData?: TreatMissingData;
  evaluateLowSampleCountPercentile?: "evaluate" | "ignore";
}

export type Comparison =
  | "GreaterThanOrEqualToThreshold"
  | "GreaterThanThreshold"
  | "LessThanThreshold"
  | "LessThanOrEqualToThreshold"
  | "LessThanLowerOrGreaterThanUpperThreshold"
  | "LessThanLowerThreshold"
  | "GreaterThanUpperThreshold";

export interface CompositeAlarmRecord extends AlarmBase {
  type: "composite";
  rule: string;
  /** While this alarm is in ALARM, no actions are taken. */
  suppressor?: { name: string; given: string; waitSeconds: number; extensionSeconds: number };
  /** Set while actions are held back. */
  suppression?: SuppressionRecord;
}

export interface SuppressionRecord {
  by: "Alarm" | "WaitPeriod" | "ExtensionPeriod";
  /** When a period is over. */
  untilMs?: number;
  /** The state before the change whose actions are held back. */
  from: StateValue;
}

/** Which composite alarms look at an alarm. Key: the alarm, the composite alarm. */
export const alarmDependents = collection<Record<string, never>>("cloudwatch", "alarm-dependent");

/**
 * A time series that is in ALARM, of an alarm on a Metrics Insights query that groups. Key: alarm name, id.
 */
export interface ContributorRecord {
  attributes: Record<string, string>;
  reason: string;
  transitionedMs: number;
}
export const contributors = collection<ContributorRecord>("cloudwatch", "alarm-contributor");

export type AlarmRecord = MetricAlarmRecord | CompositeAlarmRecord;

/** Key: alarm name. */
export const alarms = collection<AlarmRecord>("cloudwatch", "alarm");

/** Key: alarm name, time, sequence within the time. Values are what AWS shows. */
export interface HistoryRecord {
  alarmName: string;
  alarmType: "MetricAlarm" | "CompositeAlarm";
  timeMs: number;
  type:
    | "ConfigurationUpdate"
    | "StateUpdate"
    | "Action"
    | "AlarmContributorStateUpdate"
    | "AlarmContributorAction";
  contributor?: { id: string; attributes: Record<string, string> };
  summary: string;
  data: string;
}
export const alarmHistory = collection<HistoryRecord>("cloudwatch", "alarm-history");

/** An action that an alarm owes; gone once it was carried out. Key: alarm name, id. */
export interface DueActionRecord {
  alarmName: string;
  alarmType: "MetricAlarm" | "CompositeAlarm";
  action: string;
  state: StateValue;
  /** The alarm's message to subscribers, or its event for a function, made when the state changed. */
  subject: string;
  message: string;
  /** The newest datapoint that led to the state, for scaling policies. */
  metricValue?: number;
  threshold?: number;
  /** EC2 actions act on this instance. */
  instanceId?: string;
  /** The time series whose change the action is for; undefined for the alarm as a whole. */
  contributor?: { id: string; attributes: Record<string, string> };
  /** True when the action is only repeated while the state lasts. */
  repeated: boolean;
  dueMs: number;
}
export const dueActions = collection<DueActionRecord>("cloudwatch", "due-action");

/** Key: dashboard name. */
export interface DashboardRecord {
  name: string;
  body: string;
  modifiedMs: number;
  tags?: Tags;
}
export const dashboards = collection<DashboardRecord>("cloudwatch", "dashboard");

/** Key: "single" and the metric with its statistic, or "math" and a digest of the queries. */
export interface AnomalyDetectorRecord {
  /** The one metric of the detector, or the queries of a detector on metric math. */
  metric?: Omit<MetricStatRecord, "periodSeconds" | "unit">;
  queries?: QueryRecord[];
  excluded: { fromMs: number; toMs: number }[];
  timezone?: string;
  periodicSpikes?: boolean;
  configuredMs: number;
}
export const anomalyDetectors = collection<AnomalyDetectorRecord>("cloudwatch", "anomaly-detector");

/** An event that EventBridge has not got yet. Key: alarm name, time, random. */
export interface DueEventRecord {
  detailType: "CloudWatch Alarm State Change" | "CloudWatch Alarm Configuration Change";
  resource: string;
  /** JSON. */
  detail: string;
  timeMs: number;
}
export const dueEvents = collection<DueEventRecord>("cloudwatch", "due-event");

/** Mutes actions of alarms in windows of time. Key: its name. */
export interface MuteRuleRecord {
  name: string;
  description?: string;
  /** "cron(0 2 * * *)" or "at(2026-05-01T12:00)". */
  expression: string;
  /** As it was given, and what it means. */
  duration: string;
  durationMs: number;
  /** A name of the time zone database; UTC when left out. */
  timezone?: string;
  targets: string[];
  startMs?: number;
  expireMs?: number;
  updatedMs: number;
  tags: Tags;
}
export const muteRules = collection<MuteRuleRecord>("cloudwatch", "mute-rule");

/** A rule of Contributor Insights. Key: name. */
export interface InsightRuleRecord {
  name: string;
  definition: string;
  /** When it was enabled, by the arrival of events; the last has no end while it is. */
  spans: { fromMs: number; toMs?: number }[];
  tags?: Tags;
}
export const insightRules = collection<InsightRuleRecord>("cloudwatch", "insight-rule");
