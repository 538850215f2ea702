import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import type { MuteRuleRecord } from "../records.ts";
import { muteStateAt, readDuration } from "./window.ts";
import { busyAlarm } from "../testing/busy-alarm.ts";

const rule = (expression: string, duration: string, timezone?: string): MuteRuleRecord => ({
  name: "r",
  expression,
  duration,
  durationMs: readDuration(duration),
  ...(timezone !== undefined && { timezone }),
  targets: [],
  updatedMs: 0,
  tags: {},
});

test("windows open by the schedule and close after their duration", () => {
  const at = (schedule: MuteRuleRecord, time: string) =>
    muteStateAt(schedule, Date.parse(time)).status;
  const weekend = rule("cron(0 18 * * FRI)", "P2DT12H", "America/New_York");
  assert.equal(at(weekend, "2026-01-09T22:59:59Z"), "SCHEDULED");
  assert.equal(at(weekend, "2026-01-09T23:00:00Z"), "ACTIVE");
  assert.equal(at(weekend, "2026-01-12T10:59:59Z"), "ACTIVE");
  assert.equal(at(weekend, "2026-01-12T11:00:00Z"), "SCHEDULED");
  const once = rule("at(2026-05-01T12:00)", "PT1H");
  assert.equal(at(once, "2026-05-01T11:00:00Z"), "SCHEDULED");
  assert.equal(at(once, "2026-05-01T12:30:00Z"), "ACTIVE");
  assert.equal(at(once, "2026-05-01T13:00:00Z"), "EXPIRED");
  assert.throws(() => readDuration("P16D"));
  assert.throws(() => readDuration("PT10S"));
});

test("a muted alarm changes its state and acts when the window closes", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const { TopicArn } = await cloud.clients.sns(cloud.caller).CreateTopic({ Name: "told" });
  await client.PutMetricAlarm({
    ...busyAlarm,
    TreatMissingData: "ignore",
    AlarmActions: [TopicArn!],
  });
  // The cloud's clock begins at 12:00.
  await client.PutAlarmMuteRule({
    Name: "noon",
    Rule: { Schedule: { Expression: "cron(0 12 * * *)", Duration: "PT30M" } },
    MuteTargets: { AlarmNames: ["busy"] },
  });
  assert.equal((await client.GetAlarmMuteRule({ AlarmMuteRuleName: "noon" })).Status, "ACTIVE");
  await client.PutMetricData({
    Namespace: "Shop",
    MetricData: [{ MetricName: "Load", Value: 90 }],
  });
  await cloud.advance("5m");
  const acted = async () => {
    const { AlarmHistoryItems } = await client.DescribeAlarmHistory({
      AlarmName: "busy",
      HistoryItemType: "Action",
    });
    return AlarmHistoryItems!.length;
  };
  const { MetricAlarms } = await client.DescribeAlarms({ AlarmNames: ["busy"] });
  assert.equal(MetricAlarms![0]!.StateValue, "ALARM");
  assert.equal(await acted(), 0);
  await cloud.advance("26m");
  assert.equal(await acted(), 1);
  const { AlarmMuteRuleSummaries } = await client.ListAlarmMuteRules({ AlarmName: "busy" });
  assert.deepEqual(
    AlarmMuteRuleSummaries!.map(({ Status, MuteType }) => [Status, MuteType]),
    [["SCHEDULED", "RECURRING"]],
  );
  await client.DeleteAlarmMuteRule({ AlarmMuteRuleName: "noon" });
  await assert.rejects(client.GetAlarmMuteRule({ AlarmMuteRuleName: "noon" }), {
    code: "ResourceNotFoundException",
  });
  await assert.rejects(
    client.PutAlarmMuteRule({
      Name: "noon",
      Rule: { Schedule: { Expression: "rate(1 hour)", Duration: "PT30M" } },
    }),
    { code: "ValidationError" },
  );
  await cloud.stop();
});

test("a mute rule has tags, which change apart from it; what does not exist has none", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  await client.PutAlarmMuteRule({
    Name: "noon",
    Rule: { Schedule: { Expression: "cron(0 12 * * *)", Duration: "PT30M" } },
    Tags: [{ Key: "team", Value: "shop" }],
  });
  const { AlarmMuteRuleArn: ResourceARN } = await client.GetAlarmMuteRule({
    AlarmMuteRuleName: "noon",
  });
  await client.TagResource({ ResourceARN, Tags: [{ Key: "tier", Value: "web" }] });
  await client.UntagResource({ ResourceARN, TagKeys: ["team"] });
  const { Tags } = await client.ListTagsForResource({ ResourceARN });
  assert.deepEqual(Tags, [{ Key: "tier", Value: "web" }]);
  const alarm = `arn:aws:cloudwatch:us-east-1:${cloud.caller.account}:alarm:none`;
  await assert.rejects(client.ListTagsForResource({ ResourceARN: alarm }), {
    code: "ResourceNotFoundException",
  });
  await cloud.stop();
});
