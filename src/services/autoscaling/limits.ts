/**
 * The numbers of Auto Scaling.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html
 */
export const mostGroups = 500;
export const mostLaunchConfigurations = 200;
export const mostHooksPerGroup = 50;
export const mostTopicsPerGroup = 10;
export const mostTargetGroupsPerGroup = 50;
export const mostScheduledActionsPerGroup = 125;

export const defaultPageSize = 50;
export const largestPageSize = 100;

export const defaultCooldownSeconds = 300;
export const defaultGraceSeconds = 0;
export const defaultHeartbeatSeconds = 3600;
/** A lifecycle action ends after so many heartbeats, or 48 hours. */
export const mostHeartbeats = 100;
export const longestWaitSeconds = 172_800;
/** Activities are shown for six weeks. */
export const activitiesKeptMs = 42 * 86_400_000;

/** How often the health of instances in service is looked at; AWS does so "periodically". */
export const healthCheckMs = 30_000;
/** How often all records of a group's instances are read again, rather than those that changed. */
export const wholeLookMs = 300_000;
/** So long the instance types and prices of a mixed instances policy are taken as they were. */
export const offersKeptMs = 300_000;
/** How often instances that are changing are looked at, wall time. */
export const changingCheckMs = 1000;
/** Draining is waited for at most this long: the longest deregistration delay. */
export const longestDrainMs = 3_600_000;
/** First pause after a failed launch; it doubles up to the longest. */
export const firstLaunchBackoffMs = 30_000;
export const longestLaunchBackoffMs = 900_000;
/** Instances in one RunInstances, and ids in one Describe call. */
export const mostPerLaunch = 100;
export const mostPerDescribe = 200;
/** Instance types in one DescribeInstanceTypes. */
export const mostPerDescribeTypes = 100;
/** In a mixed instances policy: instance types, and sets of attributes that choose them. */
export const mostInstanceTypes = 40;
export const mostRequirements = 4;

export const processes = [
  "AddToLoadBalancer",
  "AlarmNotification",
  "AZRebalance",
  "HealthCheck",
  "InstanceRefresh",
  "Launch",
  "ReplaceUnhealthy",
  "ScheduledActions",
  "Terminate",
] as const;

export const groupMetrics = [
  "GroupMinSize",
  "GroupMaxSize",
  "GroupDesiredCapacity",
  "GroupInServiceInstances",
  "GroupPendingInstances",
  "GroupStandbyInstances",
  "GroupTerminatingInstances",
  "GroupTotalInstances",
  "GroupInServiceCapacity",
  "GroupPendingCapacity",
  "GroupStandbyCapacity",
  "GroupTerminatingCapacity",
  "GroupTotalCapacity",
  "WarmPoolMinSize",
  "WarmPoolDesiredCapacity",
  "WarmPoolPendingCapacity",
  "WarmPoolWarmedCapacity",
  "WarmPoolTerminatingCapacity",
  "WarmPoolTotalCapacity",
  "GroupAndWarmPoolDesiredCapacity",
  "GroupAndWarmPoolTotalCapacity",
] as const;

export const notificationTypes = [
  "autoscaling:EC2_INSTANCE_LAUNCH",
  "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
  "autoscaling:EC2_INSTANCE_TERMINATE",
  "autoscaling:EC2_INSTANCE_TERMINATE_ERROR",
  "autoscaling:TEST_NOTIFICATION",
] as const;

export const terminationPolicies = [
  "AllocationStrategy",
  "ClosestToNextInstanceHour",
  "Default",
  "NewestInstance",
  "OldestInstance",
  "OldestLaunchConfiguration",
  "OldestLaunchTemplate",
] as const;
