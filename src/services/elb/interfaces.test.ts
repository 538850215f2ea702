import assert from "node:assert/strict";
import { test } from "node:test";
import { createClassicCloud } from "./testing/classic-cloud.ts";

test("a Classic Load Balancer has an interface in each of its subnets", async (context) => {
  const cloud = await createClassicCloud(context);
  const { elb, ec2 } = cloud;
  const { Subnets } = await ec2.DescribeSubnets({});
  const [first, second] = Subnets!.map(({ SubnetId }) => SubnetId!);
  const { GroupId } = await ec2.CreateSecurityGroup({ GroupName: "web", Description: "web" });
  const name = { LoadBalancerName: "web" };
  const create = () =>
    elb.CreateLoadBalancer({
      ...name,
      Subnets: [first!],
      SecurityGroups: [GroupId!],
      Listeners: [{ Protocol: "HTTP", LoadBalancerPort: 80, InstancePort: 80 }],
    });
  const look = async () => {
    const { NetworkInterfaces } = await ec2.DescribeNetworkInterfaces({
      Filters: [{ Name: "description", Values: ["ELB web"] }],
    });
    return NetworkInterfaces!;
  };
  await create();
  await cloud.advance("1s");
  const [eni] = await look();
  assert.equal(eni!.SubnetId, first);
  assert.equal(eni!.RequesterId, "amazon-elb");
  assert.equal(eni!.Attachment!.InstanceOwnerId, "amazon-elb");
  assert.equal(eni!.Association!.IpOwnerId, "amazon-elb");
  assert.deepEqual(eni!.Groups, [{ GroupId, GroupName: "web" }]);
  await elb.AttachLoadBalancerToSubnets({ ...name, Subnets: [second!] });
  await cloud.advance("1s");
  assert.equal((await look()).length, 2);
  await elb.DetachLoadBalancerFromSubnets({ ...name, Subnets: [first!] });
  await cloud.advance("1s");
  assert.deepEqual(
    (await look()).map((one) => one.SubnetId),
    [second],
  );
  await assert.rejects(ec2.DeleteSecurityGroup({ GroupId }), { code: "DependencyViolation" });

  // Another of its name has what is there, and does not lose it to the first one's end.
  await elb.DeleteLoadBalancer(name);
  await create();
  await cloud.advance("1m");
  const [again, ...others] = await look();
  assert.equal(again!.SubnetId, first);
  assert.deepEqual(others, []);

  await elb.DeleteLoadBalancer(name);
  // What Terraform would have to detach, and may not.
  const attached = await ec2.DescribeNetworkInterfaces({
    Filters: [
      { Name: "attachment.instance-owner-id", Values: ["amazon-elb"] },
      { Name: "description", Values: ["ELB web"] },
    ],
  });
  assert.deepEqual(attached.NetworkInterfaces, []);
  const [left] = await look();
  assert.deepEqual([left!.Status, left!.Attachment], ["available", undefined]);
  await assert.rejects(ec2.DeleteSecurityGroup({ GroupId }), { code: "DependencyViolation" });
  await cloud.advance("10s");
  assert.deepEqual(await look(), []);
  await ec2.DeleteSecurityGroup({ GroupId });
});

test("it needs eight free addresses in each of them", async (context) => {
  const cloud = await createClassicCloud(context);
  const { elb, ec2 } = cloud;
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: "10.9.0.0/16" });
  const { Subnet } = await ec2.CreateSubnet({ VpcId: Vpc!.VpcId, CidrBlock: "10.9.0.0/28" });
  const { SubnetId = "" } = Subnet!;
  for (let taken = 0; taken < 4; taken++) await ec2.CreateNetworkInterface({ SubnetId });
  await assert.rejects(
    elb.CreateLoadBalancer({
      LoadBalancerName: "inner",
      Scheme: "internal",
      Subnets: [SubnetId],
      Listeners: [{ Protocol: "HTTP", LoadBalancerPort: 80, InstancePort: 80 }],
    }),
    {
      code: "InvalidSubnet",
      message: `Not enough IP space available in ${SubnetId}. ELB requires at least 8 free IP addresses in each subnet.`,
    },
  );
});
