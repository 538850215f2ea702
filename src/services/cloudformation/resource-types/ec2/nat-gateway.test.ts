import assert from "node:assert/strict";
import { test } from "node:test";
import { createStackTest } from "../../testing/stacks.ts";

const gateway = (properties: object) =>
  JSON.stringify({
    Resources: {
      First: { Type: "AWS::EC2::EIP" },
      Second: { Type: "AWS::EC2::EIP" },
      Third: { Type: "AWS::EC2::EIP" },
      Nat: { Type: "AWS::EC2::NatGateway", Properties: properties },
    },
  });

async function stackOf(properties: object) {
  const stack = createStackTest();
  const { cloud, client } = stack;
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { Subnets } = await ec2.DescribeSubnets({});
  const { SubnetId } = Subnets![0]!;
  await client.CreateStack({
    StackName: "net",
    TemplateBody: gateway({ SubnetId, ...properties }),
  });
  await cloud.advance("3m");
  assert.equal(await stack.status("net"), "CREATE_COMPLETE");
  return {
    cloud,
    async update(changed: object) {
      await client.UpdateStack({
        StackName: "net",
        TemplateBody: gateway({ SubnetId, ...changed }),
      });
      await cloud.advance("3m");
      assert.equal(await stack.status("net"), "UPDATE_COMPLETE");
    },
    async secondary() {
      const { NatGateways } = await ec2.DescribeNatGateways({
        NatGatewayIds: [await stack.physical("net", "Nat")],
      });
      return NatGateways![0]!.NatGatewayAddresses!.filter(({ IsPrimary }) => !IsPrimary);
    },
  };
}

const allocation = (name: string) => ({ "Fn::GetAtt": [name, "AllocationId"] });

test("a public gateway's secondary addresses come and go with the template", async (t) => {
  const AllocationId = allocation("First");
  const stack = await stackOf({ AllocationId, SecondaryAllocationIds: [allocation("Second")] });
  t.after(() => stack.cloud.stop());
  const [second, ...none] = await stack.secondary();
  assert.deepEqual(none, []);
  await stack.update({
    AllocationId,
    SecondaryAllocationIds: [allocation("Second"), allocation("Third")],
  });
  const [kept, third] = await stack.secondary();
  assert.equal(kept!.AllocationId, second!.AllocationId);
  assert.notEqual(third!.AllocationId, second!.AllocationId);
  await stack.update({ AllocationId, SecondaryAllocationIds: [allocation("Third")] });
  assert.deepEqual(
    (await stack.secondary()).map((one) => one.AllocationId),
    [third!.AllocationId],
  );
});

test("a private gateway's secondary addresses are as many as the template says", async (t) => {
  const stack = await stackOf({ ConnectivityType: "private", SecondaryPrivateIpAddressCount: 2 });
  t.after(() => stack.cloud.stop());
  const first = (await stack.secondary()).map(({ PrivateIp }) => PrivateIp);
  assert.equal(first.length, 2);
  await stack.update({ ConnectivityType: "private", SecondaryPrivateIpAddressCount: 3 });
  const grown = (await stack.secondary()).map(({ PrivateIp }) => PrivateIp);
  assert.deepEqual(grown.slice(0, 2), first);
  assert.equal(grown.length, 3);
  await stack.update({ ConnectivityType: "private" });
  assert.deepEqual(await stack.secondary(), []);
});
