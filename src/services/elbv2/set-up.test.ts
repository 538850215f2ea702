import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { listeners } from "./records.ts";
import { createBalancedCloud, type BalancedCloud } from "./testing/balanced-cloud.ts";

const stateOf = async ({ elb }: BalancedCloud) => {
  const { LoadBalancers } = await elb.DescribeLoadBalancers({});
  return LoadBalancers![0]!.State;
};

const interfacesOf = async ({ ec2 }: BalancedCloud) => {
  const { NetworkInterfaces } = await ec2.DescribeNetworkInterfaces({
    Filters: [{ Name: "description", Values: ["ELB *"] }],
  });
  return NetworkInterfaces!;
};

/** The mapping of a subnet to an address that is gone by the time that it is wanted. */
async function goneAddress({ ec2 }: BalancedCloud, SubnetId: string) {
  const { AllocationId } = await ec2.AllocateAddress({});
  const release = () => ec2.ReleaseAddress({ AllocationId });
  const reason = `The allocation ID '${AllocationId}' does not exist`;
  return { mapping: { SubnetId, AllocationId: AllocationId! }, release, reason };
}

test("a load balancer that does not get its interfaces has failed, and says why", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { mapping, release, reason } = await goneAddress(cloud, cloud.subnets[0]!);
  const { LoadBalancerArn } = await cloud.createBalancer("net", {
    Type: "network",
    Subnets: undefined,
    SubnetMappings: [mapping],
  });
  await release();
  const { TargetGroupArn } = await cloud.createGroup({ Protocol: "TCP" });
  await cloud.elb.CreateListener({
    LoadBalancerArn,
    Protocol: "TCP",
    Port: 8080,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  await cloud.advance("1m");
  assert.deepEqual(await stateOf(cloud), { Code: "provisioning" });
  const [listener] = await cloud.store.transaction((tx) => listeners.list(tx, cloud.caller));
  const at = Object.values(listener!.boundByZone!)[0]!;
  // Without a target it resets who comes.
  const isOpen = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(at);
      socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "ECONNREFUSED"));
      socket.on("close", () => resolve(true)).on("connect", () => socket.destroy());
    });
  assert.equal(await isOpen(), true);
  await cloud.advance("2m");
  assert.deepEqual(await stateOf(cloud), { Code: "failed", Reason: reason });
  assert.equal(await isOpen(), false);
  // It is tried again when it is changed.
  await cloud.elb.SetSubnets({ LoadBalancerArn, Subnets: [cloud.subnets[1]!] });
  await cloud.advance("1m");
  assert.deepEqual(await stateOf(cloud), { Code: "active" });
  assert.equal((await interfacesOf(cloud)).length, 1);
  await cloud.elb.DeleteLoadBalancer({ LoadBalancerArn });
  await cloud.advance("1m");
  assert.deepEqual(await interfacesOf(cloud), []);
});

test("one that serves and does not get what more it should have is impaired until it does", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb, subnets } = cloud;
  const { LoadBalancerArn } = await cloud.createBalancer("net", {
    Type: "network",
    Subnets: [subnets[0]!],
  });
  await cloud.advance("1s");
  assert.deepEqual(await stateOf(cloud), { Code: "active" });
  const { mapping, release, reason } = await goneAddress(cloud, subnets[1]!);
  await elb.SetSubnets({ LoadBalancerArn, SubnetMappings: [{ SubnetId: subnets[0]! }, mapping] });
  await release();
  await cloud.advance("1m");
  assert.deepEqual(await stateOf(cloud), { Code: "active" });
  await cloud.advance("2m");
  assert.deepEqual(await stateOf(cloud), { Code: "active_impaired", Reason: reason });
  await elb.SetSubnets({ LoadBalancerArn, Subnets: [subnets[0]!] });
  await cloud.advance("1m");
  assert.deepEqual(await stateOf(cloud), { Code: "active" });
});
