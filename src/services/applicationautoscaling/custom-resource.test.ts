import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("a custom resource is read by GET, set by PATCH, and scaled by its metric", async (t) => {
  const asked: string[] = [];
  const resource = { actual: 2, desired: 2, refuses: false };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += String(piece)));
    request.on("end", () => {
      if (request.method === "PATCH") {
        resource.desired = JSON.parse(body).desiredCapacity;
        asked.push(`PATCH ${request.url} ${body}`);
      }
      response.statusCode = resource.refuses ? 503 : 200;
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          scalableTargetDimensionId: "1-2",
          actualCapacity: resource.actual,
          desiredCapacity: resource.desired,
          scalingStatus: resource.actual === resource.desired ? "Successful" : "InProgress",
          resourceName: "workers",
          dimensionName: "count",
          version: "1.0",
        }),
      );
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cloud = createTestCloud();
  t.after(async () => {
    await cloud.stop();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const scaling = cloud.clients.applicationautoscaling(cloud.caller);
  const cloudwatch = cloud.clients.cloudwatch(cloud.caller);
  const target = {
    ServiceNamespace: "custom-resource" as const,
    ResourceId: `http://127.0.0.1:${port}/prod/scalableTargetDimensions/1-2`,
    ScalableDimension: "custom-resource:ResourceType:Property" as const,
  };
  await scaling.RegisterScalableTarget({ ...target, MinCapacity: 1, MaxCapacity: 10 });
  await scaling.PutScalingPolicy({
    ...target,
    PolicyName: "load",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 50,
      CustomizedMetricSpecification: {
        Namespace: "Mine",
        MetricName: "Load",
        Statistic: "Average",
      },
    },
  });
  for (let minute = 0; minute < 4; minute++) {
    await cloudwatch.PutMetricData({
      Namespace: "Mine",
      MetricData: [{ MetricName: "Load", Value: 100 }],
    });
    await cloud.advance("1m");
  }
  assert.deepEqual(asked, ['PATCH /prod/scalableTargetDimensions/1-2 {"desiredCapacity":4}']);
  const latest = async () => {
    const { ScalingActivities } = await scaling.DescribeScalingActivities({
      ServiceNamespace: "custom-resource",
    });
    return ScalingActivities![0]!;
  };
  assert.equal((await latest()).StatusCode, "InProgress");
  resource.actual = 4;
  await cloud.advance("5s");
  assert.equal((await latest()).StatusCode, "Successful");
  assert.equal((await latest()).Description, "Setting desired capacity to 4.");
  const { ScalableTargets } = await scaling.DescribeScalableTargets({
    ServiceNamespace: "custom-resource",
  });
  assert.match(
    ScalableTargets![0]!.RoleARN!,
    /:role\/aws-service-role\/custom-resource\.application-autoscaling\.amazonaws\.com\/AWSServiceRoleForApplicationAutoScaling_CustomResource$/,
  );
});

test("an endpoint that does not answer cannot be registered", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  await assert.rejects(
    cloud.clients.applicationautoscaling(cloud.caller).RegisterScalableTarget({
      ServiceNamespace: "custom-resource",
      ResourceId: "http://127.0.0.1:1/x",
      ScalableDimension: "custom-resource:ResourceType:Property",
      MinCapacity: 1,
      MaxCapacity: 2,
    }),
    { code: "ValidationException", message: /^GET http:\/\/127\.0\.0\.1:1\/x failed/ },
  );
});
