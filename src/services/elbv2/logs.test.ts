import assert from "node:assert/strict";
import { test } from "node:test";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";
import { letLogsIn, readLog } from "./testing/log-bucket.ts";

test("requests are logged to S3 every five minutes, where the bucket's policy lets them be", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb } = cloud;
  const s3 = cloud.clients.s3(cloud.caller);
  const { LoadBalancerArn } = await cloud.createBalancer();
  const port = await cloud.backend(() => ({ status: 201, headers: {}, body: "hello" }));
  const { TargetGroupArn } = await cloud.createGroup();
  await elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
  await cloud.listen(LoadBalancerArn!, { Type: "forward", TargetGroupArn: TargetGroupArn! });
  await s3.CreateBucket({ Bucket: "logs" });
  const enable = () =>
    elb.ModifyLoadBalancerAttributes({
      LoadBalancerArn,
      Attributes: [
        { Key: "access_logs.s3.enabled", Value: "true" },
        { Key: "access_logs.s3.bucket", Value: "logs" },
        { Key: "access_logs.s3.prefix", Value: "web" },
      ],
    });
  await assert.rejects(enable(), {
    code: "InvalidConfigurationRequest",
    message: "Access Denied for bucket: logs. Please check S3bucket permission",
  });
  await letLogsIn(s3, "web/AWSLogs/123456789012/");
  await enable();
  await cloud.advance("30s");
  assert.equal((await cloud.get("/cart?item=1")).status, 201);
  await cloud.advance("5m");
  const { Contents } = await s3.ListObjectsV2({ Bucket: "logs" });
  const keys = Contents!.map(({ Key }) => Key!);
  assert.ok(keys.includes("web/AWSLogs/123456789012/ELBAccessLogTestFile"));
  const key = keys.find((one) => one.endsWith(".log.gz"))!;
  assert.match(
    key,
    /^web\/AWSLogs\/123456789012\/elasticloadbalancing\/us-east-1\/\d{4}\/\d\d\/\d\d\/123456789012_elasticloadbalancing_us-east-1_app\.web\.[0-9a-f]{16}_\d{8}T\d{4}Z_127\.[\d.]+_[a-z0-9]{8}\.log\.gz$/,
  );
  const [line = "", ...rest] = (await readLog(s3, key)).split("\n");
  assert.deepEqual(rest, [""]);
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z`;
  const duration = String.raw`\d\.\d{3}`;
  const balancer = LoadBalancerArn!.split(":loadbalancer/")[1]!;
  assert.match(
    line,
    new RegExp(
      `^http ${time} ${balancer} 127\\.0\\.0\\.1:\\d+ 127\\.0\\.0\\.1:${port} ${duration} ${duration} ${duration} 201 201 \\d+ \\d+ "GET http://shop\\.example:80/cart\\?item=1 HTTP/1\\.1" "-" - - ${TargetGroupArn} "Root=1-[0-9a-f]{8}-[0-9a-f]{24}" "-" "-" 0 ${time} "forward" "-" "-" "127\\.0\\.0\\.1:${port}" "201" "-" "-" TID_[0-9a-f]{32} "-" "-" "-" 127\\.[\\d.]+$`,
    ),
  );
});

test("connections and health checks are logged likewise, and lines outlive the process", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb } = cloud;
  const s3 = cloud.clients.s3(cloud.caller);
  const { LoadBalancerArn } = await cloud.createBalancer();
  const port = await cloud.backend(() => ({ status: 200, headers: {}, body: "hello" }));
  const { TargetGroupArn } = await cloud.createGroup();
  await elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
  await cloud.listen(LoadBalancerArn!, { Type: "forward", TargetGroupArn: TargetGroupArn! });
  await s3.CreateBucket({ Bucket: "logs" });
  await letLogsIn(s3, "AWSLogs/123456789012/");
  await elb.ModifyLoadBalancerAttributes({
    LoadBalancerArn,
    Attributes: ["connection_logs", "health_check_logs"].flatMap((kind) => [
      { Key: `${kind}.s3.enabled`, Value: "true" },
      { Key: `${kind}.s3.bucket`, Value: "logs" },
    ]),
  });
  await cloud.advance("30s");
  assert.equal((await cloud.get("/")).status, 200);
  await cloud.advance("5m");
  const { Contents = [] } = await s3.ListObjectsV2({ Bucket: "logs" });
  const keys = Contents.map(({ Key }) => Key!);
  const read = (start: string) =>
    readLog(
      s3,
      keys.find((one) => one.split("/").at(-1)!.startsWith(start))!,
    );
  assert.ok(await read("ELBConnectionLogTestFile"));
  assert.ok(await read("ELBHealthCheckLogTestFile"));
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z`;
  assert.match(
    await read("conn_log_123456789012_elasticloadbalancing_us-east-1_app.web."),
    new RegExp(
      `^${time} 127\\.0\\.0\\.1 \\d+ 80 - - - "-" - - - TID_[0-9a-f]{32} - app/web/[0-9a-f]{16} 127\\.[\\d.]+\\n`,
    ),
  );
  const balancer = LoadBalancerArn!.split(":loadbalancer/")[1]!;
  assert.match(
    await read("health_check_log_123456789012_elasticloadbalancing_us-east-1_app.web."),
    new RegExp(
      `^http ${time} 0\\.\\d{9} 127\\.0\\.0\\.1:${port} \\S+ PASS 200 - ${balancer} 127\\.[\\d.]+\\n`,
    ),
  );
});
