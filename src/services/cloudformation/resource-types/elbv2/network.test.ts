import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("a stack has a network load balancer, whose listener and group change in place", async (context) => {
  const cloud = createTestCloud();
  context.after(() => cloud.stop());
  const client = cloud.clients.cloudformation(cloud.caller);
  const elb = cloud.clients.elbv2(cloud.caller);
  const { Subnets } = await cloud.clients.ec2(cloud.caller).DescribeSubnets({});
  const { VpcId, SubnetId } = Subnets![0]!;
  const templateOf = (port: number, delay: string) =>
    JSON.stringify({
      Resources: {
        Address: { Type: "AWS::EC2::EIP", Properties: { Domain: "vpc" } },
        Clients: {
          Type: "AWS::EC2::SecurityGroup",
          Properties: { GroupDescription: "who comes in", VpcId },
        },
        Balancer: {
          Type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
          Properties: {
            Name: "net",
            Type: "network",
            SubnetMappings: [
              { SubnetId, AllocationId: { "Fn::GetAtt": ["Address", "AllocationId"] } },
            ],
            SecurityGroups: [{ "Fn::GetAtt": ["Clients", "GroupId"] }],
            EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: "off",
            LoadBalancerAttributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "true" }],
          },
        },
        Group: {
          Type: "AWS::ElasticLoadBalancingV2::TargetGroup",
          Properties: {
            Name: "tcp",
            Protocol: "TCP_UDP",
            Port: 53,
            VpcId,
            TargetGroupAttributes: [
              { Key: "deregistration_delay.timeout_seconds", Value: delay },
              { Key: "stickiness.enabled", Value: "true" },
            ],
          },
        },
        Listener: {
          Type: "AWS::ElasticLoadBalancingV2::Listener",
          Properties: {
            LoadBalancerArn: { Ref: "Balancer" },
            Protocol: "TCP_UDP",
            Port: port,
            DefaultActions: [{ Type: "forward", TargetGroupArn: { Ref: "Group" } }],
            ListenerAttributes: [{ Key: "tcp.idle_timeout.seconds", Value: "600" }],
          },
        },
      },
    });
  const settle = async (wanted: string) => {
    await cloud.advance("2m");
    const { Stacks } = await client.DescribeStacks({ StackName: "net" });
    const { StackEvents } = await client.DescribeStackEvents({ StackName: "net" });
    const reasons = StackEvents!.map(({ ResourceStatusReason }) => ResourceStatusReason);
    assert.equal(Stacks![0]!.StackStatus, wanted, reasons.filter(Boolean).join("\n"));
  };
  await client.CreateStack({ StackName: "net", TemplateBody: templateOf(53, "10") });
  await settle("CREATE_COMPLETE");
  const { LoadBalancers } = await elb.DescribeLoadBalancers({ Names: ["net"] });
  const { LoadBalancerArn, Type, AvailabilityZones } = LoadBalancers![0]!;
  assert.equal(LoadBalancers![0]!.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic, "off");
  assert.equal(LoadBalancers![0]!.SecurityGroups!.length, 1);
  assert.equal(Type, "network");
  assert.match(AvailabilityZones![0]!.LoadBalancerAddresses![0]!.AllocationId!, /^eipalloc-/);
  const listenerOf = async () => (await elb.DescribeListeners({ LoadBalancerArn })).Listeners![0]!;
  const before = await listenerOf();
  await client.UpdateStack({ StackName: "net", TemplateBody: templateOf(5353, "20") });
  await settle("UPDATE_COMPLETE");
  const after = await listenerOf();
  assert.deepEqual([after.ListenerArn, after.Port], [before.ListenerArn, 5353]);
  const { ListenerArn } = after;
  const { Attributes } = await elb.DescribeListenerAttributes({ ListenerArn });
  assert.deepEqual(Attributes, [{ Key: "tcp.idle_timeout.seconds", Value: "600" }]);
  await client.DeleteStack({ StackName: "net" });
  await cloud.advance("2m");
  assert.deepEqual((await elb.DescribeLoadBalancers({})).LoadBalancers, []);
});

test("a stack reserves capacity for a load balancer, more of it, and gives it back", async (context) => {
  const cloud = createTestCloud();
  context.after(() => cloud.stop());
  const client = cloud.clients.cloudformation(cloud.caller);
  const elb = cloud.clients.elbv2(cloud.caller);
  const { Subnets } = await cloud.clients.ec2(cloud.caller).DescribeSubnets({});
  const templateOf = (CapacityUnits?: number) =>
    JSON.stringify({
      Resources: {
        Balancer: {
          Type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
          Properties: {
            Name: "web",
            Subnets: Subnets!.slice(0, 2).map(({ SubnetId }) => SubnetId),
            EnableCapacityReservationProvisionStabilize: true,
            ...(CapacityUnits && { MinimumLoadBalancerCapacity: { CapacityUnits } }),
          },
        },
      },
    });
  const reserved = async () => {
    await cloud.advance("1m");
    const { LoadBalancers } = await elb.DescribeLoadBalancers({ Names: ["web"] });
    const { MinimumLoadBalancerCapacity } = await elb.DescribeCapacityReservation({
      LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
    });
    return MinimumLoadBalancerCapacity?.CapacityUnits;
  };
  await client.CreateStack({ StackName: "web", TemplateBody: templateOf(100) });
  assert.equal(await reserved(), 100);
  await client.UpdateStack({ StackName: "web", TemplateBody: templateOf(250) });
  assert.equal(await reserved(), 250);
  await client.UpdateStack({ StackName: "web", TemplateBody: templateOf() });
  assert.equal(await reserved(), undefined);
});
