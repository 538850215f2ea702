import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "#store/memory.ts";
import { createCountingStore } from "./testing/counting-store.ts";
import { createScalingCloud } from "./testing/scaling-cloud.ts";

const name = { AutoScalingGroupName: "web" };

test("what one instance costs does not grow with its group", async (t) => {
  const readsOf = async (size: number) => {
    const store = createCountingStore(createMemoryStore());
    const cloud = createScalingCloud({ store });
    t.after(() => cloud.stop());
    await cloud.createGroup({ DesiredCapacity: size, MaxSize: size + 1 });
    await cloud.advance("3m");
    assert.equal((await cloud.group()).states.filter((one) => one === "InService").length, size);
    // Just after a look at everybody's health.
    await cloud.advance("1s");
    store.taken();
    await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: size + 1 });
    await cloud.advance("10s");
    const { autoscaling = 0 } = store.taken();
    await cloud.advance("2m");
    assert.equal((await cloud.group()).states.length, size + 1);
    return autoscaling;
  };
  const [few, many] = [await readsOf(20), await readsOf(220)] as const;
  assert.ok(many - few < 20, `${few} records are read in a group of 20, ${many} in one of 220`);
});

test("members that change apart from the group's passes are seen at the next one", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 4 });
  await cloud.advance("3m");
  const [ill, kept, gone] = (await cloud.group()).ids;
  await cloud.autoscaling.SetInstanceHealth({ InstanceId: ill!, HealthStatus: "Unhealthy" });
  await cloud.autoscaling.SetInstanceProtection({
    ...name,
    InstanceIds: [kept!],
    ProtectedFromScaleIn: true,
  });
  await cloud.clients.ec2(cloud.caller).TerminateInstances({ InstanceIds: [gone!] });
  await cloud.advance("5m");
  const { ids, states } = await cloud.group();
  assert.deepEqual(states, Array(4).fill("InService"));
  assert.ok(!ids.includes(ill!) && !ids.includes(gone!) && ids.includes(kept!));
  await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 1 });
  await cloud.advance("5m");
  assert.deepEqual((await cloud.group()).ids, [kept]);
});
