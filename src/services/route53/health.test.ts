import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { dateOf } from "#runtime/date.ts";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

/** An endpoint on this machine that answers with a status that can be set. */
async function endpoint(t: TestContext) {
  const answer = { status: 200, body: "all is well" };
  const asked: { path: string | undefined; host: string | undefined }[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push({ path: url, host: headers.host });
    response.writeHead(answer.status, { connection: "close" }).end(answer.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { answer, asked, port: (server.address() as AddressInfo).port };
}

async function failoverCloud(t: TestContext, config: HealthCheckConfig) {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const route53 = cloud.clients.route53(cloud.caller);
  const { HealthCheck } = await route53.CreateHealthCheck({
    CallerReference: "check",
    HealthCheckConfig: config,
  });
  const HealthCheckId = HealthCheck!.Id!;
  const { HostedZone } = await route53.CreateHostedZone({
    Name: "example.com",
    CallerReference: "zone",
  });
  const HostedZoneId = HostedZone!.Id!.replace("/hostedzone/", "");
  const set = (Failover: "PRIMARY" | "SECONDARY", Value: string) => ({
    Action: "CREATE" as const,
    ResourceRecordSet: {
      Name: "www.example.com",
      Type: "A" as const,
      TTL: 60,
      SetIdentifier: Failover,
      Failover,
      ResourceRecords: [{ Value }],
      ...(Failover === "PRIMARY" && { HealthCheckId }),
    },
  });
  await route53.ChangeResourceRecordSets({
    HostedZoneId,
    ChangeBatch: { Changes: [set("PRIMARY", "192.0.2.1"), set("SECONDARY", "192.0.2.2")] },
  });
  await cloud.advance("1s");
  const answered = async () =>
    (await route53.TestDNSAnswer({ HostedZoneId, RecordName: "www.example.com", RecordType: "A" }))
      .RecordData;
  return { cloud, route53, HealthCheckId, answered };
}

test("an endpoint that fails three times is left, and taken again after three successes", async (t) => {
  const { answer, port } = await endpoint(t);
  const { cloud, route53, HealthCheckId, answered } = await failoverCloud(t, {
    Type: "HTTP",
    IPAddress: "127.0.0.1",
    Port: port,
    RequestInterval: 10,
  });
  assert.deepEqual(await answered(), ["192.0.2.1"]);
  answer.status = 500;
  await cloud.advance("20s");
  assert.deepEqual(await answered(), ["192.0.2.1"], "two failures are not enough");
  await cloud.advance("15s");
  assert.deepEqual(await answered(), ["192.0.2.2"]);
  const { HealthCheckObservations } = await route53.GetHealthCheckStatus({ HealthCheckId });
  assert.match(
    HealthCheckObservations![0]!.StatusReport!.Status!,
    /^Failure: HTTP Status Code 500/,
  );
  answer.status = 200;
  await cloud.advance("35s");
  assert.deepEqual(await answered(), ["192.0.2.1"]);
  const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
    Namespace: "AWS/Route53",
    MetricName: "HealthCheckStatus",
    Dimensions: [{ Name: "HealthCheckId", Value: HealthCheckId }],
    StartTime: dateOf(cloud.clock.now() - 600_000),
    EndTime: dateOf(cloud.clock.now() + 60_000),
    Period: 60,
    Statistics: ["Minimum"],
  });
  assert.ok(Datapoints!.length > 0, "the status is a metric");
  const last = await route53.GetHealthCheckLastFailureReason({ HealthCheckId });
  assert.match(
    last.HealthCheckObservations![0]!.StatusReport!.Status!,
    /^Failure: HTTP Status Code 500/,
  );
});

test("a string must be in the body", async (t) => {
  const { answer, port } = await endpoint(t);
  const { cloud, answered } = await failoverCloud(t, {
    Type: "HTTP_STR_MATCH",
    FullyQualifiedDomainName: "status.localhost",
    Port: port,
    SearchString: "well",
    RequestInterval: 10,
    FailureThreshold: 1,
  });
  assert.deepEqual(await answered(), ["192.0.2.1"]);
  answer.body = "all is bad";
  await cloud.advance("11s");
  assert.deepEqual(await answered(), ["192.0.2.2"]);
});

test("a calculated health check counts its children, an inverted one turns around", async (t) => {
  const { answer, port } = await endpoint(t);
  const { cloud, route53, HealthCheckId, answered } = await failoverCloud(t, {
    Type: "TCP",
    IPAddress: "127.0.0.1",
    Port: port,
    RequestInterval: 10,
  });
  const child = await route53.CreateHealthCheck({
    CallerReference: "child",
    HealthCheckConfig: {
      Type: "HTTP",
      IPAddress: "127.0.0.1",
      Port: port,
      FailureThreshold: 1,
      RequestInterval: 10,
    },
  });
  const calculated = await route53.CreateHealthCheck({
    CallerReference: "calculated",
    HealthCheckConfig: {
      Type: "CALCULATED",
      ChildHealthChecks: [HealthCheckId, child.HealthCheck!.Id!],
      HealthThreshold: 2,
    },
  });
  const status = async () => {
    const found = await route53.GetHealthCheckStatus({ HealthCheckId: calculated.HealthCheck!.Id });
    return found.HealthCheckObservations![0]!.StatusReport!.Status;
  };
  await cloud.advance("11s");
  assert.equal(await status(), "Success: 2 of 2 child health checks are healthy");
  answer.status = 404;
  await cloud.advance("22s");
  assert.equal(await status(), "Failure: 1 of 2 child health checks are healthy");
  await route53.UpdateHealthCheck({ HealthCheckId, Inverted: true });
  await cloud.advance("11s");
  assert.deepEqual(await answered(), ["192.0.2.2"]);
});

