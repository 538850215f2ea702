import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an alarm on the status check recovers a dead instance with the same id and address", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const ec2 = cloud.clients.ec2(cloud.caller);
  const cloudwatch = cloud.clients.cloudwatch(cloud.caller);
  const { Images = [] } = await ec2.DescribeImages({ Owners: ["amazon"] });
  const { Instances } = await ec2.RunInstances({
    ImageId: Images.find(({ Architecture }) => Architecture === "x86_64")!.ImageId,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
  });
  const id = Instances![0]!.InstanceId!;
  await cloudwatch.PutMetricAlarm({
    AlarmName: "recover",
    Namespace: "AWS/EC2",
    MetricName: "StatusCheckFailed_System",
    Dimensions: [{ Name: "InstanceId", Value: id }],
    Statistic: "Maximum",
    Period: 60,
    EvaluationPeriods: 2,
    Threshold: 0,
    ComparisonOperator: "GreaterThanThreshold",
    AlarmActions: ["arn:aws:automate:us-east-1:ec2:recover"],
  });
  const describe = async () => {
    const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [id] });
    const { InstanceStatuses } = await ec2.DescribeInstanceStatus({ InstanceIds: [id] });
    return {
      address: Reservations![0]!.Instances![0]!.PrivateIpAddress,
      status: InstanceStatuses?.[0]?.SystemStatus?.Status,
    };
  };
  await cloud.advance("5m");
  const before = await describe();
  assert.equal(before.status, "ok");
  cloud.simulated.fail(id);
  await cloud.advance("1s");
  assert.equal((await describe()).status, "impaired");
  await cloud.advance("7m");
  assert.deepEqual(await describe(), before);
  const { AlarmHistoryItems } = await cloudwatch.DescribeAlarmHistory({
    AlarmName: "recover",
    HistoryItemType: "Action",
  });
  assert.deepEqual(
    AlarmHistoryItems!.map(({ HistorySummary }) => HistorySummary),
    ["Successfully executed action arn:aws:automate:us-east-1:ec2:recover"],
  );
});
