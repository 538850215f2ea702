import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { test } from "node:test";
import { dateOf } from "#runtime/date.ts";
import { readBody, type ByteStream } from "#http/http.ts";
import { asService } from "#services/kit/principal.ts";
import { logLines } from "./records.ts";
import { createClassicCloud } from "./testing/classic-cloud.ts";

const inService = ["InService", "N/A", "N/A"];
const LoadBalancerName = "web";

test("an instance is in service after its threshold, out of it after the other, and gets requests between", async (context) => {
  const cloud = await createClassicCloud(context);
  let status = 200;
  const id = await cloud.run(() => ({ status, headers: {}, body: "from the instance" }));
  await cloud.create([id]);
  assert.deepEqual(await cloud.health(), [
    ["OutOfService", "ELB", "Instance registration is still in progress."],
  ]);
  await cloud.advance("1s");
  assert.deepEqual(await cloud.health(), [
    [
      "OutOfService",
      "Instance",
      "Instance has not passed the configured HealthyThreshold number of health checks consecutively.",
    ],
  ]);
  assert.equal((await cloud.get("/")).status, 503);
  await cloud.advance("10s");
  assert.deepEqual(await cloud.health(), [inService]);
  assert.deepEqual((await cloud.get("/")).text, "from the instance");
  status = 500;
  await cloud.advance("21s");
  assert.deepEqual(await cloud.health(), [inService]);
  await cloud.advance("10s");
  assert.deepEqual(await cloud.health(), [
    [
      "OutOfService",
      "Instance",
      "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
    ],
  ]);
  assert.equal((await cloud.get("/")).status, 503);
  status = 200;
  await cloud.advance("20s");
  assert.deepEqual(await cloud.health(), [inService]);
});

test("a stopped instance is out of service, a terminated one is forgotten", async (context) => {
  const cloud = await createClassicCloud(context);
  const id = await cloud.run(() => ({ status: 200, headers: {} }));
  await cloud.create([id]);
  await cloud.advance("30s");
  await cloud.ec2.StopInstances({ InstanceIds: [id] });
  await cloud.advance("1m");
  assert.deepEqual(await cloud.health(), [
    ["OutOfService", "Instance", "Instance is in stopped state."],
  ]);
  await cloud.ec2.StartInstances({ InstanceIds: [id] });
  await cloud.advance("1m");
  assert.deepEqual(await cloud.health(), [inService]);
  await cloud.ec2.TerminateInstances({ InstanceIds: [id] });
  await cloud.advance("1m");
  assert.deepEqual(await cloud.health(), []);
});

test("an instance in a zone that is not enabled waits until it is", async (context) => {
  const cloud = await createClassicCloud(context);
  const id = await cloud.run(() => ({ status: 200, headers: {} }), "us-east-1b");
  await cloud.create([id]);
  await cloud.advance("30s");
  assert.deepEqual(await cloud.health(), [
    [
      "OutOfService",
      "ELB",
      "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.",
    ],
  ]);
  await cloud.elb.EnableAvailabilityZonesForLoadBalancer({
    LoadBalancerName,
    AvailabilityZones: ["us-east-1b"],
  });
  await cloud.advance("30s");
  assert.deepEqual(await cloud.health(), [inService]);
  // Names lead to no node without instances, so every connection finds it.
  for (let count = 0; count < 4; count++) assert.equal((await cloud.get("/")).status, 200);
});

test("with connection draining a deregistered instance finishes its requests", async (context) => {
  const cloud = await createClassicCloud(context);
  let release = () => {};
  const arrived = Promise.withResolvers<void>();
  const id = await cloud.run(async ({ target }) => {
    if (target !== "/ping") {
      arrived.resolve();
      await new Promise<void>((resolve) => (release = resolve));
    }
    return { status: 200, headers: {}, body: "done" };
  });
  await cloud.create([id]);
  await cloud.elb.ModifyLoadBalancerAttributes({
    LoadBalancerName,
    LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 60 } },
  });
  await cloud.advance("30s");
  const answer = cloud.get("/slow");
  await arrived.promise;
  const Instances = [{ InstanceId: id }];
  await cloud.elb.DeregisterInstancesFromLoadBalancer({ LoadBalancerName, Instances });
  await cloud.advance("5s");
  assert.deepEqual(await cloud.health(), [
    ["InService", "N/A", "Instance deregistration currently in progress."],
  ]);
  assert.equal((await cloud.get("/")).status, 503);
  release();
  assert.equal((await answer).text, "done");
  await cloud.advance("5s");
  assert.deepEqual(await cloud.health(), [], "there is nothing to wait for any more");
});

