import type { Operation } from "#services/kit/service.ts";
import {
  groupMetrics,
  mostGroups,
  mostLaunchConfigurations,
  notificationTypes,
  processes,
  terminationPolicies,
} from "../limits.ts";
import { groups, launchConfigurations } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAccountLimits.html */
export const describeAccountLimits: Operation<"autoscaling", "DescribeAccountLimits", State> = (
  _input,
  context,
) =>
  context.store.transaction(async (tx) => ({
    MaxNumberOfAutoScalingGroups: mostGroups,
    MaxNumberOfLaunchConfigurations: mostLaunchConfigurations,
    NumberOfAutoScalingGroups: (await groups.list(tx, context)).length,
    NumberOfLaunchConfigurations: (await launchConfigurations.list(tx, context)).length,
  }));

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAdjustmentTypes.html */
export const describeAdjustmentTypes: Operation<
  "autoscaling",
  "DescribeAdjustmentTypes",
  State
> = async () => ({
  AdjustmentTypes: ["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"].map(
    (AdjustmentType) => ({ AdjustmentType }),
  ),
});

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingNotificationTypes.html */
export const describeNotificationTypes: Operation<
  "autoscaling",
  "DescribeAutoScalingNotificationTypes",
  State
> = async () => ({ AutoScalingNotificationTypes: [...notificationTypes] });

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLifecycleHookTypes.html */
export const describeLifecycleHookTypes: Operation<
  "autoscaling",
  "DescribeLifecycleHookTypes",
  State
> = async () => ({
  LifecycleHookTypes: [
    "autoscaling:EC2_INSTANCE_LAUNCHING",
    "autoscaling:EC2_INSTANCE_TERMINATING",
  ],
});

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeMetricCollectionTypes.html */
export const describeMetricCollectionTypes: Operation<
  "autoscaling",
  "DescribeMetricCollectionTypes",
  State
> = async () => ({
  Metrics: groupMetrics.map((Metric) => ({ Metric })),
  Granularities: [{ Granularity: "1Minute" }],
});

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingProcessTypes.html */
export const describeScalingProcessTypes: Operation<
  "autoscaling",
  "DescribeScalingProcessTypes",
  State
> = async () => ({ Processes: processes.map((ProcessName) => ({ ProcessName })) });

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeTerminationPolicyTypes.html */
export const describeTerminationPolicyTypes: Operation<
  "autoscaling",
  "DescribeTerminationPolicyTypes",
  State
> = async () => ({ TerminationPolicyTypes: [...terminationPolicies] });
