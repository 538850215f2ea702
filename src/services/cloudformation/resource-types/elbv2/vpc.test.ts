import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const id = (name: string) => ({ Ref: name });
const subnet = (zone: number) => ({
  Type: "AWS::EC2::Subnet",
  Properties: {
    VpcId: id("Vpc"),
    CidrBlock: `10.9.${zone}.0/24`,
    AvailabilityZone: { "Fn::Select": [zone, { "Fn::GetAZs": "" }] },
  },
});

/** Load balancers of every kind in a VPC of the stack's own. */
const template = {
  Resources: {
    Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.9.0.0/16" } },
    Gateway: { Type: "AWS::EC2::InternetGateway" },
    Attachment: {
      Type: "AWS::EC2::VPCGatewayAttachment",
      Properties: { VpcId: id("Vpc"), InternetGatewayId: id("Gateway") },
    },
    A: subnet(0),
    B: subnet(1),
    Clients: {
      Type: "AWS::EC2::SecurityGroup",
      Properties: { GroupDescription: "who comes in", VpcId: id("Vpc") },
    },
    Application: {
      Type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
      DependsOn: "Attachment",
      Properties: { Subnets: [id("A"), id("B")], SecurityGroups: [id("Clients")] },
    },
    Address: { Type: "AWS::EC2::EIP", DependsOn: "Attachment", Properties: { Domain: "vpc" } },
    Network: {
      Type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
      DependsOn: "Attachment",
      Properties: {
        Type: "network",
        SubnetMappings: [
          { SubnetId: id("A"), AllocationId: { "Fn::GetAtt": ["Address", "AllocationId"] } },
        ],
      },
    },
    Inner: {
      Type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
      Properties: {
        Type: "network",
        Scheme: "internal",
        SubnetMappings: [{ SubnetId: id("A"), PrivateIPv4Address: "10.9.0.77" }],
      },
    },
    Classic: {
      Type: "AWS::ElasticLoadBalancing::LoadBalancer",
      DependsOn: "Attachment",
      Properties: {
        Subnets: [id("A")],
        SecurityGroups: [id("Clients")],
        Listeners: [{ InstancePort: "80", LoadBalancerPort: "80", Protocol: "HTTP" }],
      },
    },
  },
};

test("a stack of a VPC and load balancers is deleted while their interfaces still linger", async (context) => {
  const cloud = createTestCloud();
  context.after(() => cloud.stop());
  const client = cloud.clients.cloudformation(cloud.caller);
  const ec2 = cloud.clients.ec2(cloud.caller);
  const StackName = "balanced";
  const interfaces = async () => {
    const { NetworkInterfaces } = await ec2.DescribeNetworkInterfaces({
      Filters: [{ Name: "requester-id", Values: ["amazon-elb"] }],
    });
    return NetworkInterfaces!;
  };
  const { StackId = "" } = await client.CreateStack({
    StackName,
    TemplateBody: JSON.stringify(template),
  });
  await cloud.advance("2m");
  const { Stacks } = await client.DescribeStacks({ StackName });
  assert.equal(Stacks![0]!.StackStatus, "CREATE_COMPLETE");
  assert.equal((await interfaces()).length, 5);
  await client.DeleteStack({ StackName });
  await cloud.advance("2m");
  const { Stacks: gone } = await client.DescribeStacks({ StackName: StackId });
  const { StackEvents } = await client.DescribeStackEvents({ StackName: StackId });
  const failed = StackEvents!.filter((one) => one.ResourceStatus === "DELETE_FAILED");
  assert.deepEqual(
    failed.map((one) => [one.LogicalResourceId, one.ResourceStatusReason]),
    [],
  );
  assert.equal(gone![0]!.StackStatus, "DELETE_COMPLETE");
  assert.deepEqual(await interfaces(), []);
});