test("what was measured is in CloudWatch after the minute", async (context) => {
  const cloud = await createClassicCloud(context);
  const id = await cloud.run(({ target }) => ({
    status: target === "/no" ? 404 : 200,
    headers: {},
  }));
  await cloud.create([id]);
  await cloud.advance("30s");
  const startMs = Math.floor(cloud.clock.now() / 60_000) * 60_000;
  for (let count = 0; count < 3; count++) await cloud.get("/");
  await cloud.get("/no");
  await cloud.advance("60s");
  const sum = async (MetricName: string, ...names: [string, string][]) => {
    const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/ELB",
      MetricName,
      Dimensions: names.map(([Name, Value]) => ({ Name, Value })),
      StartTime: dateOf(startMs),
      EndTime: dateOf(startMs + 60_000),
      Period: 60,
      Statistics: ["Sum", "SampleCount"],
    });
    return Datapoints![0] && [Datapoints![0].Sum, Datapoints![0].SampleCount];
  };
  const balancer: [string, string] = ["LoadBalancerName", "web"];
  const zone: [string, string] = ["AvailabilityZone", "us-east-1a"];
  assert.deepEqual((await sum("RequestCount", balancer))![0], 4);
  assert.deepEqual((await sum("RequestCount", balancer, zone))![0], 4);
  assert.deepEqual((await sum("RequestCount", zone))![0], 4);
  assert.deepEqual((await sum("HTTPCode_Backend_2XX", balancer))![0], 3);
  assert.deepEqual((await sum("HTTPCode_Backend_4XX", balancer))![0], 1);
  assert.deepEqual((await sum("Latency", balancer))![1], 4);
  assert.deepEqual((await sum("HealthyHostCount", balancer))![0], 1);
  assert.equal(await sum("SpilloverCount", balancer), undefined);
  assert.ok((await sum("EstimatedProcessedBytes", balancer))![0]! > 0);
});

test("access logs are put into the bucket whose policy lets them be", async (context) => {
  const cloud = await createClassicCloud(context);
  const s3 = cloud.clients.s3(cloud.caller);
  await s3.CreateBucket({ Bucket: "logs" });
  const id = await cloud.run(() => ({ status: 200, headers: {}, body: "x" }));
  await cloud.create([id]);
  const enable = () =>
    cloud.elb.ModifyLoadBalancerAttributes({
      LoadBalancerName,
      LoadBalancerAttributes: {
        AccessLog: { Enabled: true, S3BucketName: "logs", S3BucketPrefix: "my", EmitInterval: 5 },
      },
    });
  await assert.rejects(enable(), {
    code: "InvalidConfigurationRequest",
    message: "Access Denied for bucket: logs. Please check S3bucket permission",
  });
  await s3.PutBucketPolicy({
    Bucket: "logs",
    Policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::127311923021:root" },
          Action: "s3:PutObject",
          Resource: "arn:aws:s3:::logs/my/AWSLogs/123456789012/*",
        },
      ],
    }),
  });
  await enable();
  await cloud.advance("30s");
  await cloud.get("/page");
  await cloud.advance("5m");
  const list = async () => {
    const { Contents } = await s3.ListObjectsV2({ Bucket: "logs" });
    return Contents!.map(({ Key }) => Key!);
  };
  const read = async (Key: string) => {
    const { Body } = await s3.GetObject({ Bucket: "logs", Key });
    const body = Body as unknown as ByteStream | Uint8Array;
    return Buffer.from(body instanceof Uint8Array ? body : await readBody(body, 1e6)).toString();
  };
  const keys = await list();
  assert.ok(keys.includes("my/AWSLogs/123456789012/ELBAccessLogTestFile"));
  const key = keys.find((one) => one.endsWith(".log"))!;
  assert.match(
    key,
    /^my\/AWSLogs\/123456789012\/elasticloadbalancing\/us-east-1\/\d{4}\/\d\d\/\d\d\/123456789012_elasticloadbalancing_us-east-1_web_\d{8}T\d{4}Z_127\.[\d.]+_\w{8}\.log$/,
  );
  assert.match(
    await read(key),
    / web 127\.0\.0\.1:\d+ .* 200 200 0 1 "GET http:\/\/shop\.example:80\/page HTTP\/1\.1" "-" - -\n/,
  );
  await cloud.get("/deleted");
  await cloud.elb.DeleteLoadBalancer({ LoadBalancerName });
  // Another one of its name logs nothing.
  await cloud.create([id]);
  await cloud.advance("5m");
  const [another] = (await list()).filter((one) => one.endsWith(".log") && one !== key);
  assert.match(await read(another!), /shop\.example:80\/deleted/);
  await enable();
  await cloud.advance("1s");
  await cloud.get("/last");
  await cloud.host.stop();
  const kept = await cloud.store.transaction((tx) => logLines.list(tx, cloud.caller));
  assert.match(kept.flatMap(({ lines }) => lines).join(), /shop\.example:80\/last/);
});

