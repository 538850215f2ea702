import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { createGate, waitingSource } from "../testing/gate.ts";
import { createStage } from "../testing/stage.ts";

const FunctionName = "ready";
const Qualifier = "live";

async function aliasStage(t: { after: (done: () => unknown) => void }) {
  const stage = await createStage();
  t.after(() => stage.cloud.stop());
  await stage.create(FunctionName, waitingSource, { Publish: true, Timeout: 100 });
  await stage.lambda.CreateAlias({ FunctionName, Name: Qualifier, FunctionVersion: "1" });
  const standing = (status: string) =>
    eventually(`it becomes ${status}`, async () => {
      const found = await stage.lambda.GetProvisionedConcurrencyConfig({ FunctionName, Qualifier });
      return found.Status === status && found;
    });
  return { ...stage, standing };
}

test("environments stand ready before the first event comes", async (t) => {
  const { call, cloud, lambda, standing } = await aliasStage(t);
  await assert.rejects(lambda.GetProvisionedConcurrencyConfig({ FunctionName, Qualifier }), {
    code: "ProvisionedConcurrencyConfigNotFoundException",
  });
  const put = await lambda.PutProvisionedConcurrencyConfig({
    FunctionName,
    Qualifier,
    ProvisionedConcurrentExecutions: 2,
  });
  assert.equal(put.Status, "IN_PROGRESS");
  assert.equal((await standing("READY")).AvailableProvisionedConcurrentExecutions, 2);
  const { log } = await call(FunctionName, {}, { Qualifier });
  assert.match(log, /Duration: \d/);
  // Two of three at once find one ready.
  const gate = await createGate(t);
  const calls = [1, 2, 3].map(() => call(FunctionName, { gate: gate.url }, { Qualifier }));
  await gate.arrived(3);
  gate.open();
  await Promise.all(calls);
  await cloud.advance("2m");
  const { MetricDataResults } = await cloud.clients.cloudwatch(cloud.caller).GetMetricData({
    StartTime: new Date(cloud.clock.now() - 300_000),
    EndTime: new Date(cloud.clock.now()),
    MetricDataQueries: [
      { MetricName: "ProvisionedConcurrencyInvocations", Stat: "Sum" },
      { MetricName: "ProvisionedConcurrencySpilloverInvocations", Stat: "Sum" },
      { MetricName: "ProvisionedConcurrentExecutions", Stat: "Maximum" },
      { MetricName: "ProvisionedConcurrencyUtilization", Stat: "Maximum" },
    ].map(({ MetricName, Stat }, index) => ({
      Id: `m${index}`,
      MetricStat: {
        Metric: {
          Namespace: "AWS/Lambda",
          MetricName,
          Dimensions: [
            { Name: "FunctionName", Value: FunctionName },
            { Name: "Resource", Value: `${FunctionName}:${Qualifier}` },
          ],
        },
        Period: 300,
        Stat,
      },
    })),
  });
  // They had all ended before the minute did.
  assert.deepEqual(
    MetricDataResults!.map(({ Values }) => Values!.reduce((sum, value) => sum + value, 0)),
    [3, 1, 2, 1],
  );
  const { ProvisionedConcurrencyConfigs } = await lambda.ListProvisionedConcurrencyConfigs({
    FunctionName,
  });
  assert.match(ProvisionedConcurrencyConfigs![0]!.FunctionArn!, /:function:ready:live$/);
});

test("unpublished code has none", async (t) => {
  const { lambda } = await aliasStage(t);
  await assert.rejects(
    lambda.PutProvisionedConcurrencyConfig({
      FunctionName,
      Qualifier: "$LATEST",
      ProvisionedConcurrentExecutions: 1,
    }),
    { code: "InvalidParameterValueException" },
  );
});

test("Application Auto Scaling adds what is needed while most of it works", async (t) => {
  const { call, cloud, lambda, standing } = await aliasStage(t);
  const scaling = cloud.clients.applicationautoscaling(cloud.caller);
  const target = {
    ServiceNamespace: "lambda",
    ResourceId: `function:${FunctionName}:${Qualifier}`,
    ScalableDimension: "lambda:function:ProvisionedConcurrency",
  } as const;
  await scaling.RegisterScalableTarget({ ...target, MinCapacity: 1, MaxCapacity: 3 });
  await scaling.PutScalingPolicy({
    ...target,
    PolicyName: "busy",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 0.7,
      PredefinedMetricSpecification: {
        PredefinedMetricType: "LambdaProvisionedConcurrencyUtilization",
      },
    },
  });
  await cloud.advance("1m");
  await standing("READY");
  const gate = await createGate(t);
  const working = call(FunctionName, { gate: gate.url }, { Qualifier });
  // The event runs in the host's time while minutes of the cloud pass.
  await gate.arrived(1);
  await cloud.advance("5m");
  const { RequestedProvisionedConcurrentExecutions: wanted = 0 } =
    await lambda.GetProvisionedConcurrencyConfig({ FunctionName, Qualifier });
  assert.ok(wanted > 1, `it is still ${wanted}`);
  gate.open();
  await working;
});
