import assert from "node:assert/strict";
import { test } from "node:test";
import { createGate, waitingSource } from "../testing/gate.ts";
import { createStage } from "../testing/stage.ts";

test("no more events run at once than are reserved for the function", async (t) => {
  const { cloud, create, call, lambda } = await createStage();
  t.after(() => cloud.stop());
  await create("slow", waitingSource, { Timeout: 100 });
  await lambda.PutFunctionConcurrency({ FunctionName: "slow", ReservedConcurrentExecutions: 1 });
  const gate = await createGate(t);
  const running = call("slow", { gate: gate.url });
  await gate.arrived(1);
  await assert.rejects(call("slow", {}), {
    code: "TooManyRequestsException",
    members: { Type: "User", Reason: "ReservedFunctionConcurrentInvocationLimitExceeded" },
  });
  gate.open();
  await running;
  assert.equal((await call("slow", {})).error, undefined);
  await cloud.advance("1m");
  const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
    Namespace: "AWS/Lambda",
    MetricName: "Throttles",
    Dimensions: [{ Name: "FunctionName", Value: "slow" }],
    StartTime: new Date(cloud.clock.now() - 300_000),
    EndTime: new Date(cloud.clock.now()),
    Period: 60,
    Statistics: ["Sum"],
  });
  assert.equal(Datapoints?.[0]?.Sum, 1);
});

test("a hundred executions stay for everybody", async (t) => {
  const { cloud, create, lambda } = await createStage();
  t.after(() => cloud.stop());
  await create("greedy", "export const handler = async () => 1;");
  await assert.rejects(
    lambda.PutFunctionConcurrency({ FunctionName: "greedy", ReservedConcurrentExecutions: 901 }),
    { message: /below its minimum value of \[100\]/ },
  );
});
