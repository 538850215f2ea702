/** What Application Auto Scaling keeps, and under which keys. */
import { collection } from "#store/collection.ts";
import type { AdjustmentType, StepAdjustment } from "#services/kit/scaling/adjustment.ts";
import type { Tags } from "#services/kit/tags.ts";

/** What names a scalable target, in AWS's spelling: the three that every request carries. */
export interface TargetName {
  namespace: string;
  resourceId: string;
  dimension: string;
}

export interface ActivityRef {
  id: string;
  startMs: number;
}

/** A capacity that the resource is to have and does not have yet. */
export interface Wish {
  capacity: number;
  /** What the resource had before. */
  from: number;
  activity: ActivityRef;
  /** When the resource's service was asked; undefined until then. */
  askedMs?: number;
  /** The policy that wishes; undefined for bounds and schedules. */
  policy?: string;
}

/** Key: namespace, resource, dimension. */
export interface TargetRecord extends TargetName {
  arn: string;
  min: number;
  max: number;
  roleArn: string;
  createdMs: number;
  suspended: { scaleIn: boolean; scaleOut: boolean; scheduled: boolean };
  tags: Tags;
  wish?: Wish;
  /** The bounds changed and the capacity was not held against them yet. */
  unbounded?: boolean;
  /** The last change of capacity that a policy made, for cooldowns. */
  last?: LastScaling;
}

export interface LastScaling {
  direction: "out" | "in";
  /** When the activity was complete. */
  atMs: number;
  /** The capacity before it. */
  from: number;
}
export const targets = collection<TargetRecord>("applicationautoscaling", "target");

export interface Tracking {
  targetValue: number;
  predefined?: { type: string; label?: string };
  /** As given, in AWS's spelling. */
  customized?: Record<string, unknown>;
  scaleOutCooldownSeconds?: number;
  scaleInCooldownSeconds?: number;
  disableScaleIn: boolean;
  /** Names of the alarms that watch the metric, and (DynamoDB) what is provisioned. */
  alarms: TrackingAlarms;
  /** Ends the alarms' action, behind the policy's ARN. */
  createdBy: string;
}

export interface TrackingAlarms {
  high: string;
  low?: string;
  provisionedHigh?: string;
  provisionedLow?: string;
}

export interface Stepping {
  adjustmentType: AdjustmentType;
  steps: StepAdjustment[];
  minMagnitude?: number;
  cooldownSeconds?: number;
  aggregation: string;
}

/** Key: namespace, resource, dimension, policy name. */
export interface PolicyRecord extends TargetName {
  name: string;
  arn: string;
  createdMs: number;
  tracking?: Tracking;
  stepping?: Stepping;
}
export const policies = collection<PolicyRecord>("applicationautoscaling", "policy");

/** Key: namespace, resource, dimension, action name. */
export interface ScheduledActionRecord extends TargetName {
  name: string;
  arn: string;
  createdMs: number;
  schedule: string;
  timeZone?: string;
  startMs?: number;
  endMs?: number;
  min?: number;
  max?: number;
  /** When it acts next; undefined when it never will again. */
  nextMs?: number;
}
export const scheduledActions = collection<ScheduledActionRecord>(
  "applicationautoscaling",
  "scheduled-action",
);

/** Key: namespace, resource, dimension, start, id. */
export interface ActivityRecord extends TargetName {
  id: string;
  description: string;
  cause: string;
  startMs: number;
  endMs?: number;
  status: "Pending" | "InProgress" | "Successful" | "Failed" | "Overridden" | "Unfulfilled";
  statusMessage?: string;
  notScaled?: { code: string; min?: number; max?: number; current?: number };
}
export const activities = collection<ActivityRecord>("applicationautoscaling", "activity");

export function targetKey({ namespace, resourceId, dimension }: TargetName): string[] {
  return [namespace, resourceId, dimension];
}
