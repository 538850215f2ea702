import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { createScalingCloud } from "./testing/scaling-cloud.ts";

const name = { AutoScalingGroupName: "web" };
const rounds = 25;

/** What may befall a group, each by one call of somebody. */
async function fault(
  cloud: ReturnType<typeof createScalingCloud>,
  pick: (below: number) => number,
): Promise<void> {
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { ids } = await cloud.group();
  const { Instances = [] } = await cloud.autoscaling.DescribeWarmPool(name);
  const all = [...ids, ...Instances.map(({ InstanceId }) => InstanceId!)];
  const victim = all[pick(Math.max(1, all.length))];
  switch (pick(6)) {
    case 0:
      if (victim) await ec2.TerminateInstances({ InstanceIds: [victim] });
      return;
    case 1: {
      const running = ids[pick(Math.max(1, ids.length))];
      const { Reservations = [] } = await ec2.DescribeInstances({
        Filters: [
          { Name: "instance-id", Values: [running ?? "none"] },
          { Name: "instance-state-name", Values: ["running"] },
        ],
      });
      if (Reservations.length > 0) await ec2.StopInstances({ InstanceIds: [running!] });
      return;
    }
    case 2:
      if (victim && ids.includes(victim))
        await cloud.autoscaling.SetInstanceHealth({
          InstanceId: victim,
          HealthStatus: "Unhealthy",
        });
      return;
    case 3:
      await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 1 + pick(8) });
      return;
    case 4:
      await cloud.autoscaling.SuspendProcesses({
        ...name,
        ScalingProcesses: [["Launch", "Terminate", "AZRebalance", "HealthCheck"][pick(4)]!],
      });
      return;
    case 5:
      await cloud.autoscaling.ResumeProcesses(name);
  }
}

for (const seed of [1, 2, 3, 4])
  test(`whatever befalls a group with a warm pool, it converges (seed ${seed})`, async (t) => {
    const random = createSeededRandom(seed);
    const pick = (below: number) => Math.floor(random.next() * below);
    const cloud = createScalingCloud({ seed });
    t.after(() => cloud.stop());
    await cloud.createGroup({ DesiredCapacity: 3, MaxSize: 8 });
    await cloud.autoscaling.PutWarmPool({
      ...name,
      MaxGroupPreparedCapacity: 6,
      InstanceReusePolicy: { ReuseOnScaleIn: seed % 2 === 0 },
    });
    for (let round = 0; round < rounds; round++) {
      await fault(cloud, pick);
      await cloud.advance(`${1 + pick(40)}s`);
    }
    await cloud.autoscaling.ResumeProcesses(name);
    await cloud.advance("20m");
    const group = await cloud.group();
    assert.deepEqual(group.states, Array(group.desired).fill("InService"));
    const inZone = (zone: string) => group.zones.filter((one) => one === zone).length;
    assert.ok(Math.abs(inZone("us-east-1a") - inZone("us-east-1b")) <= 1);
    const { Instances = [] } = await cloud.autoscaling.DescribeWarmPool(name);
    assert.equal(Instances.length, Math.max(0, 6 - group.desired));
    assert.ok(Instances.every(({ LifecycleState }) => LifecycleState === "Warmed:Stopped"));
    // Nothing was left behind that no group knows.
    const { Reservations = [] } = await cloud.clients.ec2(cloud.caller).DescribeInstances({
      Filters: [
        { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
      ],
    });
    const machines = Reservations.flatMap((one) => one.Instances ?? []).length;
    assert.equal(machines, group.ids.length + Instances.length);
  });
