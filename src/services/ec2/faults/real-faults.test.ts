import assert from "node:assert/strict";
import { get } from "node:http";
import { test, type TestContext } from "node:test";
import type { ProcessHarness } from "#compute/process/testing/process-harness.ts";
import { createRealCloud, type RealCloud } from "../testing/real-cloud.ts";

const page = `require("node:http").createServer((q, s) => s.end("here")).listen(8080, process.env.HOST)`;
const userData = `#!/bin/sh
nohup node -e '${page}' >/dev/null 2>&1 &
`;

const scope = { account: "123456789012", region: "us-east-1" };

/** A machine that runs. */
async function createMachine(t: TestContext): Promise<{ cloud: RealCloud; id: string }> {
  const cloud = await createRealCloud(t, "1s");
  const id = await cloud.launch(userData);
  await cloud.until(async () => (await cloud.stateOf(id)) === "running");
  return { cloud, id };
}

for (const [action, done] of [
  ["stop", async (cloud, id) => (await cloud.stateOf(id)) === "stopped"],
  ["terminate", async (cloud, id) => (await cloud.stateOf(id)) === "terminated"],
  ["reboot", async ({ harness }, id) => (await harness.record(id)).boots > 1],
] as [string, (cloud: RealCloud, id: string) => Promise<boolean>][])
  test(`an alarm's action ${action} reaches the machine`, async (t) => {
    const { cloud, id } = await createMachine(t);
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
    await cloud.until(() => done(cloud, id));
    const { AlarmHistoryItems = [] } = await cloudwatch.DescribeAlarmHistory({
      AlarmName: "act",
      HistoryItemType: "Action",
    });
    assert.match(AlarmHistoryItems[0]!.HistorySummary!, /^Successfully executed action/);
    if (action === "reboot") assert.equal(await cloud.stateOf(id), "running");
    else assert.equal(await cloud.harness.driver.reach(id, 80), undefined);
  });

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

test("a machine loses packets for as long as the fault lasts", async (t) => {
  const { cloud, id } = await createMachine(t);
  const { harness, until } = cloud;
  if ((await harness.record(id)).networkMap === undefined)
    return t.skip("this host loses no machine's packets");
  await until(() => answers(harness, id));
  const ask = (method: "GET" | "POST" | "DELETE", body?: unknown) =>
    cloud.host.askOwn("ec2", "faults", { method, item: undefined, body, scope });
  const shown = async () =>
    ((await ask("GET")) as { faults: { impossible?: string }[] }).faults.map(
      ({ impossible }) => impossible,
    );
  await ask("POST", { kind: "packets", instance: id, packetLoss: 1 });
  await until(async () => !(await answers(harness, id, 700)));
  assert.deepEqual(await shown(), [undefined]);
  await ask("DELETE");
  await until(async () => (await shown()).length === 0);
  await until(() => answers(harness, id));
  await ask("POST", { kind: "packets", instance: id, packetDelayMs: 100 });
  await until(async () => /cannot delay/.test((await shown())[0] ?? ""));
});
