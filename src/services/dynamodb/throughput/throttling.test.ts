import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";

const TableName = "orders";
const exceeded = {
  code: "ProvisionedThroughputExceededException",
  message:
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
};

async function provisioned(t: TestContext, units: number, indexUnits = units) {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const db = cloud.clients.dynamodb(cloud.caller);
  const throughput = (of: number) => ({ ReadCapacityUnits: of, WriteCapacityUnits: of });
  await db.CreateTable({
    TableName,
    AttributeDefinitions: [
      { AttributeName: "id", AttributeType: "S" },
      { AttributeName: "kind", AttributeType: "S" },
    ],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    ProvisionedThroughput: throughput(units),
    GlobalSecondaryIndexes: [
      {
        IndexName: "by-kind",
        KeySchema: [{ AttributeName: "kind", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
        ProvisionedThroughput: throughput(indexUnits),
      },
    ],
  });
  await cloud.advance("1s");
  const put = (id: string, kind?: string) =>
    db.PutItem({
      TableName,
      Item: { id: { S: id }, ...(kind !== undefined && { kind: { S: kind } }) },
      ReturnConsumedCapacity: "INDEXES",
    });
  const metric = async (MetricName: string, dimensions: Record<string, string> = {}) => {
    const { Datapoints = [] } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/DynamoDB",
      MetricName,
      Dimensions: Object.entries({ TableName, ...dimensions }).map(([Name, Value]) => ({
        Name,
        Value,
      })),
      StartTime: dateOf(cloud.clock.now() - 600_000),
      EndTime: dateOf(cloud.clock.now() + 60_000),
      Period: 60,
      Statistics: ["Sum"],
    });
    return Datapoints.map(({ Sum }) => Sum);
  };
  return { cloud, db, put, metric, throughput };
}

test("a burst of five minutes is served, then what is provisioned each second", async (t) => {
  const { cloud, put, metric } = await provisioned(t, 1);
  for (let n = 0; n < 300; n++) await put(String(n));
  await assert.rejects(put("more"), exceeded);
  await cloud.advance("1s");
  await put("more");
  await assert.rejects(put("again"), exceeded);
  await cloud.advance("1m");
  assert.deepEqual(await metric("ConsumedWriteCapacityUnits"), [301]);
  assert.deepEqual(await metric("WriteThrottleEvents"), [2]);
  assert.deepEqual(await metric("ThrottledRequests", { Operation: "PutItem" }), [2]);
  assert.deepEqual(await metric("ProvisionedWriteCapacityUnits"), [1]);
});

test("throttling ends when the capacity that was asked for has come", async (t) => {
  const { cloud, db, put, throughput } = await provisioned(t, 1);
  for (let n = 0; n < 300; n++) await put(String(n));
  await db.UpdateTable({ TableName, ProvisionedThroughput: throughput(20) });
  const during = await db.DescribeTable({ TableName });
  assert.equal(during.Table!.TableStatus, "UPDATING");
  assert.equal(during.Table!.ProvisionedThroughput!.WriteCapacityUnits, 1);
  await assert.rejects(put("x"), exceeded);
  await cloud.advance("2s");
  const after = await db.DescribeTable({ TableName });
  assert.equal(after.Table!.TableStatus, "ACTIVE");
  assert.equal(after.Table!.ProvisionedThroughput!.WriteCapacityUnits, 20);
  for (let n = 0; n < 20; n++) await put(String(n));
});

test("a write needs capacity in each global index it touches, and says what it cost", async (t) => {
  const { cloud, put, metric } = await provisioned(t, 10, 1);
  const { ConsumedCapacity } = await put("0", "a");
  assert.deepEqual(ConsumedCapacity, {
    TableName,
    CapacityUnits: 2,
    Table: { CapacityUnits: 1 },
    GlobalSecondaryIndexes: { "by-kind": { CapacityUnits: 1 } },
  });
  for (let n = 1; n < 300; n++) await put(String(n), "a");
  await assert.rejects(put("x", "a"), {
    code: "ProvisionedThroughputExceededException",
    message: /one or more global secondary indexes of the table was exceeded/,
  });
  await cloud.advance("1m");
  const index = { GlobalSecondaryIndexName: "by-kind" };
  assert.deepEqual(await metric("ConsumedWriteCapacityUnits", index), [300]);
  assert.deepEqual(await metric("WriteThrottleEvents", index), [1]);
});

test("a batch leaves undone what there is no capacity for", async (t) => {
  const { cloud, db, put } = await provisioned(t, 1);
  for (let n = 0; n < 295; n++) await put(String(n));
  const batch = (count: number) =>
    db.BatchWriteItem({
      RequestItems: {
        [TableName]: Array.from({ length: count }, (_, n) => ({
          PutRequest: { Item: { id: { S: `b${n}` } } },
        })),
      },
    });
  const { UnprocessedItems } = await batch(10);
  assert.equal(UnprocessedItems![TableName]!.length, 5);
  await assert.rejects(batch(2), exceeded);
  await cloud.advance("1s");
  assert.equal((await batch(2)).UnprocessedItems![TableName]!.length, 1);
});

test("capacity goes down four times a day, then once an hour", async (t) => {
  const { cloud, db, throughput } = await provisioned(t, 10);
  const set = async (units: number) => {
    await db.UpdateTable({ TableName, ProvisionedThroughput: throughput(units) });
    await cloud.advance("2s");
  };
  for (const units of [9, 8, 7, 6]) await set(units);
  await assert.rejects(set(5), { code: "LimitExceededException" });
  await cloud.advance("1h");
  await set(5);
  const { Table } = await db.DescribeTable({ TableName });
  assert.equal(Table!.ProvisionedThroughput!.NumberOfDecreasesToday, 5);
});
