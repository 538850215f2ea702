import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";
import { parseInsights } from "./syntax.ts";

test("the guide's full query is read", () => {
  const text = `SELECT SUM(RequestCount)
    FROM SCHEMA("AWS/ApplicationELB", LoadBalancer, AvailabilityZone)
    WHERE LoadBalancer = 'app/load-balancer-1'
    GROUP BY AvailabilityZone
    ORDER BY MAX() DESC
    LIMIT 5`;
  assert.deepEqual(parseInsights(text), {
    select: "SUM",
    metricName: "RequestCount",
    namespace: "AWS/ApplicationELB",
    schema: ["LoadBalancer", "AvailabilityZone"],
    where: [{ key: "LoadBalancer", equal: true, value: "app/load-balancer-1" }],
    groupBy: ["AvailabilityZone"],
    orderBy: { by: "MAX", descending: true },
    limit: 5,
  });
  assert.equal(parseInsights(`select avg("Bytes\\"Input\\"") from x`).metricName, 'Bytes"Input"');
  assert.throws(() => parseInsights("SELECT p90(a) FROM b"), /AVG, COUNT, MAX, MIN or SUM/);
  assert.throws(() => parseInsights("SELECT AVG(a) FROM AWS/EC2"), /unexpected '\/'/);
  assert.throws(() => parseInsights("SELECT AVG(a) FROM b LIMIT 501"), /1 to 500/);
});

test("queries aggregate, filter, group, order and cut", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const startMs = cloud.clock.now();
  const datum = (Value: number, zone?: string, host?: string) => ({
    MetricName: "Load",
    Value,
    Dimensions: [
      ...(zone === undefined ? [] : [{ Name: "Zone", Value: zone }]),
      ...(host === undefined ? [] : [{ Name: "Host", Value: host }]),
    ],
  });
  await client.PutMetricData({
    Namespace: "Shop",
    MetricData: [
      datum(10, "a", "1"),
      datum(20, "a", "2"),
      datum(60, "b", "3"),
      datum(7, "c"),
      datum(100),
    ],
  });
  const run = async (Expression: string, Label?: string) => {
    const { MetricDataResults } = await client.GetMetricData({
      StartTime: dateOf(startMs),
      EndTime: dateOf(startMs + 60_000),
      MetricDataQueries: [{ Id: "q1", Expression, Period: 60, ...(Label && { Label }) }],
    });
    return MetricDataResults!.map(({ Label: label, Values }) => [label, ...Values!]);
  };
  assert.deepEqual(await run("SELECT COUNT(Load) FROM Shop"), [["Load", 5]]);
  assert.deepEqual(await run("SELECT SUM(Load) FROM SCHEMA(Shop, Host, Zone)"), [["Load", 90]]);
  assert.deepEqual(await run("SELECT MAX(Load) FROM SCHEMA(Shop)"), [["Load", 100]]);
  assert.deepEqual(await run("SELECT AVG(Load) FROM Shop WHERE Zone = 'a' AND Host != '1'"), [
    ["Load", 20],
  ]);
  assert.deepEqual(await run("SELECT SUM(Load) FROM Shop GROUP BY Zone"), [
    ["Other", 100],
    ["a", 30],
    ["b", 60],
    ["c", 7],
  ]);
  assert.deepEqual(
    await run("SELECT SUM(Load) FROM Shop GROUP BY Zone ORDER BY MAX() DESC LIMIT 2"),
    [
      ["Other", 100],
      ["b", 60],
    ],
  );
  assert.deepEqual(
    await run(
      "SELECT MIN(Load) FROM SCHEMA(Shop, Zone, Host) GROUP BY Zone, Host LIMIT 1",
      "low ${PROP('Dim.Zone')}: ${MIN}",
    ),
    [["low a: 10", 10]],
  );
  await assert.rejects(run("SELECT AVG(Load) FROM"), {
    code: "ValidationError",
    message: "Error in expression 'q1': expected a namespace but found 'the end'",
  });
  await cloud.stop();
});
