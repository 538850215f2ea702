import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("a global index has targets, bounds and alarms of its own beside the table's", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const scaling = cloud.clients.applicationautoscaling(cloud.caller);
  const db = cloud.clients.dynamodb(cloud.caller);
  const throughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
  await db.CreateTable({
    TableName: "orders",
    AttributeDefinitions: ["id", "kind"].map((AttributeName) => ({
      AttributeName,
      AttributeType: "S" as const,
    })),
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    ProvisionedThroughput: throughput,
    GlobalSecondaryIndexes: [
      {
        IndexName: "by-kind",
        KeySchema: [{ AttributeName: "kind", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
        ProvisionedThroughput: throughput,
      },
    ],
  });
  await cloud.advance("1s");
  const bounds = { ServiceNamespace: "dynamodb" as const, MinCapacity: 8, MaxCapacity: 40 };
  const index = {
    ResourceId: "table/orders/index/by-kind",
    ScalableDimension: "dynamodb:index:ReadCapacityUnits" as const,
  };
  await scaling.RegisterScalableTarget({ ...bounds, ...index });
  // Both want the table updated at once: one waits for the other.
  await scaling.RegisterScalableTarget({
    ...bounds,
    ResourceId: "table/orders",
    ScalableDimension: "dynamodb:table:ReadCapacityUnits",
  });
  await cloud.advance("20s");
  const { Table } = await db.DescribeTable({ TableName: "orders" });
  const [own] = Table!.GlobalSecondaryIndexes!;
  assert.deepEqual(
    [Table!.ProvisionedThroughput, own!.ProvisionedThroughput].map((of) => [
      of!.ReadCapacityUnits,
      of!.WriteCapacityUnits,
    ]),
    [
      [8, 5],
      [8, 5],
    ],
  );
  await scaling.PutScalingPolicy({
    ServiceNamespace: "dynamodb",
    ...index,
    PolicyName: "half",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 50,
      PredefinedMetricSpecification: { PredefinedMetricType: "DynamoDBReadCapacityUtilization" },
    },
  });
  const { MetricAlarms = [] } = await cloud.clients
    .cloudwatch(cloud.caller)
    .DescribeAlarms({ AlarmNamePrefix: "TargetTracking-table/orders/index/by-kind-AlarmHigh" });
  assert.equal(MetricAlarms[0]!.Threshold, 240);
  assert.deepEqual(
    MetricAlarms[0]!.Dimensions!.map(({ Name, Value }) => `${Name}=${Value}`).toSorted(),
    ["GlobalSecondaryIndexName=by-kind", "TableName=orders"],
  );
});
