/** What Auto Scaling keeps, and under which keys. */
import type { TargetTrackingMetricDataQuery } from "@aws-sdk/client-auto-scaling";
import type { AdjustmentType, StepAdjustment } from "#services/kit/scaling/adjustment.ts";
import type { PredictiveRecord } from "./policies/predictive/records.ts";
import { collection } from "#store/collection.ts";
import type {
  Backoff,
  LaunchChoice,
  LaunchIntent,
  LaunchTemplateRef,
  MixedPolicy,
  WarmPool,
} from "./launch/launch-records.ts";

export interface GroupTag {
  key: string;
  value: string;
  propagate: boolean;
}

export interface SubnetRef {
  id: string;
  zone: string;
}

/** Key: group name. */
export interface GroupRecord {
  name: string;
  uuid: string;
  minSize: number;
  maxSize: number;
  desired: number;
  /** Why the desired capacity changed and no activity has said so yet, whole sentences. */
  causes: string[];
  launchTemplate?: LaunchTemplateRef;
  launchConfigurationName?: string;
  mixed?: MixedPolicy;
  /** What one unit of capacity is when attributes choose the types; "units" unless given. */
  desiredCapacityType?: "units" | "vcpu" | "memory-mib";
  capacityRebalance?: boolean;
  /** "none" unless given. */
  deletionProtection?: "none" | "prevent-force-deletion" | "prevent-all-deletion";
  /** Wait for a zone without capacity rather than launch in another. */
  balancedOnly?: boolean;
  /** AvailabilityZoneImpairmentPolicy as it was given. */
  zoneImpairment?: {
    ZonalShiftEnabled?: boolean;
    ImpairedZoneHealthCheckBehavior?: "ReplaceUnhealthy" | "IgnoreUnhealthy";
  };
  /** The group's zones that are shifted away from, as they were seen last. */
  shiftedZones?: string[];
  /** Empty for none. */
  placementGroup?: string;
  /** "default" unless given, which leaves it to the launch template. */
  reservations?: "capacity-reservations-only" | "capacity-reservations-first" | "none" | "default";
  /** An instance whose termination hook is abandoned stays, aside. */
  retainOnAbandon?: boolean;
  warmPool?: WarmPool;
  zones: string[];
  subnets: SubnetRef[];
  defaultCooldownSeconds: number;
  defaultWarmupSeconds?: number;
  healthCheckType: ("EC2" | "ELB")[];
  healthCheckGraceSeconds: number;
  targetGroups: TargetGroupAttachment[];
  terminationPolicies: string[];
  protectNew: boolean;
  maxLifetimeSeconds?: number;
  maintenance?: { minHealthyPercent: number; maxHealthyPercent: number };
  tags: GroupTag[];
  /** Process to reason. */
  suspended: Record<string, string>;
  enabledMetrics: string[];
  createdMs: number;
  /** Deletion was asked for; the group goes with its last instance. */
  deleting: boolean;
  /** What is forecast for this hour: policies do not go below it, and may go up to its maximum. */
  predicted?: { capacity: number; max: number };
  /** When the last scaling activity ended that a simple policy waits for. */
  cooldownFromMs: number;
  /** After a failed launch nothing is launched until then. */
  launchBackoff?: Backoff;
  /** Zones ("us-east-1a") and pools ("us-east-1a/m5.large/spot") that had no capacity. */
  shortages?: Record<string, Backoff>;
  serviceLinkedRoleArn?: string;
  context?: string;
}
export const groups = collection<GroupRecord>("autoscaling", "group");

export interface TargetGroupAttachment {
  /** Of a target group, or a Classic Load Balancer's name, which is never like an ARN. */
  arn: string;
  state: "Adding" | "Added" | "InService" | "Removing" | "Removed";
}

export type LifecycleState =
  | "Pending"
  | "Pending:Wait"
  | "Pending:Proceed"
  | "InService"
  | "EnteringStandby"
  | "Standby"
  | "Detaching"
  | "Terminating"
  | "Terminating:Wait"
  | "Terminating:Proceed"
  | "Terminating:Retained"
  | "Warmed:Pending"
  | "Warmed:Pending:Wait"
  | "Warmed:Pending:Proceed"
  | "Warmed:Stopped"
  | "Warmed:Running"
  | "Warmed:Terminating"
  | "Warmed:Terminating:Wait"
  | "Warmed:Terminating:Proceed"
  | "Warmed:Terminating:Retained";

export interface HookWait {
  hook: string;
  token: string;
  startedMs: number;
  /** The next heartbeat is due then. */
  deadlineMs: number;
  /** No heartbeat moves the deadline beyond this. */
  globalDeadlineMs: number;
  heartbeatSeconds: number;
  defaultResult: "CONTINUE" | "ABANDON";
  result?: "CONTINUE" | "ABANDON";
}

