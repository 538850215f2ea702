import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

const scope = { account: "123456789012", region: "us-east-1" };

interface Shown {
  experimentId: string;
  state: string;
  reason?: string;
  actions: Record<
    string,
    { state: string; instanceIds: string[]; startTime?: string; reason?: string }
  >;
}

function experimentsOf(cloud: Ec2Cloud) {
  const ask = (method: "GET" | "POST" | "DELETE", body?: unknown, item?: string) =>
    cloud.host.askOwn("ec2", "experiments", { method, item, body, scope }) as Promise<Shown>;
  return {
    begin: (template: unknown) => ask("POST", template),
    get: (id: string) => ask("GET", undefined, id),
    stop: (id: string) => ask("DELETE", undefined, id),
  };
}

async function launchWeb(cloud: Ec2Cloud, count: number): Promise<string[]> {
  const { Instances } = await cloud.ec2.RunInstances({
    ImageId: cloud.imageId,
    InstanceType: "t3.micro",
    MinCount: count,
    MaxCount: count,
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "web" }] }],
  });
  await cloud.advance("2m");
  return Instances!.map(({ InstanceId }) => InstanceId!);
}

const web = (selectionMode: string) => ({
  resourceType: "aws:ec2:instance",
  resourceTags: { Name: "web" },
  filters: [{ path: "State.Name", values: ["running"] }],
  selectionMode,
});

test("the user guide's stop and start: half of the instances stop, and start after their time", async () => {
  const cloud = createEc2Cloud();
  const experiments = experimentsOf(cloud);
  await launchWeb(cloud, 4);
  const begun = await experiments.begin({
    description: "stop half",
    stopConditions: [{ source: "none" }],
    targets: { half: web("PERCENT(50)") },
    actions: {
      stop: {
        actionId: "aws:ec2:stop-instances",
        parameters: { startInstancesAfterDuration: "PT3M" },
        targets: { Instances: "half" },
      },
      settle: { actionId: "aws:fis:wait", parameters: { duration: "PT1M" }, startAfter: ["stop"] },
    },
  });
  const ids = begun.actions["stop"]!.instanceIds;
  assert.equal(ids.length, 2);
  await cloud.advance("1m");
  for (const id of ids) assert.equal(await cloud.stateOf(id), "stopped");
  const during = await experiments.get(begun.experimentId);
  assert.equal(during.actions["stop"]!.state, "running");
  assert.equal(during.actions["settle"]!.state, "pending");
  await cloud.advance("2m50s");
  for (const id of ids) assert.equal(await cloud.stateOf(id), "running");
  assert.equal((await experiments.get(begun.experimentId)).state, "running");
  await cloud.advance("1m");
  assert.equal((await experiments.get(begun.experimentId)).state, "completed");
  await cloud.stop();
});

test("an alarm stops an experiment, and what it did is taken back", async () => {
  const cloud = createEc2Cloud();
  const experiments = experimentsOf(cloud);
  const [id] = (await launchWeb(cloud, 1)) as [string];
  const cloudwatch = cloud.clients.cloudwatch(cloud.caller);
  await cloudwatch.PutMetricAlarm({
    AlarmName: "errors",
    Namespace: "Shop",
    MetricName: "Errors",
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: "GreaterThanThreshold",
  });
  const { experimentId } = await experiments.begin({
    stopConditions: [
      {
        source: "aws:cloudwatch:alarm",
        value: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors",
      },
    ],
    targets: { one: web("ALL") },
    actions: {
      pause: {
        actionId: "fogbank:ec2:pause-instances",
        parameters: { duration: "PT30M" },
        targets: { Instances: "one" },
      },
      after: {
        actionId: "aws:ec2:terminate-instances",
        targets: { Instances: "one" },
        startAfter: ["pause"],
      },
    },
  });
  cloud.simulated.offer(id, 10);
  await cloud.advance("40s");
  const paused = cloud.simulated.load(id).served;
  await cloud.advance("30s");
  assert.equal(cloud.simulated.load(id).served, paused);
  await cloudwatch.SetAlarmState({ AlarmName: "errors", StateValue: "ALARM", StateReason: "test" });
  await cloud.advance("30s");
  const stopped = await experiments.get(experimentId);
  assert.equal(stopped.state, "stopped");
  assert.equal(stopped.reason, "Experiment halted by stop condition errors");
  assert.equal(stopped.actions["pause"]!.state, "stopped");
  assert.equal(stopped.actions["after"]!.state, "skipped");
  await cloud.advance("30s");
  assert.ok(cloud.simulated.load(id).served > paused);
  await cloud.stop();
});

