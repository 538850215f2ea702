/** Load balancers with targets, and a group behind them, with their clients' waiters. */
import {
  waitUntilGroupExists,
  waitUntilGroupInService,
  waitUntilGroupNotExists,
  type AutoScaling,
} from "@aws-sdk/client-auto-scaling";
import {
  waitUntilAnyInstanceInService,
  waitUntilInstanceInService,
  type ElasticLoadBalancing,
} from "@aws-sdk/client-elastic-load-balancing";
import {
  waitUntilLoadBalancerAvailable,
  waitUntilLoadBalancerExists,
  waitUntilLoadBalancersDeleted,
  waitUntilTargetDeregistered,
  waitUntilTargetInService,
  type ElasticLoadBalancingV2,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Network } from "./network.ts";
import { eventually, gone, type Patience } from "./patience.ts";

interface Clients {
  autoScaling: AutoScaling;
  elb: ElasticLoadBalancing;
  elbv2: ElasticLoadBalancingV2;
}

/** A group of one instance registers with both kinds of balancers, is drained and deleted. */
export async function playFleet(
  { autoScaling, elb, elbv2 }: Clients,
  patience: Patience,
  { vpcId, subnetIds, groupId }: Network,
  ImageId: string,
): Promise<void> {
  const { LoadBalancers } = await elbv2.createLoadBalancer({
    Name: "waiters",
    Subnets: [...subnetIds],
    SecurityGroups: [groupId],
  });
  const LoadBalancerArn = LoadBalancers![0]!.LoadBalancerArn!;
  const LoadBalancerArns = [LoadBalancerArn];
  await waitUntilLoadBalancerExists({ client: elbv2, ...patience }, { LoadBalancerArns });
  await waitUntilLoadBalancerAvailable({ client: elbv2, ...patience }, { LoadBalancerArns });
  const { TargetGroups } = await elbv2.createTargetGroup({
    Name: "waiters",
    Protocol: "HTTP",
    Port: 80,
    VpcId: vpcId,
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
  });
  const TargetGroupArn = TargetGroups![0]!.TargetGroupArn!;
  await elbv2.createListener({
    LoadBalancerArn,
    Port: 80,
    Protocol: "HTTP",
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  await elb.createLoadBalancer({
    LoadBalancerName: "waiters-classic",
    Listeners: [{ Protocol: "HTTP", LoadBalancerPort: 8081, InstancePort: 80 }],
    Subnets: [...subnetIds],
    SecurityGroups: [groupId],
  });

  const AutoScalingGroupName = "waiters";
  await autoScaling.createLaunchConfiguration({
    LaunchConfigurationName: "waiters",
    ImageId,
    InstanceType: "t3.micro",
    SecurityGroups: [groupId],
  });
  await autoScaling.createAutoScalingGroup({
    AutoScalingGroupName,
    LaunchConfigurationName: "waiters",
    MinSize: 1,
    MaxSize: 2,
    VPCZoneIdentifier: subnetIds.join(","),
    TargetGroupARNs: [TargetGroupArn],
    LoadBalancerNames: ["waiters-classic"],
  });
  const named = { AutoScalingGroupNames: [AutoScalingGroupName] };
  await waitUntilGroupExists({ client: autoScaling, ...patience }, named);
  await waitUntilGroupInService({ client: autoScaling, ...patience }, named);
  const { AutoScalingGroups } = await autoScaling.describeAutoScalingGroups(named);
  const Targets = [{ Id: AutoScalingGroups![0]!.Instances![0]!.InstanceId!, Port: 80 }];
  await waitUntilTargetInService({ client: elbv2, ...patience }, { TargetGroupArn, Targets });
  const classic = { LoadBalancerName: "waiters-classic" };
  await waitUntilAnyInstanceInService({ client: elb, ...patience }, classic);
  await waitUntilInstanceInService({ client: elb, ...patience }, classic);

  await elbv2.modifyTargetGroupAttributes({
    TargetGroupArn,
    Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "30" }],
  });
  await elbv2.deregisterTargets({ TargetGroupArn, Targets });
  await waitUntilTargetDeregistered({ client: elbv2, ...patience }, { TargetGroupArn, Targets });
  const none = { MinSize: 0, MaxSize: 0, DesiredCapacity: 0 };
  await autoScaling.updateAutoScalingGroup({ AutoScalingGroupName, ...none });
  await eventually(async () => {
    const drained = await autoScaling.describeAutoScalingGroups(named);
    return drained.AutoScalingGroups![0]!.Instances!.length === 0;
  });
  await autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName });
  await waitUntilGroupNotExists({ client: autoScaling, ...patience }, named);
  await elb.deleteLoadBalancer(classic);
  await elbv2.deleteLoadBalancer({ LoadBalancerArn });
  await waitUntilLoadBalancersDeleted({ client: elbv2, ...patience }, { LoadBalancerArns });
  await elbv2.deleteTargetGroup({ TargetGroupArn });
  await gone("TargetGroupNotFoundException", () =>
    elbv2.describeTargetGroups({ TargetGroupArns: [TargetGroupArn] }),
  );
}