/** An instance of a group, from the wish to launch it to its end. Key: group name, member id. */
export interface MemberRecord {
  id: string;
  group: string;
  /** Undefined until EC2 has answered. */
  instanceId?: string;
  /** Why it could not join a load balancer that it must join. */
  refusal?: string;
  /** The client token of the launch, and the place in its batch; nothing is launched twice. */
  launch?: LaunchIntent;
  /** What was chosen from a mixed instances policy. */
  choice?: LaunchChoice;
  /** Capacity units that it counts; 1 unless given. */
  weight?: number;
  spot?: boolean;
  instanceType?: string;
  imageId?: string;
  zone: string;
  subnetId?: string;
  /** With the version resolved to a number. */
  launchTemplate?: LaunchTemplateRef;
  launchConfigurationName?: string;
  /** When that launch configuration was created. */
  launchConfigurationMs?: number;
  state: LifecycleState;
  health: "Healthy" | "Unhealthy";
  /** Why it is unhealthy, as a scaling activity tells it. */
  unhealthyCause?: string;
  /** It came into service while nothing was added to load balancers. */
  apart?: boolean;
  /** Its instance was seen to run no longer. */
  dead?: boolean;
  protected: boolean;
  createdMs: number;
  /** EC2's launch time, for OldestInstance and ClosestToNextInstanceHour. */
  launchedMs: number;
  inServiceMs?: number;
  /** Warm-up ends then; undefined before the instance is in service. */
  warmMs?: number;
  /** Target groups in which it is registered. */
  registered: string[];
  /** Where it comes from when it is not new: the warm pool, or service. */
  origin?: "WarmPool" | "AutoScalingGroup";
  /** Since when it is taken out of target groups. */
  drainingMs?: number;
  waits?: HookWait[];
  /** TerminateInstances was called. */
  terminated?: boolean;
  /** EC2 was told that the instance leaves the group alive. */
  released?: boolean;
  /** The activity that is under way for it. */
  activity?: ActivityRef;
}

export interface ActivityRef {
  id: string;
  startMs: number;
}
export const members = collection<MemberRecord>("autoscaling", "member");

/** Finds a member by its instance. Key: instance id. */
export const memberIndex = collection<{ group: string; memberId: string }>(
  "autoscaling",
  "member-index",
);

/** Key: group name, start time, activity id. */
export interface ActivityRecord {
  id: string;
  group: string;
  groupArn: string;
  description: string;
  cause: string;
  startMs: number;
  endMs?: number;
  status: ActivityStatus;
  statusMessage?: string;
  progress: number;
  details: Record<string, string>;
  instanceId?: string;
}
export type ActivityStatus =
  | "PreInService"
  | "InProgress"
  | "WaitingForELBConnectionDraining"
  | "MidLifecycleAction"
  | "Successful"
  | "Failed"
  | "Cancelled";
export const activities = collection<ActivityRecord>("autoscaling", "activity");

/** Key: name. */
export interface LaunchConfigurationRecord {
  name: string;
  uuid: string;
  createdMs: number;
  /** The request, in AWS's spelling. */
  input: Record<string, unknown>;
}
export const launchConfigurations = collection<LaunchConfigurationRecord>(
  "autoscaling",
  "launch-configuration",
);

export interface TargetTracking {
  targetValue: number;
  disableScaleIn: boolean;
  predefined?: { type: string; label?: string };
  customized?: {
    namespace?: string;
    metricName?: string;
    dimensions?: { Name: string; Value: string }[];
    statistic?: string;
    unit?: string;
    periodSeconds?: number;
    metrics?: TargetTrackingMetricDataQuery[];
  };
  alarmHigh: string;
  alarmLow?: string;
}

/** Key: group name, policy name. */
export interface PolicyRecord {
  group: string;
  name: string;
  arn: string;
  enabled: boolean;
  type: "SimpleScaling" | "StepScaling" | "TargetTrackingScaling" | "PredictiveScaling";
  adjustmentType?: AdjustmentType;
  minAdjustmentMagnitude?: number;
  adjustment?: number;
  cooldownSeconds?: number;
  aggregation?: "Average" | "Minimum" | "Maximum";
  steps?: StepAdjustment[];
  warmupSeconds?: number;
  targetTracking?: TargetTracking;
  predictive?: PredictiveRecord;
}
export const policies = collection<PolicyRecord>("autoscaling", "policy");

/** Key: group name, action name. */
export interface ScheduledActionRecord {
  group: string;
  name: string;
  arn: string;
  startMs?: number;
  endMs?: number;
  recurrence?: string;
  timeZone?: string;
  minSize?: number;
  maxSize?: number;
  desired?: number;
  /** When it acts next; undefined when it never will again. */
  nextMs?: number;
}
export const scheduledActions = collection<ScheduledActionRecord>(
  "autoscaling",
  "scheduled-action",
);

/** Key: the setting's name. */
export const accountSettings = collection<{ name: string; value: string }>(
  "autoscaling",
  "account-setting",
);

export type Transition =
  | "autoscaling:EC2_INSTANCE_LAUNCHING"
  | "autoscaling:EC2_INSTANCE_TERMINATING";

/** Key: group name, hook name. */
export interface HookRecord {
  group: string;
  name: string;
  transition: Transition;
  heartbeatSeconds: number;
  defaultResult: "CONTINUE" | "ABANDON";
  targetArn?: string;
  roleArn?: string;
  metadata?: string;
}
export const hooks = collection<HookRecord>("autoscaling", "hook");

/** Key: group name, topic ARN. */
export interface NotificationRecord {
  group: string;
  topicArn: string;
  types: string[];
}
export const notifications = collection<NotificationRecord>("autoscaling", "notification");

/** A message that is owed to a topic or queue; gone once it was sent. Key: group name, id. */
export interface MessageRecord {
  /** A topic, a queue, or the event bus. */
  targetArn: string;
  /** Of an event its detail type. */
  subject: string;
  body: string;
  /** What an event is about. */
  resources?: string[];
}
export const messages = collection<MessageRecord>("autoscaling", "message");
