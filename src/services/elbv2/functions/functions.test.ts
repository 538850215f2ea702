import assert from "node:assert/strict";
import { test } from "node:test";
import { dateOf } from "#runtime/date.ts";
import { functionsOf } from "#services/lambda/testing/stage.ts";
import { createBalancedCloud } from "../testing/balanced-cloud.ts";
import { eventOf, replyOf } from "./event.ts";

const FunctionName = "page";
const functionArn = `arn:aws:lambda:us-east-1:123456789012:function:${FunctionName}`;
const source = `
  export const handler = async (event) => {
    if (event.path === "/bad") return "no answer";
    if (event.path === "/long") return { statusCode: 200, body: "x".repeat(2 ** 20) };
    if (event.path === "/field") return { statusCode: 200, headers: { "x-a": "1\\r\\nx-b: 2" } };
    if (event.path === "/fail") throw new Error("no");
    return {
      statusCode: 201,
      statusDescription: "201 Made",
      headers: { "content-type": "application/json", "x-own": "yes", "fogbank-function-failure": "user x" },
      body: JSON.stringify(event),
    };
  };`;

test("a function leaves its group at once, which then has room for another", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { create, lambda } = await functionsOf(cloud);
  const { TargetGroups } = await cloud.elb.CreateTargetGroup({ Name: "app", TargetType: "lambda" });
  const { TargetGroupArn } = TargetGroups![0]!;
  await assert.rejects(
    cloud.elb.ModifyTargetGroupAttributes({
      TargetGroupArn,
      Attributes: [{ Key: "stickiness.enabled", Value: "false" }],
    }),
    {
      code: "InvalidConfigurationRequest",
      message:
        "A target group with HTTPS protocol does not support the attribute stickiness.enabled",
    },
  );
  const Targets: { Id: string }[] = [];
  for (const name of [FunctionName, "next"]) {
    await create(name, source);
    await lambda.AddPermission({
      FunctionName: name,
      StatementId: "load-balancer",
      Action: "lambda:InvokeFunction",
      Principal: "elasticloadbalancing.amazonaws.com",
    });
    Targets.push({ Id: functionArn.replace(FunctionName, name) });
  }
  const [first, next] = Targets as [{ Id: string }, { Id: string }];
  const register = (target: { Id: string }) =>
    cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [target] });
  await register(first);
  const balancer = await cloud.createBalancer();
  await cloud.listen(balancer.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("1s");
  await assert.rejects(register(next), { code: "TooManyTargets" });
  await cloud.elb.DeregisterTargets({ TargetGroupArn, Targets: [first] });
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), []);
  await register(next);
  await cloud.advance("1s");
  assert.equal((await cloud.get("/")).status, 201);
});

test("a function answers requests of the load balancer that it lets in", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { create, lambda } = await functionsOf(cloud);
  await create(FunctionName, source);
  const { TargetGroups } = await cloud.elb.CreateTargetGroup({
    Name: "app",
    TargetType: "lambda",
  });
  const { TargetGroupArn, HealthCheckEnabled, Protocol } = TargetGroups![0]!;
  assert.deepEqual([HealthCheckEnabled, Protocol], [false, undefined]);
  const register = () =>
    cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: functionArn }] });
  await assert.rejects(register(), {
    message: `elasticloadbalancing.amazonaws.com principal does not have permission to invoke ${functionArn} from target group ${TargetGroupArn}`,
  });
  await lambda.AddPermission({
    FunctionName,
    StatementId: "load-balancer",
    Action: "lambda:InvokeFunction",
    Principal: "elasticloadbalancing.amazonaws.com",
    SourceArn: TargetGroupArn,
  });
  await register();
  const balancer = await cloud.createBalancer();
  await cloud.listen(balancer.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("1s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [
    ["unavailable", "Target.HealthCheckDisabled"],
  ]);
  const { status, headers, text } = await cloud.get("/a%20b?x=1%202&x=3");
  assert.deepEqual([status, headers["x-own"]], [201, "yes"]);
  const event = JSON.parse(text);
  assert.deepEqual(
    [event.requestContext.elb.targetGroupArn, event.httpMethod, event.path],
    [TargetGroupArn, "GET", "/a%20b"],
  );
  assert.deepEqual(event.queryStringParameters, { x: "3" });
  assert.equal(event.headers["x-forwarded-proto"], "http");
  for (const path of ["/bad", "/fail", "/long", "/field"])
    assert.equal((await cloud.get(path)).status, 502);
  await lambda.RemovePermission({ FunctionName, StatementId: "load-balancer" });
  assert.equal((await cloud.get("/")).status, 502);
  await cloud.advance("60s");
  const name = (arn: string) => arn.slice(arn.lastIndexOf(":") + 1).replace(/^loadbalancer\//, "");
  const LoadBalancer = name(balancer.LoadBalancerArn!);
  const sumOf = async (MetricName: string, dimensions: Record<string, string>) => {
    const now = cloud.clock.now();
    const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/ApplicationELB",
      MetricName,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      StartTime: dateOf(now - 180_000),
      EndTime: dateOf(now + 60_000),
      Period: 300,
      Statistics: ["Sum"],
    });
    return Datapoints!.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
  };
  const TargetGroup = name(TargetGroupArn!);
  assert.equal(await sumOf("LambdaUserError", { TargetGroup }), 5);
  assert.equal(await sumOf("LambdaUserError", { TargetGroup, LoadBalancer }), 5);
  assert.equal(await sumOf("LambdaInternalError", { TargetGroup }), 0);
  assert.equal(await sumOf("RequestCount", { TargetGroup, LoadBalancer }), 6);
  assert.equal(await sumOf("HTTPCode_Target_2XX_Count", { LoadBalancer }), 1);
  assert.equal(await sumOf("HTTPCode_ELB_502_Count", { LoadBalancer }), 5);
  assert.ok((await sumOf("LambdaTargetProcessedBytes", { LoadBalancer })) > 500);
  assert.equal(await sumOf("StandardProcessedBytes", { LoadBalancer }), 0);
  // "WebSockets are not supported. Upgrade requests are rejected with an HTTP 400 code."
  const upgrade = { rawHeaders: ["Host", "a", "Connection", "Upgrade", "Upgrade", "websocket"] };
  assert.equal((await cloud.get("/", { ...upgrade, upgrade: true })).status, 400);
});

