import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

type Step = [unit: number, alarm: "child" | "suppressor", state: "ALARM" | "OK"];

const unitMs = 60_000;

/**
 * Plays the guide's examples: WaitPeriod is 2 time units, ExtensionPeriod 3. Gives when which actions
 * were taken, in units. The composite alarm has the state of its child.
 */
async function play(steps: Step[], units: number): Promise<string[]> {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const { TopicArn } = await cloud.clients.sns(cloud.caller).CreateTopic({ Name: "told" });
  const alarm = {
    Namespace: "Shop",
    MetricName: "Load",
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: "GreaterThanThreshold",
    // Keeps the state that is set by hand.
    TreatMissingData: "ignore",
  } as const;
  const set = (AlarmName: string, StateValue: "ALARM" | "OK") =>
    client.SetAlarmState({ AlarmName, StateValue, StateReason: "the example" });
  for (const name of ["child", "suppressor"]) {
    await client.PutMetricAlarm({ ...alarm, AlarmName: name });
    await set(name, "OK");
  }
  await client.PutCompositeAlarm({
    AlarmName: "whole",
    AlarmRule: "ALARM(child)",
    AlarmActions: [TopicArn!],
    OKActions: [TopicArn!],
    ActionsSuppressor: "suppressor",
    ActionsSuppressorWaitPeriod: 120,
    ActionsSuppressorExtensionPeriod: 180,
  });
  // What its creation leads to is over before the example begins.
  await cloud.advance("10m");
  const startMs = cloud.clock.now();
  for (let unit = 0; unit <= units; unit++) {
    for (const [at, name, state] of steps) if (at === unit) await set(name, state);
    await cloud.advance("1m");
  }
  const { AlarmHistoryItems } = await client.DescribeAlarmHistory({
    AlarmName: "whole",
    HistoryItemType: "Action",
    ScanBy: "TimestampAscending",
  });
  await cloud.stop();
  return AlarmHistoryItems!.flatMap(({ Timestamp, HistoryData }) => {
    const atMs = Timestamp!.getTime() - startMs;
    const data = JSON.parse(HistoryData!) as { publishedMessage: { default: string } };
    const told = JSON.parse(data.publishedMessage.default) as { NewStateValue: string };
    return atMs < 0 ? [] : [`${told.NewStateValue} at t${Math.floor(atMs / unitMs)}`];
  });
}

test("example 1: actions are not suppressed after the wait period", async () => {
  assert.deepEqual(await play([[2, "child", "ALARM"]], 6), ["ALARM at t4"]);
});

test("example 2: actions are suppressed by the alarm before the wait period expires", async () => {
  const steps: Step[] = [
    [2, "child", "ALARM"],
    [3, "suppressor", "ALARM"],
  ];
  assert.deepEqual(await play(steps, 8), []);
});

test("example 3: a transition within the wait period begins a new one", async () => {
  const steps: Step[] = [
    [2, "child", "ALARM"],
    [3, "child", "OK"],
  ];
  assert.deepEqual(await play(steps, 8), ["OK at t5"]);
});

test("example 4: a transition while the suppressor is in ALARM", async () => {
  const steps: Step[] = [
    [1, "suppressor", "ALARM"],
    [2, "child", "ALARM"],
  ];
  assert.deepEqual(await play(steps, 8), []);
});

test("example 5: actions are not suppressed after the extension period", async () => {
  const steps: Step[] = [
    [2, "child", "ALARM"],
    [3, "suppressor", "ALARM"],
    [6, "suppressor", "OK"],
  ];
  assert.deepEqual(await play(steps, 11), ["ALARM at t9"]);
});

test("example 6: a transition within the extension period begins a wait period", async () => {
  const steps: Step[] = [
    [2, "child", "ALARM"],
    [3, "suppressor", "ALARM"],
    [6, "suppressor", "OK"],
    [7, "child", "OK"],
  ];
  assert.deepEqual(await play(steps, 11), ["OK at t9"]);
});
