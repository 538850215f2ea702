import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { createLogsScene } from "../testing/logs-scene.ts";

test("an export writes each stream's events into compressed objects", async () => {
  const { cloud, logs, place, group, write } = await createLogsScene();
  const s3 = cloud.clients.s3(cloud.caller);
  await s3.CreateBucket({ Bucket: "archive" });
  const second = { ...place, logStreamName: "two/deep" };
  await logs.CreateLogStream(second);
  const nowMs = cloud.clock.now();
  await write("a", "b");
  await logs.PutLogEvents({ ...second, logEvents: [{ message: "c", timestamp: nowMs }] });
  const task = { logGroupName: group, from: nowMs, to: nowMs + 1000 };
  const { taskId } = await logs.CreateExportTask({ ...task, destination: "archive" });
  await assert.rejects(logs.CreateExportTask({ ...task, destination: "archive" }), {
    code: "LimitExceededException",
  });
  await cloud.advance("1s");
  const { exportTasks } = await logs.DescribeExportTasks({ taskId });
  assert.equal(exportTasks?.[0]?.status?.code, "COMPLETED");
  const { Contents } = await s3.ListObjectsV2({ Bucket: "archive" });
  assert.deepEqual(
    Contents?.map(({ Key }) => Key).toSorted(),
    [
      `exportedlogs/${taskId}/one/000000.gz`,
      `exportedlogs/${taskId}/two-deep/000000.gz`,
      "aws-logs-write-test",
    ].toSorted(),
  );
  const { Body } = await s3.GetObject({
    Bucket: "archive",
    Key: `exportedlogs/${taskId}/one/000000.gz`,
  });
  assert.equal(
    gunzipSync(Body as unknown as Uint8Array).toString(),
    "2026-01-05T12:00:00.000Z a\n2026-01-05T12:00:00.001Z b\n",
  );
  await assert.rejects(logs.CancelExportTask({ taskId }), {
    code: "InvalidOperationException",
    message: "The specified export task has already finished",
  });
  await assert.rejects(logs.CreateExportTask({ ...task, destination: "nowhere" }), {
    code: "InvalidParameterException",
    message: "The given bucket does not exist. Please make sure the bucket is valid.",
  });
  await logs.CreateExportTask({ ...task, destination: "archive", destinationPrefix: "logs/web" });
  await cloud.advance("1s");
  const below = await s3.ListObjectsV2({ Bucket: "archive", Prefix: "logs/web/" });
  assert.ok(below.Contents!.some(({ Key }) => Key === "logs/web/aws-logs-write-test"));
  await cloud.stop();
});
