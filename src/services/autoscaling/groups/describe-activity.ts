/** Scaling activities in AWS's form. */
import type { Activity } from "@aws-sdk/client-auto-scaling";
import { dateOf } from "#runtime/date.ts";
import type { ActivityRecord } from "../records.ts";

export function describeActivity(activity: ActivityRecord, deleted = false): Activity {
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: activity.group,
    AutoScalingGroupARN: activity.groupArn,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: dateOf(activity.startMs),
    ...(activity.endMs !== undefined && { EndTime: dateOf(activity.endMs) }),
    StatusCode: activity.status,
    ...(activity.statusMessage !== undefined && {
      StatusMessage: activity.statusMessage.slice(0, 255),
    }),
    Progress: activity.progress,
    Details: JSON.stringify(activity.details),
    ...(deleted && { AutoScalingGroupState: "Deleted" }),
  };
}

/** As AWS shows where an activity happens. */
export function detailsOf({ zone, subnetId }: { zone: string; subnetId?: string }) {
  return { ...(subnetId !== undefined && { "Subnet ID": subnetId }), "Availability Zone": zone };
}