test("a function may be checked, and is out of service when it fails", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { create, lambda } = await functionsOf(cloud);
  await create(FunctionName, "export const handler = async () => ({ statusCode: 500 });");
  await lambda.AddPermission({
    FunctionName,
    StatementId: "load-balancer",
    Action: "lambda:InvokeFunction",
    Principal: "elasticloadbalancing.amazonaws.com",
  });
  const { TargetGroups } = await cloud.elb.CreateTargetGroup({
    Name: "app",
    TargetType: "lambda",
    HealthCheckEnabled: true,
  });
  const { TargetGroupArn } = TargetGroups![0]!;
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: functionArn }] });
  const balancer = await cloud.createBalancer();
  await cloud.listen(balancer.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("1s");
  await cloud.advance("36s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [
    ["unhealthy", "Target.ResponseCodeMismatch"],
  ]);
});

test("what came several times is a list where the group says so, and bytes are Base64", () => {
  const request = {
    method: "POST",
    target: "/?a=1&a=2&b",
    rawHeaders: ["Accept", "x", "accept", "y", "Content-Type", "image/png"],
  };
  const facts = { targetGroupArn: "arn", multiValue: true };
  const event = eventOf(request, Buffer.from([0xff]), facts);
  assert.deepEqual(event["multiValueQueryStringParameters"], { a: ["1", "2"], b: [""] });
  assert.deepEqual(event["multiValueHeaders"], {
    accept: ["x", "y"],
    "content-type": ["image/png"],
  });
  assert.deepEqual([event["body"], event["isBase64Encoded"]], ["/w==", true]);
});

test("a health check tells a function who asks, and nothing else", () => {
  const asked = (...more: string[]) => {
    const rawHeaders = ["Host", "a", "User-Agent", "ELB-HealthChecker/2.0", ...more];
    const request = { method: "GET", target: "/", rawHeaders };
    return eventOf(request, Buffer.alloc(0), { targetGroupArn: "arn", multiValue: false });
  };
  assert.deepEqual(asked()["headers"], { "user-agent": "ELB-HealthChecker/2.0" });
  // A client may call itself so; its requests are traced.
  const headers = asked("X-Amzn-Trace-Id", "Root=1-2-3")["headers"] as Record<string, string>;
  assert.equal(headers["host"], "a");
});

test("fields and bodies that cannot be sent make an answer none, and others are sent as UTF-8", () => {
  const read = (answer: object, multiValue = false) =>
    replyOf(Buffer.from(JSON.stringify({ statusCode: 200, ...answer })), multiValue);
  for (const headers of [{ "x y": "1" }, { x: "a\r\nb: 2" }, { "Content-Length": "many" }])
    assert.equal(read({ headers }), undefined, JSON.stringify(headers));
  assert.equal(read({ multiValueHeaders: { x: ["1", "\0"] } }, true), undefined);
  assert.equal(read({ body: "%%%", isBase64Encoded: true }), undefined);
  assert.deepEqual(read({ body: "aGk=\n", isBase64Encoded: true })!.body, Buffer.from("hi"));
  assert.equal(read({ headers: { x: "\u00e9" } })!.headers["x"], "\u00c3\u00a9");
  assert.equal(read({ statusDescription: "200 \u2713" })!.reason, undefined);
});

test("an answer without a status is none", () => {
  const read = (answer: unknown) => replyOf(Buffer.from(JSON.stringify(answer)), false);
  assert.equal(read({ body: "x" }), undefined);
  assert.equal(read({ statusCode: 99 }), undefined);
  assert.equal(read(null), undefined);
  assert.deepEqual(read({ statusCode: "204" }), { status: 204, headers: {}, body: "" });
});
