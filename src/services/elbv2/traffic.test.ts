import assert from "node:assert/strict";
import { test } from "node:test";
import { dateOf } from "#runtime/date.ts";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";

test("a load balancer becomes active and sends requests to a target that became healthy", async (context) => {
  const cloud = await createBalancedCloud(context);
  const port = await cloud.backend(() => ({ status: 200, headers: {}, body: "from the target" }));
  const balancer = await cloud.createBalancer();
  assert.equal(balancer.State!.Code, "provisioning");
  assert.match(balancer.DNSName!, /^web-\d+\.us-east-1\.elb\.localhost$/);
  const { TargetGroupArn } = await cloud.createGroup();
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
  await cloud.advance("1s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [["unused", "Target.NotInUse"]]);
  await cloud.listen(balancer.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("1s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [["healthy"]]);
  const { LoadBalancers } = await cloud.elb.DescribeLoadBalancers({ Names: ["web"] });
  assert.equal(LoadBalancers![0]!.State!.Code, "active");
  const answer = await cloud.get("/");
  assert.deepEqual([answer.status, answer.text], [200, "from the target"]);
});

test("a target is unhealthy after its threshold and healthy again after the other", async (context) => {
  const cloud = await createBalancedCloud(context);
  let status = 200;
  const port = await cloud.backend(() => ({ status, headers: {} }));
  const balancer = await cloud.createBalancer();
  const { TargetGroupArn } = await cloud.createGroup({
    HealthCheckIntervalSeconds: 10,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 3,
    UnhealthyThresholdCount: 2,
    Matcher: { HttpCode: "200-299,301" },
  });
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
  await cloud.listen(balancer.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("1s");
  status = 500;
  await cloud.advance("10s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [["healthy"]]);
  await cloud.advance("10s");
  const expected = [["unhealthy", "Target.ResponseCodeMismatch"]];
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), expected);
  status = 301;
  await cloud.advance("20s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), expected);
  await cloud.advance("10s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [["healthy"]]);
});

test("a target that refuses connections is initial, then unhealthy", async (context) => {
  const cloud = await createBalancedCloud(context);
  const balancer = await cloud.createBalancer();
  const { TargetGroupArn } = await cloud.createGroup();
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: 1 }] });
  await cloud.listen(balancer.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("1s");
  const initial = [["initial", "Elb.InitialHealthChecking"]];
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), initial);
  await cloud.advance("30s");
  const unhealthy = [["unhealthy", "Target.FailedHealthChecks"]];
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), unhealthy);
});

test("a deregistered target drains for its delay and is then forgotten", async (context) => {
  const cloud = await createBalancedCloud(context);
  const port = await cloud.backend(() => ({ status: 200, headers: {}, body: "x" }));
  const balancer = await cloud.createBalancer();
  const { TargetGroupArn } = await cloud.createGroup();
  const Targets = [{ Id: "127.0.0.1", Port: port }];
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets });
  await cloud.listen(balancer.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("1s");
  await cloud.elb.DeregisterTargets({ TargetGroupArn, Targets });
  await cloud.advance("299s");
  const draining = [["draining", "Target.DeregistrationInProgress"]];
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), draining);
  assert.equal((await cloud.get("/")).status, 503);
  await cloud.advance("2s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), []);
  const { TargetHealthDescriptions } = await cloud.elb.DescribeTargetHealth({
    TargetGroupArn,
    Targets,
  });
  const [unknown] = TargetHealthDescriptions!;
  assert.equal(unknown!.TargetHealth!.Reason, "Target.NotRegistered");
  assert.equal(unknown!.AdministrativeOverride, undefined);
});

test("rules decide before the default action", async (context) => {
  const cloud = await createBalancedCloud(context);
  const balancer = await cloud.createBalancer();
  const fixed = (StatusCode: string, MessageBody: string) => ({
    Type: "fixed-response" as const,
    FixedResponseConfig: { StatusCode, ContentType: "text/plain", MessageBody },
  });
  const { ListenerArn } = await cloud.listen(balancer.LoadBalancerArn!, fixed("404", "nowhere"));
  await cloud.elb.CreateRule({
    ListenerArn,
    Priority: 10,
    Conditions: [{ Field: "path-pattern", Values: ["/api/*"] }],
    Actions: [fixed("200", "api")],
  });
  await cloud.elb.CreateRule({
    ListenerArn,
    Priority: 5,
    Conditions: [{ Field: "path-pattern", Values: ["/old/*"] }],
    Actions: [
      {
        Type: "redirect",
        RedirectConfig: { StatusCode: "HTTP_301", Host: "new.#{host}", Path: "/new/#{path}" },
      },
    ],
  });
  await cloud.advance("1s");
  assert.equal((await cloud.get("/api/x")).text, "api");
  assert.equal((await cloud.get("/")).text, "nowhere");
  const moved = await cloud.get("/old/a?b=c");
  assert.equal(moved.status, 301);
  assert.equal(moved.headers["location"], "http://new.shop.example:80/new/old/a?b=c");
});

test("what was measured is in CloudWatch after the minute", async (context) => {
  const cloud = await createBalancedCloud(context);
  const port = await cloud.backend(() => ({ status: 200, headers: {}, body: "x" }));
  const balancer = await cloud.createBalancer();
  const { TargetGroupArn } = await cloud.createGroup();
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
  await cloud.listen(balancer.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("1s");
  const start = cloud.clock.now();
  for (let count = 0; count < 5; count++) await cloud.get("/");
  await cloud.advance("60s");
  const name = (arn: string) => arn.slice(arn.lastIndexOf(":") + 1).replace(/^loadbalancer\//, "");
  const statistic = async (MetricName: string, dimensions: Record<string, string>) => {
    const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/ApplicationELB",
      MetricName,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      StartTime: dateOf(start - 60_000),
      EndTime: dateOf(start + 120_000),
      Period: 60,
      Statistics: ["Sum", "SampleCount"],
    });
    return Datapoints!.map(({ Sum, SampleCount }) => [Sum, SampleCount]);
  };
  const LoadBalancer = name(balancer.LoadBalancerArn!);
  const TargetGroup = name(TargetGroupArn!);
  assert.deepEqual((await statistic("RequestCount", { LoadBalancer }))[0]![0], 5);
  assert.deepEqual((await statistic("RequestCountPerTarget", { TargetGroup }))[0]![0], 5);
  assert.deepEqual((await statistic("HealthyHostCount", { TargetGroup, LoadBalancer }))[0]![0], 1);
  const [times] = await statistic("TargetResponseTime", { LoadBalancer, TargetGroup });
  assert.equal(times![1], 5);
  assert.ok(times![0]! > 0);
});
