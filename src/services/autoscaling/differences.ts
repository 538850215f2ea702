/** Where Fogbank's Auto Scaling differs from AWS's. */
import type { Difference } from "#services/kit/service.ts";

export const differences: Difference[] = [
  {
    operation: "CreateAutoScalingGroup",
    differs:
      "CapacityReservationTarget is refused. A zonal shift lasts while a zone has no power (`fogbank fail az`), as AWS's autoshift; there is no API to start one.",
  },
  {
    operation: "CreateAutoScalingGroup",
    differs: "A termination policy that is a function may take longer than two seconds.",
  },
  {
    operation: "CreateAutoScalingGroup",
    differs:
      "Spot capacity of a pool stands still and prices hardly move, so allocation strategies choose the same pools again, also for what CapacityRebalance replaces.",
  },
  {
    operation: "PutWarmPool",
    differs: "Hibernated is refused: instances here do not hibernate.",
  },
  {
    operation: "PutScalingPolicy",
    differs:
      "Forecasts are made by Fogbank's own method (weighted hours of the week and of the day, at the level of the latest day), which AWS does not publish; past forecasts are kept for 30 days.",
  },
  {
    operation: "StartInstanceRefresh",
    differs:
      "Root volume replacement and a MixedInstancesPolicy as desired configuration are refused. A group shows the desired configuration from the start of the refresh, and what it had before again when the refresh fails or is cancelled.",
  },
  {
    operation: "CreateLaunchConfiguration",
    differs: "Kernels and ClassicLink are refused.",
  },
  {
    operation: "AttachTrafficSources",
    differs:
      "Target groups (elbv2) and Classic Load Balancers (elb) can be attached, VPC Lattice not.",
  },
  {
    operation: "PutLifecycleHook",
    differs: "RoleARN is kept; messages reach their targets without it.",
  },
  {
    operation: "LaunchInstances",
    differs: "Groups with a MixedInstancesPolicy and AvailabilityZoneIds are refused.",
  },
  {
    operation: "*",
    differs:
      "Instances in service are looked at every 30 seconds; of equal candidates for termination the first by id goes, where AWS picks at random.",
  },
];
