import assert from "node:assert/strict";
import { get } from "node:http";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import {
  createProcessHarness,
  type ProcessHarness,
} from "#compute/process/testing/process-harness.ts";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

const page = `require("node:http").createServer((q, s) => s.end("here")).listen(8080, process.env.HOST)`;
const userData = `#!/bin/sh
nohup node -e '${page}' >/dev/null 2>&1 &
`;

const scope = { account: "123456789012", region: "us-east-1" };

async function onMachines(
  run: (cloud: Ec2Cloud, harness: ProcessHarness, id: string) => Promise<void>,
): Promise<void> {
  const harness = await createProcessHarness();
  const cloud = createEc2Cloud({ compute: harness.driver });
  try {
    const { Instances } = await cloud.ec2.RunInstances({
      ImageId: cloud.imageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      UserData: Buffer.from(userData).toString("base64"),
    });
    const id = Instances![0]!.InstanceId!;
    await until(cloud, harness, async () => (await cloud.stateOf(id)) === "running");
    await run(cloud, harness, id);
  } finally {
    await cloud.stop();
    await harness.dispose();
  }
}

const until = (cloud: Ec2Cloud, harness: ProcessHarness, holds: () => Promise<boolean>) =>
  eventually(holds.toString(), holds, async () => {
    await harness.pass();
    await cloud.advance("1s");
  });

for (const [action, done] of [
  ["stop", async (cloud, _harness, id) => (await cloud.stateOf(id)) === "stopped"],
  ["terminate", async (cloud, _harness, id) => (await cloud.stateOf(id)) === "terminated"],
  ["reboot", async (_cloud, harness, id) => (await harness.record(id)).boots > 1],
] as [string, (cloud: Ec2Cloud, harness: ProcessHarness, id: string) => Promise<boolean>][])
  test(`an alarm's action ${action} reaches the machine`, () =>
    onMachines(async (cloud, harness, id) => {
      const cloudwatch = cloud.clients.cloudwatch(cloud.caller);
      await cloudwatch.PutMetricAlarm({
        AlarmName: "act",
        Namespace: "AWS/EC2",
        MetricName: "CPUUtilization",
        Dimensions: [{ Name: "InstanceId", Value: id }],
        Statistic: "Average",
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 90,
        ComparisonOperator: "GreaterThanThreshold",
        AlarmActions: [`arn:aws:automate:us-east-1:ec2:${action}`],
      });
      await cloudwatch.SetAlarmState({
        AlarmName: "act",
        StateValue: "ALARM",
        StateReason: "test",
      });
      await until(cloud, harness, () => done(cloud, harness, id));
      const { AlarmHistoryItems = [] } = await cloudwatch.DescribeAlarmHistory({
        AlarmName: "act",
        HistoryItemType: "Action",
      });
      assert.match(AlarmHistoryItems[0]!.HistorySummary!, /^Successfully executed action/);
      if (action === "reboot") assert.equal(await cloud.stateOf(id), "running");
      else assert.equal(await harness.driver.reach(id, 80), undefined);
    }));

/** Whether the machine's server answers in time: where it does, nobody waits for so long. */
async function answers(harness: ProcessHarness, id: string, timeout = 30_000): Promise<boolean> {
  const reach = await harness.driver.reach(id, 8080);
  if (!reach || !("host" in reach)) return false;
  return new Promise((done) => {
    const request = get({ ...reach, timeout, agent: false }, (reply) => {
      reply.resume();
      done(true);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => done(false));
  });
}

test("a machine loses packets for as long as the fault lasts", (t) =>
  onMachines(async (cloud, harness, id) => {
    if ((await harness.record(id)).networkMap === undefined)
      return t.skip("this host loses no machine's packets");
    await until(cloud, harness, () => answers(harness, id));
    const ask = (method: "GET" | "POST" | "DELETE", body?: unknown) =>
      cloud.host.askOwn("ec2", "faults", { method, item: undefined, body, scope });
    const shown = async () =>
      ((await ask("GET")) as { faults: { impossible?: string }[] }).faults.map(
        ({ impossible }) => impossible,
      );
    await ask("POST", { kind: "packets", instance: id, packetLoss: 1 });
    await until(cloud, harness, async () => !(await answers(harness, id, 700)));
    assert.deepEqual(await shown(), [undefined]);
    await ask("DELETE");
    await until(cloud, harness, async () => (await shown()).length === 0);
    await until(cloud, harness, () => answers(harness, id));
    await ask("POST", { kind: "packets", instance: id, packetDelayMs: 100 });
    await until(cloud, harness, async () => /cannot delay/.test((await shown())[0] ?? ""));
  }));
