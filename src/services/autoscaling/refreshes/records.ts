/** What Auto Scaling keeps of instance refreshes. */
import { collection } from "#store/collection.ts";
import type { LaunchTemplateRef } from "../launch/launch-records.ts";

export type RefreshStatus =
  | "Pending"
  | "InProgress"
  | "Baking"
  | "Successful"
  | "Failed"
  | "Cancelling"
  | "Cancelled"
  | "RollbackInProgress"
  | "RollbackSuccessful"
  | "RollbackFailed";

/** What a group's instances are launched from, for going back to it. */
export interface LaunchSettingsRecord {
  launchTemplate?: LaunchTemplateRef;
  launchConfigurationName?: string;
}

/** Key: group name, start time, id. */
export interface RefreshRecord {
  id: string;
  group: string;
  status: RefreshStatus;
  statusReason?: string;
  startMs: number;
  endMs?: number;
  minHealthyPercent: number;
  maxHealthyPercent: number;
  warmupSeconds?: number;
  skipMatching: boolean;
  scaleInProtected: "Refresh" | "Ignore" | "Wait";
  standby: "Terminate" | "Ignore" | "Wait";
  autoRollback: boolean;
  checkpoints?: { percentages: number[]; delaySeconds: number };
  bakeSeconds?: number;
  alarms?: string[];
  /** The configuration that was asked for, and the one that the group had before. */
  desired?: LaunchTemplateRef;
  previous?: LaunchSettingsRecord;
  /** Members that are still to be replaced. */
  outdated: string[];
  /** How many there were. */
  total: number;
  /** Replacements that are in service, healthy and warmed up. */
  updated: number;
  /** When a member was replaced or updated last. */
  progressMs: number;
  /** The percentage that was reached last, and until when it is waited there. */
  checkpoint?: { percent: number; untilMs: number };
  bakeUntilMs?: number;
  /** The alarm that was seen in ALARM. */
  alarm?: string;
  rollback?: { reason: string; startMs: number; percentComplete: number; left: number };
}
export const refreshes = collection<RefreshRecord>("autoscaling", "refresh");