test("an HTTPS listener shows IAM's server certificate by the policy's versions", async (context) => {
  const cloud = await createClassicCloud(context);
  const acm = cloud.clients.acm(asService(cloud.caller, "elasticloadbalancing.amazonaws.com"));
  const { CertificateArn } = await acm.RequestCertificate({ DomainName: "shop.example" });
  await cloud.advance("10m");
  const exported = await acm.ExportCertificate({
    CertificateArn,
    Passphrase: Buffer.from("secret"),
  });
  const key = createPrivateKey({ key: exported.PrivateKey!, passphrase: "secret" });
  const { ServerCertificateMetadata } = await cloud.clients
    .iam(cloud.caller)
    .UploadServerCertificate({
      ServerCertificateName: "shop",
      CertificateBody: exported.Certificate!,
      CertificateChain: exported.CertificateChain!,
      PrivateKey: key.export({ type: "pkcs8", format: "pem" }),
    });
  const id = await cloud.run(({ headers }) => ({
    status: 200,
    headers: {},
    body: headers["x-forwarded-proto"]!,
  }));
  await cloud.create([id], {
    Listeners: [
      {
        Protocol: "HTTPS",
        LoadBalancerPort: 443,
        InstancePort: 80,
        SSLCertificateId: ServerCertificateMetadata!.Arn,
      },
    ],
  });
  await cloud.advance("30s");
  const roots = exported.CertificateChain!;
  const ask = () => cloud.get("/", 443, { tls: { servername: "shop.example", ca: roots } });
  assert.equal((await ask()).text, "https");
  await cloud.elb.SetLoadBalancerListenerSSLCertificate({
    LoadBalancerName,
    LoadBalancerPort: 443,
    SSLCertificateId: CertificateArn,
  });
  await cloud.advance("1s");
  assert.equal((await ask()).text, "https");
  const { Certificate } = await acm.DescribeCertificate({ CertificateArn });
  assert.deepEqual(Certificate!.InUseBy, [
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/web",
  ]);
  await assert.rejects(acm.DeleteCertificate({ CertificateArn }), {
    code: "ResourceInUseException",
  });
});

test("load offered to simulated machines shows in the load balancer's metrics", async (context) => {
  const cloud = await createClassicCloud(context, { reach: () => undefined });
  const id = await cloud.run(() => ({ status: 200, headers: {} }));
  await cloud.create([id]);
  await cloud.advance("1m");
  assert.deepEqual(await cloud.health(), [inService]);
  const startMs = Math.ceil(cloud.clock.now() / 60_000) * 60_000;
  cloud.simulated.offer(id, 20);
  await cloud.advance("3m");
  const sumOf = async (MetricName: string) => {
    const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/ELB",
      MetricName,
      Dimensions: [{ Name: "LoadBalancerName", Value: LoadBalancerName }],
      StartTime: dateOf(startMs),
      EndTime: dateOf(startMs + 60_000),
      Period: 60,
      Statistics: ["Sum"],
    });
    return Math.round(Datapoints![0]!.Sum! / 10) * 10;
  };
  assert.equal(await sumOf("RequestCount"), 1200);
  assert.equal(await sumOf("HTTPCode_Backend_2XX"), 1200);
});
