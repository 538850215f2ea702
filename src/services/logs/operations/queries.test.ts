import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogsScene } from "../testing/logs-scene.ts";

test("a query runs over what its groups hold in its range", async () => {
  const { cloud, logs, write, group } = await createLogsScene();
  const nowSeconds = Math.floor(cloud.clock.now() / 1000);
  await write('{"level":"ERROR","ms":5}', '{"level":"INFO","ms":1}', '{"level":"ERROR","ms":7}');
  const { queryId } = await logs.StartQuery({
    logGroupName: group,
    startTime: nowSeconds - 60,
    endTime: nowSeconds + 60,
    queryString: "filter level = 'ERROR' | stats count(*) as n, max(ms) as worst by level",
  });
  assert.equal((await logs.GetQueryResults({ queryId })).status, "Scheduled");
  await cloud.advance("1s");
  const { results, statistics, status } = await logs.GetQueryResults({ queryId });
  assert.equal(status, "Complete");
  assert.deepEqual(results, [
    [
      { field: "level", value: "ERROR" },
      { field: "n", value: "2" },
      { field: "worst", value: "7" },
    ],
  ]);
  assert.deepEqual(
    [statistics?.recordsMatched, statistics?.recordsScanned, statistics?.logGroupsScanned],
    [2, 3, 1],
  );
  const { queries } = await logs.DescribeQueries({ logGroupName: group, status: "Complete" });
  assert.deepEqual(
    queries?.map((query) => query.queryId),
    [queryId],
  );
  await assert.rejects(logs.StopQuery({ queryId }), { code: "InvalidParameterException" });
  await cloud.advance("8d");
  await assert.rejects(logs.GetQueryResults({ queryId }), { code: "ResourceNotFoundException" });
  await cloud.stop();
});

test("the pointer of a result leads to the whole record", async () => {
  const { cloud, logs, write, group } = await createLogsScene();
  await write('{"level":"ERROR","user":{"id":"u1"}}');
  const nowSeconds = Math.floor(cloud.clock.now() / 1000);
  const { queryId } = await logs.StartQuery({
    logGroupIdentifiers: [`arn:aws:logs:us-east-1:123456789012:log-group:${group}`],
    startTime: nowSeconds - 60,
    endTime: nowSeconds + 60,
    queryString: "fields @message",
  });
  await cloud.advance("1s");
  const { results } = await logs.GetQueryResults({ queryId });
  const logRecordPointer = results?.[0]?.find(({ field }) => field === "@ptr")?.value;
  const { logRecord } = await logs.GetLogRecord({ logRecordPointer });
  assert.equal(logRecord?.["user.id"], "u1");
  assert.equal(logRecord?.["@logStream"], "one");
  const { logGroupFields } = await logs.GetLogGroupFields({ logGroupName: group });
  assert.ok(logGroupFields?.some(({ name, percent }) => name === "level" && percent === 100));
  await cloud.stop();
});

test("a query that cannot be read is refused at once, with the place", async () => {
  const { cloud, logs, group } = await createLogsScene();
  const query = { logGroupName: group, startTime: 0, endTime: 1 };
  await assert.rejects(logs.StartQuery({ ...query, queryString: "fields | limit" }), {
    code: "MalformedQueryException",
    message: /position 7/,
  });
  await assert.rejects(
    logs.StartQuery({ ...query, logGroupName: "nope", queryString: "limit 1" }),
    {
      code: "ResourceNotFoundException",
    },
  );
  await cloud.stop();
});

test("queries are saved under a name", async () => {
  const { cloud, logs } = await createLogsScene();
  const saved = { name: "errors/all", queryString: "filter level = 'ERROR'", logGroupNames: ["a"] };
  const { queryDefinitionId } = await logs.PutQueryDefinition(saved);
  await logs.PutQueryDefinition({ ...saved, queryDefinitionId, queryString: "limit 5" });
  const { queryDefinitions } = await logs.DescribeQueryDefinitions({
    queryDefinitionNamePrefix: "errors",
  });
  assert.deepEqual(
    queryDefinitions?.map(({ queryString }) => queryString),
    ["limit 5"],
  );
  assert.deepEqual(await logs.DeleteQueryDefinition({ queryDefinitionId }), { success: true });
  await assert.rejects(logs.DeleteQueryDefinition({ queryDefinitionId }), {
    code: "ResourceNotFoundException",
  });
  await cloud.stop();
});
