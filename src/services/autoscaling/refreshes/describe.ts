import type { InstanceRefresh } from "@aws-sdk/client-auto-scaling";
import { dateOf } from "#runtime/date.ts";
import type { LaunchTemplateRef } from "../launch/launch-records.ts";
import type { RefreshRecord } from "./records.ts";
import { percentComplete } from "./progress.ts";

export function describeRefresh(refresh: RefreshRecord): InstanceRefresh {
  const { checkpoints, desired, rollback } = refresh;
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: refresh.group,
    Status: refresh.status,
    Strategy: "Rolling",
    ...(refresh.statusReason !== undefined && { StatusReason: refresh.statusReason }),
    StartTime: dateOf(refresh.startMs),
    ...(refresh.endMs !== undefined && { EndTime: dateOf(refresh.endMs) }),
    PercentageComplete: percentComplete(refresh),
    InstancesToUpdate: refresh.total - refresh.updated,
    Preferences: {
      MinHealthyPercentage: refresh.minHealthyPercent,
      MaxHealthyPercentage: refresh.maxHealthyPercent,
      ...(refresh.warmupSeconds !== undefined && { InstanceWarmup: refresh.warmupSeconds }),
      SkipMatching: refresh.skipMatching,
      AutoRollback: refresh.autoRollback,
      ScaleInProtectedInstances: refresh.scaleInProtected,
      StandbyInstances: refresh.standby,
      ...(checkpoints && {
        CheckpointPercentages: checkpoints.percentages,
        CheckpointDelay: checkpoints.delaySeconds,
      }),
      ...(refresh.bakeSeconds !== undefined && { BakeTime: refresh.bakeSeconds }),
      ...(refresh.alarms && { AlarmSpecification: { Alarms: refresh.alarms } }),
    },
    ...(desired && { DesiredConfiguration: { LaunchTemplate: templateOf(desired) } }),
    ...(rollback && {
      RollbackDetails: {
        RollbackReason: rollback.reason,
        RollbackStartTime: dateOf(rollback.startMs),
        PercentageCompleteOnRollback: rollback.percentComplete,
        InstancesToUpdateOnRollback: rollback.left,
      },
    }),
  };
}

function templateOf({ id, name, version }: LaunchTemplateRef) {
  return { LaunchTemplateId: id, LaunchTemplateName: name, Version: version };
}
