import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Input } from "#model/sdk.ts";
import { dateOf } from "#runtime/date.ts";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import type { Client } from "#services/kit/service.ts";

describe("a metric filter", () => {
  let cloud: TestCloud;
  let logs: Client<"logs">;
  const logGroupName = "/shop/web";
  const place = { logGroupName, logStreamName: "one" };

  beforeEach(async () => {
    cloud = createTestCloud();
    logs = cloud.clients.logs(cloud.caller);
    await logs.CreateLogGroup({ logGroupName });
    await logs.CreateLogStream(place);
  });
  afterEach(() => cloud.stop());

  type Filter = Input<"logs", "PutMetricFilter">;
  const transformation = { metricName: "Latency", metricNamespace: "Shop", metricValue: "$.ms" };
  const put = (filter: Partial<Filter> = {}) =>
    logs.PutMetricFilter({
      logGroupName,
      filterName: "latency",
      filterPattern: "{ $.ms > 0 }",
      metricTransformations: [transformation],
      ...filter,
    });
  const write = (...messages: string[]) =>
    logs.PutLogEvents({
      ...place,
      logEvents: messages.map((message) => ({ timestamp: cloud.clock.now(), message })),
    });
  const statistics = async (dimensions: Record<string, string> = {}) => {
    await cloud.advance("1m");
    const now = cloud.clock.now();
    const { Datapoints = [] } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "Shop",
      MetricName: "Latency",
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      StartTime: dateOf(now - 600_000),
      EndTime: dateOf(now + 60_000),
      Period: 60,
      Statistics: ["Sum", "SampleCount", "Maximum"],
    });
    return Datapoints.map(({ Maximum, SampleCount, Sum }) => ({ Maximum, SampleCount, Sum }));
  };

  test("publishes the numbers that it finds in events", async () => {
    await put();
    await write('{"ms": 20}', '{"ms": 5}', '{"ms": 5}', "no JSON");
    assert.deepEqual(await statistics(), [{ Maximum: 20, SampleCount: 3, Sum: 30 }]);
  });

  test("gives each value of a dimension a metric of its own", async () => {
    await put({ metricTransformations: [{ ...transformation, dimensions: { Path: "$.path" } }] });
    await write('{"ms": 20, "path": "/a"}', '{"ms": 5, "path": "/b"}', '{"ms": 7}');
    assert.deepEqual(await statistics({ Path: "/b" }), [{ Maximum: 5, SampleCount: 1, Sum: 5 }]);
    assert.deepEqual(await statistics(), []);
  });

  test("publishes its default value once for a minute in which nothing matches", async () => {
    await put({
      filterPattern: "ERROR",
      metricTransformations: [{ ...transformation, metricValue: "1", defaultValue: 0 }],
    });
    await write("all is well", "all is well");
    assert.deepEqual(await statistics(), [{ Maximum: 0, SampleCount: 1, Sum: 0 }]);
  });

  test("publishes no default value for a minute in which something matches", async () => {
    await put({
      filterPattern: "ERROR",
      metricTransformations: [{ ...transformation, metricValue: "5", defaultValue: 0 }],
    });
    await write("all is well", "ERROR");
    await write("all is well");
    assert.deepEqual(await statistics(), [{ Maximum: 5, SampleCount: 1, Sum: 5 }]);
  });

  test("is listed, counted and deleted", async () => {
    await put();
    const { metricFilters = [] } = await logs.DescribeMetricFilters({
      metricName: "Latency",
      metricNamespace: "Shop",
    });
    assert.equal(metricFilters[0]?.filterName, "latency");
    assert.equal(metricFilters[0].logGroupName, logGroupName);
    const { logGroups } = await logs.DescribeLogGroups({});
    assert.equal(logGroups?.[0]?.metricFilterCount, 1);
    await logs.DeleteMetricFilter({ logGroupName, filterName: "latency" });
    await assert.rejects(logs.DeleteMetricFilter({ logGroupName, filterName: "latency" }), {
      code: "ResourceNotFoundException",
    });
  });

  test("is refused with a broken pattern or a value that is no number", async () => {
    await assert.rejects(put({ filterPattern: "{ $.ms > }" }), {
      code: "InvalidParameterException",
    });
    await assert.rejects(
      put({ metricTransformations: [{ ...transformation, metricValue: "many" }] }),
      { code: "InvalidParameterException" },
    );
  });

  test("can be tried on messages first", async () => {
    const { matches } = await logs.TestMetricFilter({
      filterPattern: "[ip, user, status = 4*]",
      logEventMessages: ["::1 ann 200", "::1 bob 404"],
    });
    assert.deepEqual(matches, [
      {
        eventNumber: 2,
        eventMessage: "::1 bob 404",
        extractedValues: { $ip: "::1", $user: "bob", $status: "404" },
      },
    ]);
  });
});
