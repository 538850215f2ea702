/** Everything that an account has of what the shop's template makes, by kind: equal before and after means nothing is left. */
import {
  DescribeAutoScalingGroupsCommand,
  DescribePoliciesCommand,
  DescribeScheduledActionsCommand,
} from "@aws-sdk/client-auto-scaling";
import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeLaunchTemplatesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { ListInstanceProfilesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { ListSubscriptionsCommand, ListTopicsCommand } from "@aws-sdk/client-sns";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import type { ShopClients } from "./shop-clients.ts";

export type Inventory = Readonly<Record<string, readonly (string | undefined)[]>>;

export async function takeInventory(clients: ShopClients): Promise<Inventory> {
  const { autoscaling, cloudwatch, dynamodb, ec2, elbv2, iam, s3, sns, sqs } = clients;
  const { LoadBalancers = [] } = await elbv2.send(new DescribeLoadBalancersCommand());
  const listeners = await Promise.all(
    LoadBalancers.map(({ LoadBalancerArn }) =>
      elbv2.send(new DescribeListenersCommand({ LoadBalancerArn })),
    ),
  );
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand());
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  const found: Record<string, (string | undefined)[]> = {
    alarms: ((await cloudwatch.send(new DescribeAlarmsCommand())).MetricAlarms ?? []).map(
      ({ AlarmName }) => AlarmName,
    ),
    buckets: ((await s3.send(new ListBucketsCommand())).Buckets ?? []).map(({ Name }) => Name),
    groups: (
      (await autoscaling.send(new DescribeAutoScalingGroupsCommand())).AutoScalingGroups ?? []
    ).map(({ AutoScalingGroupName }) => AutoScalingGroupName),
    instances: instances
      .filter(({ State }) => State?.Name !== "terminated")
      .map(({ InstanceId }) => InstanceId),
    instanceProfiles: (
      (await iam.send(new ListInstanceProfilesCommand())).InstanceProfiles ?? []
    ).map(({ InstanceProfileName }) => InstanceProfileName),
    internetGateways: (
      (await ec2.send(new DescribeInternetGatewaysCommand())).InternetGateways ?? []
    ).map(({ InternetGatewayId }) => InternetGatewayId),
    launchTemplates: (
      (await ec2.send(new DescribeLaunchTemplatesCommand())).LaunchTemplates ?? []
    ).map(({ LaunchTemplateName }) => LaunchTemplateName),
    listeners: listeners.flatMap(({ Listeners = [] }) =>
      Listeners.map(({ ListenerArn }) => ListenerArn),
    ),
    loadBalancers: LoadBalancers.map(({ LoadBalancerName }) => LoadBalancerName),
    networkInterfaces: (
      (await ec2.send(new DescribeNetworkInterfacesCommand())).NetworkInterfaces ?? []
    ).map(({ NetworkInterfaceId }) => NetworkInterfaceId),
    policies: ((await autoscaling.send(new DescribePoliciesCommand())).ScalingPolicies ?? []).map(
      ({ PolicyName }) => PolicyName,
    ),
    queues: (await sqs.send(new ListQueuesCommand())).QueueUrls ?? [],
    roles: ((await iam.send(new ListRolesCommand())).Roles ?? [])
      // AWS makes these by itself and keeps them.
      .filter(({ Path }) => !Path?.startsWith("/aws-service-role/"))
      .map(({ RoleName }) => RoleName),
    routeTables: ((await ec2.send(new DescribeRouteTablesCommand())).RouteTables ?? []).map(
      ({ RouteTableId }) => RouteTableId,
    ),
    scheduledActions: (
      (await autoscaling.send(new DescribeScheduledActionsCommand())).ScheduledUpdateGroupActions ??
      []
    ).map(({ ScheduledActionName }) => ScheduledActionName),
    securityGroups: (
      (await ec2.send(new DescribeSecurityGroupsCommand())).SecurityGroups ?? []
    ).map(({ GroupId }) => GroupId),
    subnets: ((await ec2.send(new DescribeSubnetsCommand())).Subnets ?? []).map(
      ({ SubnetId }) => SubnetId,
    ),
    subscriptions: ((await sns.send(new ListSubscriptionsCommand())).Subscriptions ?? []).map(
      ({ SubscriptionArn }) => SubscriptionArn,
    ),
    tables: (await dynamodb.send(new ListTablesCommand())).TableNames ?? [],
    targetGroups: ((await elbv2.send(new DescribeTargetGroupsCommand())).TargetGroups ?? []).map(
      ({ TargetGroupName }) => TargetGroupName,
    ),
    topics: ((await sns.send(new ListTopicsCommand())).Topics ?? []).map(
      ({ TopicArn }) => TopicArn,
    ),
    volumes: ((await ec2.send(new DescribeVolumesCommand())).Volumes ?? []).map(
      ({ VolumeId }) => VolumeId,
    ),
    vpcs: ((await ec2.send(new DescribeVpcsCommand())).Vpcs ?? []).map(({ VpcId }) => VpcId),
  };
  for (const names of Object.values(found)) names.sort((a = "", b = "") => a.localeCompare(b));
  return found;
}