test("a health check follows its alarm", async (t) => {
  const { cloud, answered } = await failoverCloud(t, {
    Type: "CLOUDWATCH_METRIC",
    AlarmIdentifier: { Region: "us-east-1", Name: "slow" },
    InsufficientDataHealthStatus: "Healthy",
  });
  const cloudwatch = cloud.clients.cloudwatch(cloud.caller);
  await cloudwatch.PutMetricAlarm({
    AlarmName: "slow",
    Namespace: "Own",
    MetricName: "Latency",
    Statistic: "Average",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: "GreaterThanThreshold",
  });
  assert.deepEqual(await answered(), ["192.0.2.1"]);
  for (let minute = 0; minute < 3; minute++) {
    await cloudwatch.PutMetricData({
      Namespace: "Own",
      MetricData: [{ MetricName: "Latency", Value: 5 }],
    });
    await cloud.advance("1m");
  }
  assert.deepEqual(await answered(), ["192.0.2.2"]);
});

test("children must be there and lead to no circle; a spent reference is not taken again", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const route53 = cloud.clients.route53(cloud.caller);
  const create = async (CallerReference: string, ...ChildHealthChecks: string[]) => {
    const { HealthCheck } = await route53.CreateHealthCheck({
      CallerReference,
      HealthCheckConfig: { Type: "CALCULATED", ChildHealthChecks, HealthThreshold: 1 },
    });
    return HealthCheck!.Id!;
  };
  const child = await create("child");
  const parent = await create("parent", child);
  const update = (...ChildHealthChecks: string[]) =>
    route53.UpdateHealthCheck({ HealthCheckId: child, ChildHealthChecks });
  for (const wrong of [child, parent, "00000000-0000-0000-0000-000000000000"])
    await assert.rejects(update(wrong), { code: "InvalidInput" });
  await route53.DeleteHealthCheck({ HealthCheckId: parent });
  await assert.rejects(create("parent", child), { code: "HealthCheckAlreadyExists" });
});

test("latency is measured where it is asked for", async (t) => {
  const { port } = await endpoint(t);
  const { cloud, HealthCheckId } = await failoverCloud(t, {
    Type: "HTTP",
    IPAddress: "127.0.0.1",
    Port: port,
    RequestInterval: 10,
    MeasureLatency: true,
  });
  await cloud.advance("2m");
  for (const MetricName of ["ConnectionTime", "TimeToFirstByte"]) {
    const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/Route53",
      MetricName,
      Dimensions: [{ Name: "HealthCheckId", Value: HealthCheckId }],
      StartTime: dateOf(cloud.clock.now() - 600_000),
      EndTime: dateOf(cloud.clock.now() + 60_000),
      Period: 60,
      Statistics: ["Average"],
    });
    assert.ok(Datapoints![0]!.Average! > 0, MetricName);
  }
});

test("whatever an endpoint's path and name are, it is asked, or its check is refused", async (t) => {
  const { asked, port } = await endpoint(t);
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const route53 = cloud.clients.route53(cloud.caller);
  const { HostedZone } = await route53.CreateHostedZone({
    Name: "example.com",
    CallerReference: "zone",
  });
  await route53.ChangeResourceRecordSets({
    HostedZoneId: HostedZone!.Id!.replace("/hostedzone/", ""),
    ChangeBatch: {
      Changes: [
        {
          Action: "CREATE",
          ResourceRecordSet: {
            Name: "away.example.com",
            Type: "CNAME",
            TTL: 60,
            // Beyond what is known here.
            ResourceRecords: [{ Value: "localhost" }],
          },
        },
      ],
    },
  });
  let made = 0;
  const create = async (config: Partial<HealthCheckConfig>) => {
    const { HealthCheck } = await route53.CreateHealthCheck({
      CallerReference: String(++made),
      HealthCheckConfig: { Type: "HTTP", Port: port, RequestInterval: 10, ...config },
    });
    return HealthCheck!.Id!;
  };
  const seen = async (HealthCheckId: string) => {
    const { HealthCheckObservations } = await route53.GetHealthCheckStatus({ HealthCheckId });
    return HealthCheckObservations!.map(({ StatusReport }) => StatusReport!.Status);
  };
  const here = { IPAddress: "127.0.0.1" };
  const spaced = await create({ ...here, ResourcePath: "/a b?c=\u{e4}" });
  const away = await create({ FullyQualifiedDomainName: "away.example.com" });
  const numbered = await create({ Type: "HTTPS", FullyQualifiedDomainName: "127.0.0.1" });
  await cloud.advance("10s");
  assert.deepEqual(await seen(spaced), ["Success: HTTP Status Code 200, OK"]);
  assert.deepEqual(await seen(away), ["Success: HTTP Status Code 200, OK"]);
  // There is no TLS.
  assert.match(String(await seen(numbered)), /^Failure: /);
  assert.ok(asked.some(({ path }) => path === "/a%20b?c=%C3%A4"));
  assert.ok(asked.some(({ host }) => host === `away.example.com:${port}`));
  await assert.rejects(create({ FullyQualifiedDomainName: "a b\r\nX: y" }), {
    code: "InvalidInput",
  });
  await assert.rejects(
    create({ ...here, Type: "TCP", FullyQualifiedDomainName: "www.example.com" }),
    {
      code: "InvalidInput",
      message:
        "TCP health checks that have IP address must not have a fully qualified domain name specified.",
    },
  );
  await assert.rejects(create({ ...here, AlarmIdentifier: { Name: "a", Region: "us-east-1" } }), {
    code: "InvalidInput",
    message: "Invalid parameter : Basic health checks must not have an metric region specified.",
  });
});
