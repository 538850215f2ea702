import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { checkBody } from "./check-body.ts";

const metric = {
  type: "metric",
  x: 0,
  y: 0,
  width: 12,
  height: 6,
  properties: { metrics: [["AWS/EC2", "CPUUtilization"]], region: "us-east-1" },
};

test("problems of a body are told with their place", () => {
  const errors = (widget: unknown) =>
    checkBody(JSON.stringify({ widgets: [widget] })).errors.map(
      ({ DataPath, Message }) => `${DataPath}: ${Message}`,
    );
  assert.deepEqual(errors(metric), []);
  assert.deepEqual(errors({ ...metric, width: 25, x: -1 }), [
    "/widgets/0/x: Should be >= 0",
    "/widgets/0/width: Should be <= 24",
  ]);
  assert.deepEqual(errors({ type: "text", properties: {} }), [
    "/widgets/0/properties: Should have property markdown",
  ]);
  assert.deepEqual(errors({ ...metric, properties: { metrics: [] } }), [
    "/widgets/0/properties: Should have property region",
  ]);
  assert.deepEqual(errors({ ...metric, type: "cake" }).length, 1);
  assert.deepEqual(errors(1), ["/widgets/0: Should be object"]);
});

test("a dashboard is stored, listed and deleted; a bad one is refused", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const DashboardBody = JSON.stringify({ widgets: [metric] });
  const { DashboardValidationMessages } = await client.PutDashboard({
    DashboardName: "shop",
    DashboardBody,
  });
  assert.deepEqual(DashboardValidationMessages, []);
  assert.equal((await client.GetDashboard({ DashboardName: "shop" })).DashboardBody, DashboardBody);
  await assert.rejects(client.PutDashboard({ DashboardName: "shop", DashboardBody: "body" }), {
    code: "DashboardInvalidInputError",
  });
  await client.DeleteDashboards({ DashboardNames: ["shop"] });
  assert.deepEqual((await client.ListDashboards({})).DashboardEntries, []);
  await cloud.stop();
});
