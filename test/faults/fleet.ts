/** A group behind a load balancer, asked about and acted upon through whichever control plane lives. */
import type { Caller, Client, Clients } from "#services/kit/service.ts";
import { rootPrincipal } from "#services/kit/principal.ts";

const scope = { account: "123456789012", region: "us-east-1" };
export const caller: Caller = { ...scope, principal: rootPrincipal(scope.account, scope.region) };
export const groupName = "web";

export interface Member {
  id: string;
  state: string;
  health: string;
}

/** Makes the group; returns the target group's ARN. */
export async function createFleet(clients: Clients): Promise<string> {
  const ec2 = clients.ec2(caller);
  const elb = clients.elbv2(caller);
  const { Subnets = [] } = await ec2.DescribeSubnets({});
  const subnets = Subnets.slice(0, 2).map(({ SubnetId }) => SubnetId!);
  const { Images = [] } = await ec2.DescribeImages({ Owners: ["amazon"] });
  const image = Images.find(({ Architecture }) => Architecture === "x86_64")!;
  const { TargetGroups } = await elb.CreateTargetGroup({
    Name: "web",
    Protocol: "HTTP",
    Port: 80,
    VpcId: Subnets[0]!.VpcId,
    HealthCheckIntervalSeconds: 10,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 2,
  });
  const targetGroup = TargetGroups![0]!.TargetGroupArn!;
  const { LoadBalancers } = await elb.CreateLoadBalancer({ Name: "web", Subnets: subnets });
  await elb.CreateListener({
    LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn: targetGroup }],
  });
  await ec2.CreateLaunchTemplate({
    LaunchTemplateName: "web",
    LaunchTemplateData: { ImageId: image.ImageId, InstanceType: "t3.micro" },
  });
  await clients.autoscaling(caller).CreateAutoScalingGroup({
    AutoScalingGroupName: groupName,
    MinSize: 3,
    MaxSize: 6,
    VPCZoneIdentifier: subnets.join(","),
    LaunchTemplate: { LaunchTemplateName: "web" },
    TargetGroupARNs: [targetGroup],
    HealthCheckType: "ELB",
    HealthCheckGracePeriod: 60,
  });
  return targetGroup;
}

export async function desiredAndMembers(
  clients: Clients,
): Promise<{ desired: number; members: Member[] }> {
  const { AutoScalingGroups } = await clients
    .autoscaling(caller)
    .DescribeAutoScalingGroups({ AutoScalingGroupNames: [groupName] });
  const [group] = AutoScalingGroups!;
  return {
    desired: group!.DesiredCapacity!,
    members: (group!.Instances ?? []).map(({ InstanceId, LifecycleState, HealthStatus }) => ({
      id: InstanceId!,
      state: LifecycleState!,
      health: HealthStatus!,
    })),
  };
}

/** Ids and states of the instances that have not ended. */
export async function livingInstances(clients: Clients): Promise<Map<string, string>> {
  const { Reservations = [] } = await clients.ec2(caller).DescribeInstances({});
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  return new Map(
    instances
      .filter(({ State }) => State!.Name !== "terminated")
      .map(({ InstanceId, State }) => [InstanceId!, State!.Name!]),
  );
}

/** Ids of the living instances that are marked as the group's. */
export async function markedInstances(clients: Clients): Promise<string[]> {
  const { Reservations = [] } = await clients.ec2(caller).DescribeInstances({
    Filters: [
      { Name: "tag:aws:autoscaling:groupName", Values: [groupName] },
      { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
    ],
  });
  return Reservations.flatMap(({ Instances = [] }) => Instances)
    .map(({ InstanceId }) => InstanceId!)
    .toSorted();
}

/** "i-…: healthy" of each registered target. */
export async function targets(clients: Clients, targetGroup: string): Promise<string[]> {
  const elb: Client<"elbv2"> = clients.elbv2(caller);
  const { TargetHealthDescriptions = [] } = await elb.DescribeTargetHealth({
    TargetGroupArn: targetGroup,
  });
  return TargetHealthDescriptions.map(
    ({ Target, TargetHealth }) => `${Target!.Id}: ${TargetHealth!.State}`,
  ).toSorted();
}

/** Ids of the instances that volumes are attached to, one for each volume; "" for a volume by itself. */
export async function volumeHolders(clients: Clients): Promise<string[]> {
  const { Volumes = [] } = await clients.ec2(caller).DescribeVolumes({});
  return Volumes.map(({ Attachments }) => Attachments?.[0]?.InstanceId ?? "").toSorted();
}

/** Scaling activities that neither succeeded nor failed. */
export async function unfinishedActivities(clients: Clients): Promise<string[]> {
  const { Activities = [] } = await clients
    .autoscaling(caller)
    .DescribeScalingActivities({ AutoScalingGroupName: groupName, MaxRecords: 100 });
  return Activities.filter(({ EndTime }) => !EndTime).map(
    ({ StatusCode, Description }) => `${StatusCode}: ${Description}`,
  );
}