test("volumes chosen by tag stand still for their time", async () => {
  const cloud = createEc2Cloud();
  const experiments = experimentsOf(cloud);
  const { VolumeId } = await cloud.ec2.CreateVolume({
    AvailabilityZone: "us-east-1a",
    Size: 1,
    TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "Name", Value: "data" }] }],
  });
  const begun = await experiments.begin({
    targets: {
      disks: {
        resourceType: "aws:ec2:ebs-volume",
        resourceTags: { Name: "data" },
        selectionMode: "ALL",
      },
    },
    actions: {
      pause: {
        actionId: "aws:ebs:pause-volume-io",
        parameters: { duration: "PT2M" },
        targets: { Volumes: "disks" },
      },
    },
  });
  await cloud.advance("10s");
  const faults = async () => {
    const asked = { method: "GET" as const, item: undefined, body: undefined, scope };
    const { faults } = (await cloud.host.askOwn("ec2", "faults", asked)) as {
      faults: { kind: string; volume: string; impossible?: string }[];
    };
    return faults.map(({ kind, volume, impossible }) => ({ kind, volume, impossible }));
  };
  const impossible = "simulated machines have no disks";
  assert.deepEqual(await faults(), [{ kind: "stall", volume: VolumeId, impossible }]);
  await cloud.advance("2m");
  assert.deepEqual(await faults(), []);
  assert.equal((await experiments.get(begun.experimentId)).state, "completed");
  await cloud.stop();
});

test("an assertion that does not hold fails the experiment", async () => {
  const cloud = createEc2Cloud();
  const experiments = experimentsOf(cloud);
  const { experimentId } = await experiments.begin({
    actions: {
      steady: {
        actionId: "aws:cloudwatch:assert-alarm-state",
        parameters: { alarmArns: "arn:aws:cloudwatch:us-east-1:1:alarm:none", alarmStates: "OK" },
      },
    },
  });
  await cloud.advance("30s");
  const { state, reason } = await experiments.get(experimentId);
  assert.deepEqual([state, reason], ["failed", "steady: alarm none is not there, not OK"]);
  await cloud.stop();
});

const wait = (startAfter: string[]) => ({
  actionId: "aws:fis:wait",
  parameters: { duration: "PT1M" },
  startAfter,
});
const refused: [template: unknown, message: RegExp][] = [
  [{ actions: {} }, /at least one action/],
  [{ actions: { a: { actionId: "aws:rds:failover-db-cluster" } } }, /is not supported/],
  [{ actions: { a: { actionId: "aws:fis:wait" } } }, /needs duration/],
  [{ actions: { a: wait(["b"]), b: wait(["a"]) } }, /circle/],
  [{ actions: { a: wait(["c"]) } }, /starts after c, which is not there/],
  [
    { targets: { t: web("ALL") }, actions: { a: wait([]) } },
    /Target resolution returned empty set/,
  ],
  [{ targets: { t: web("SOME") }, actions: { a: wait([]) } }, /selectionMode/],
];

for (const [template, message] of refused)
  test(`a template is refused: ${message.source}`, async () => {
    const cloud = createEc2Cloud();
    await assert.rejects(experimentsOf(cloud).begin(template), { name: "RangeError", message });
    await cloud.stop();
  });

test("AWS's document for packet loss is a fault of the machines for as long as it lasts", async () => {
  const cloud = createEc2Cloud();
  const [id] = (await launchWeb(cloud, 1)) as [string];
  const faults = async () => {
    const ask = { method: "GET" as const, item: undefined, body: undefined, scope };
    return ((await cloud.host.askOwn("ec2", "faults", ask)) as { faults: object[] }).faults;
  };
  await experimentsOf(cloud).begin({
    targets: { one: web("COUNT(1)") },
    actions: {
      lose: {
        actionId: "aws:ssm:send-command",
        parameters: {
          documentArn: "arn:aws:ssm:us-east-1::document/AWSFIS-Run-Network-Packet-Loss",
          documentParameters: '{"LossPercent":"15","DurationSeconds":"60"}',
          duration: "PT1M",
        },
        targets: { Instances: "one" },
      },
    },
  });
  await cloud.advance("20s");
  const [fault] = (await faults()) as { kind: string; instance: string; packetLoss: number }[];
  assert.deepEqual([fault!.kind, fault!.instance, fault!.packetLoss], ["packets", id, 0.15]);
  await cloud.advance("1m");
  assert.deepEqual(await faults(), []);
  await cloud.stop();
});
