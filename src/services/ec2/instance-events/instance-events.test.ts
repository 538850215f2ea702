import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";
import { planEvent } from "./plan.ts";

const scope = { account: "123456789012", region: "us-east-1" };
const ask = (cloud: Ec2Cloud, method: "GET" | "POST" | "DELETE", body?: unknown, item?: string) =>
  cloud.host.askOwn("ec2", "instance-events", { method, item, body, scope }) as Promise<
    Record<string, string>
  >;

async function running(cloud: Ec2Cloud) {
  const [id] = await cloud.run();
  await cloud.advance("2m");
  return id!;
}

const eventsOf = async (cloud: Ec2Cloud, id: string) => {
  const { InstanceStatuses } = await cloud.ec2.DescribeInstanceStatus({
    InstanceIds: [id],
    IncludeAllInstances: true,
  });
  return InstanceStatuses![0]!.Events ?? [];
};

test("a scheduled stop is announced, can be moved, and happens", async () => {
  const cloud = createEc2Cloud();
  const InstanceId = await running(cloud);
  const made = await ask(cloud, "POST", { instance: InstanceId, code: "instance-stop", in: "1h" });
  const [event] = await eventsOf(cloud, InstanceId);
  assert.deepEqual(
    [event!.Code, event!.InstanceEventId, event!.NotBefore!.getTime() - cloud.clock.now()],
    ["instance-stop", made["eventId"], 3_600_000],
  );
  const NotBefore = new Date(cloud.clock.now() + 7_200_000);
  await cloud.ec2.ModifyInstanceEventStartTime({
    InstanceId,
    InstanceEventId: event!.InstanceEventId,
    NotBefore,
  });
  await cloud.advance("90m");
  assert.equal(await cloud.stateOf(InstanceId), "running");
  await cloud.advance("40m");
  assert.equal(await cloud.stateOf(InstanceId), "stopped");
  const [over] = await eventsOf(cloud, InstanceId);
  assert.equal(over!.Description, "[Completed] The instance is scheduled to be stopped");
  await assert.rejects(
    cloud.ec2.ModifyInstanceEventStartTime({
      InstanceId,
      InstanceEventId: event!.InstanceEventId,
      NotBefore,
    }),
    { code: "InvalidInstanceEventIDNotFound" },
  );
  await cloud.advance("8d");
  assert.deepEqual(await eventsOf(cloud, InstanceId), []);
  await cloud.stop();
});

test("a scheduled reboot reboots; a canceled one does not; filters find them", async () => {
  const cloud = createEc2Cloud();
  const id = await running(cloud);
  const made = await ask(cloud, "POST", { instance: id, code: "system-reboot", in: "10m" });
  const { InstanceStatuses } = await cloud.ec2.DescribeInstanceStatus({
    Filters: [{ Name: "event.code", Values: ["system-reboot"] }],
  });
  assert.equal(InstanceStatuses!.length, 1);
  await ask(cloud, "DELETE", undefined, made["eventId"]);
  const [event] = await eventsOf(cloud, id);
  assert.match(event!.Description!, /^\[Canceled\]/);
  await ask(cloud, "POST", { instance: id, code: "instance-reboot", in: "5m" });
  await cloud.advance("6m");
  assert.equal(await cloud.stateOf(id), "running");
  const told = (await eventsOf(cloud, id)).map(({ Description }) => Description!.split(" ")[0]);
  assert.deepEqual(
    told.toSorted((a, b) => (a! < b! ? -1 : 1)),
    ["[Canceled]", "[Completed]"],
  );
  await assert.rejects(ask(cloud, "POST", { instance: id, code: "meteorite" }), RangeError);
  await cloud.stop();
});

test("an instance that its user moves to another host has nothing to fear any more", () => {
  const event = {
    eventId: "instance-event-1",
    instanceId: "i-1",
    code: "instance-retirement",
    description: "",
    notBeforeMs: 1000,
    notAfterMs: 2000,
    deadlineMs: 3000,
    state: "active",
  } as const;
  assert.deepEqual(planEvent(event, "running", 0), { do: "wait", afterMs: 1000 });
  assert.deepEqual(planEvent(event, "running", 1000), { do: "stop" });
  assert.deepEqual(planEvent(event, "stopping", 0), { do: "complete" });
  const maintenance = { ...event, code: "system-maintenance" } as const;
  assert.deepEqual(planEvent(maintenance, "running", 1500), { do: "wait", afterMs: 500 });
  assert.deepEqual(planEvent(maintenance, "running", 2000), { do: "complete" });
  assert.deepEqual(planEvent(event, undefined, 0), { do: "forget" });
});
