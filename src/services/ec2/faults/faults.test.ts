import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

const scope = { account: "123456789012", region: "us-east-1" };

function faultsOf(cloud: Ec2Cloud) {
  const ask = (method: "GET" | "POST" | "DELETE", body?: unknown, item?: string) =>
    cloud.host.askOwn("ec2", "faults", { method, item, body, scope });
  return {
    begin: (body: unknown) => ask("POST", body) as Promise<{ faultId: string }>,
    list: async () => ((await ask("GET")) as { faults: { impossible?: string }[] }).faults,
    heal: (item?: string) => ask("DELETE", undefined, item),
  };
}

async function systemStatus(cloud: Ec2Cloud, id: string) {
  const { InstanceStatuses } = await cloud.ec2.DescribeInstanceStatus({ InstanceIds: [id] });
  return InstanceStatuses![0]?.SystemStatus?.Status;
}

test("an instance that loses its power recovers by itself, with its id and its addresses", async () => {
  const cloud = createEc2Cloud();
  const faults = faultsOf(cloud);
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("3m");
  const describe = async () => {
    const { Reservations } = await cloud.ec2.DescribeInstances({ InstanceIds: [id] });
    const { PrivateIpAddress, PublicIpAddress, BlockDeviceMappings, LaunchTime } =
      Reservations![0]!.Instances![0]!;
    return { PrivateIpAddress, PublicIpAddress, BlockDeviceMappings, LaunchTime };
  };
  const before = await describe();
  assert.equal(await systemStatus(cloud, id), "ok");
  await faults.begin({ kind: "kill", instance: id });
  await cloud.advance("10s");
  assert.equal(await systemStatus(cloud, id), "impaired");
  assert.deepEqual(await faults.list(), [], "it happened once");
  await cloud.advance("5m");
  assert.equal(await systemStatus(cloud, id), "ok");
  assert.deepEqual(await describe(), before);
  await cloud.stop();
});

test("a zone without power takes its machines down, starts none, and heals", async () => {
  const cloud = createEc2Cloud();
  const faults = faultsOf(cloud);
  const launch = async (AvailabilityZone: string) => {
    const { Instances } = await cloud.ec2.RunInstances({
      ImageId: cloud.imageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      Placement: { AvailabilityZone },
    });
    return Instances![0]!.InstanceId!;
  };
  const [here, there, stopped] = [
    await launch("us-east-1a"),
    await launch("us-east-1b"),
    await launch("us-east-1a"),
  ] as const;
  await cloud.advance("3m");
  await cloud.ec2.StopInstances({ InstanceIds: [stopped] });
  await cloud.advance("1m");
  await faults.begin({ kind: "power-cut", zone: "us-east-1a" });
  await cloud.advance("10m");
  assert.equal(await systemStatus(cloud, here), "impaired");
  assert.equal(await systemStatus(cloud, there), "ok");
  const lacksCapacity = { code: "InsufficientInstanceCapacity", status: 500 };
  await assert.rejects(launch("us-east-1a"), lacksCapacity);
  await assert.rejects(cloud.ec2.StartInstances({ InstanceIds: [stopped] }), lacksCapacity);
  await cloud.ec2.RebootInstances({ InstanceIds: [here] });
  await cloud.advance("5m");
  assert.equal(await systemStatus(cloud, here), "impaired");
  await faults.heal();
  await cloud.advance("5m");
  assert.equal(await systemStatus(cloud, here), "ok");
  assert.deepEqual(await faults.list(), []);
  await launch("us-east-1a");
  await cloud.stop();
});

test("a paused machine serves nothing until its time is over; a slow one less", async () => {
  const cloud = createEc2Cloud();
  const faults = faultsOf(cloud);
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("2m");
  cloud.simulated.offer(id, 50);
  const served = async () => {
    const before = cloud.simulated.load(id).served;
    await cloud.advance("1m");
    return cloud.simulated.load(id).served - before;
  };
  assert.equal(Math.round(await served()), 3000);
  await faults.begin({ kind: "pause", instance: id, for: "2m" });
  await cloud.advance("5s");
  assert.equal(await served(), 0);
  await cloud.advance("3m");
  assert.deepEqual(await faults.list(), []);
  cloud.simulated.offer(id, 400);
  const slow = await faults.begin({ kind: "slow", instance: id, cpuShare: 0.25 });
  await cloud.advance("1m");
  assert.equal(Math.round(await served()), 60 * 50);
  await faults.heal(slow.faultId);
  await cloud.advance("5s");
  assert.ok((await served()) > 10_000);
  await cloud.stop();
});

test("what a driver cannot do is told", async () => {
  const cloud = createEc2Cloud();
  const faults = faultsOf(cloud);
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("2m");
  await faults.begin({ kind: "packets", instance: id, packetLoss: 0.3 });
  await cloud.advance("5s");
  const [shown] = await faults.list();
  assert.match(shown!.impossible!, /has no packets/);
  await faults.heal();
  await cloud.advance("5s");
  await faults.begin({ kind: "close-port", instance: id, port: 80 });
  await cloud.advance("5s");
  const [closed] = await faults.list();
  assert.match(closed!.impossible!, /a simulated machine runs no commands/);
  await faults.heal();
  await cloud.advance("5s");
  assert.deepEqual(await faults.list(), []);
  await cloud.stop();
});

test("a classic load balancer's name stands for its instances and the port that it sends to", async () => {
  const cloud = createEc2Cloud();
  const [id] = (await cloud.run()) as [string];
  const elb = cloud.clients.elb(cloud.caller);
  const LoadBalancerName = "classic";
  await elb.CreateLoadBalancer({
    LoadBalancerName,
    AvailabilityZones: ["us-east-1a"],
    Listeners: [{ Protocol: "HTTP", LoadBalancerPort: 80, InstancePort: 8080 }],
  });
  const faults = faultsOf(cloud);
  await assert.rejects(faults.begin({ targetGroup: "classic" }), { message: /has no instance/ });
  await elb.RegisterInstancesWithLoadBalancer({
    LoadBalancerName,
    Instances: [{ InstanceId: id }],
  });
  const fault = await faults.begin({ targetGroup: "classic" });
  const { faultId: _id, ...shown } = fault as Record<string, unknown>;
  assert.equal(shown["kind"], "close-port");
  assert.equal(shown["instance"], id);
  await cloud.stop();
});

const refused: [wish: unknown, message: RegExp][] = [
  [{ kind: "melt", instance: "i-1" }, /kind is one of kill, power-cut/],
  [{ kind: "kill" }, /one instance or of one zone/],
  [{ kind: "kill", instance: "i-0123456789abcdef0" }, /there is no instance i-0123456789abcdef0/],
  [{ kind: "power-cut", zone: "us-east-1z" }, /there is no zone us-east-1z/],
  [{ kind: "slow", instance: "i-1", cpuShare: 2 }, /cpuShare is a number from 0 to 1/],
  [{ kind: "kill", instance: "i-1", for: "2m" }, /happens once/],
  [{ kind: "kill", instance: "i-1", force: true }, /has no "force"/],
  [{ targetGroup: "web" }, /target groups/i],
];

for (const [wish, message] of refused)
  test(`${JSON.stringify(wish)} is refused`, async () => {
    const cloud = createEc2Cloud();
    await assert.rejects(faultsOf(cloud).begin(wish), { name: "RangeError", message });
    await cloud.stop();
  });
