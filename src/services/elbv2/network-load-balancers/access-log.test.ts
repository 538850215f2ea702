import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "node:tls";
import { gunzipSync } from "node:zlib";
import { eventually } from "#runtime/testing/eventually.ts";
import { readBody, type ByteStream } from "#http/http.ts";
import { listeners } from "../records.ts";
import { createBalancedCloud } from "../testing/balanced-cloud.ts";
import { accessLogLine } from "./access-log.ts";

const balancer =
  "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/net/my-network-loadbalancer/c6e77e28c25b2234";

test("a line has AWS's fields in AWS's order, and nothing that a client sends breaks it", () => {
  const record = {
    listenerArn: `${balancer.replace(":loadbalancer/", ":listener/")}/g3d4b5e8bb8464cd`,
    zone: "us-east-2a",
    kind: "TLS" as const,
    client: { host: "72.21.218.154", port: 51341 },
    node: { host: "172.100.100.185", port: 443 },
    target: undefined,
    startedMs: Date.UTC(2018, 11, 20, 2, 59, 30),
    endedMs: Date.UTC(2018, 11, 20, 2, 59, 40),
    receivedBytes: 98,
    sentBytes: 246,
    tls: {
      handshakeMs: 2.4,
      cipher: "ECDHE-RSA-AES128-SHA",
      version: "TLSv1.2",
      serverName: "shop.example",
      certificateArn: "arn:aws:acm:us-east-2:123456789012:certificate/2a108f19",
      certificateSerial: "01",
      clientAlpn: "h2",
      targetAlpn: undefined,
      offeredAlpn: ["h2", "http/1.1", 'x" y'],
    },
  };
  assert.equal(
    accessLogLine(balancer, record),
    'tls 2.0 2018-12-20T02:59:40 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd 72.21.218.154:51341 172.100.100.185:443 10000 2 98 246 - arn:aws:acm:us-east-2:123456789012:certificate/2a108f19 - ECDHE-RSA-AES128-SHA tlsv12 - shop.example h2 - "h2","http/1.1","x%22%20y" 2018-12-20T02:59:30',
  );
  const failed = { ...record, receivedBytes: 0, sentBytes: 0, tls: undefined };
  assert.match(accessLogLine(balancer, failed), / 10000 - 0 0 (- ){10}2018-12-20T02:59:30$/);
});

test("connections of TLS listeners are logged to S3, where the bucket's policy lets them be", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb } = cloud;
  const s3 = cloud.clients.s3(cloud.caller);
  const { CertificateArn } = await cloud.clients.acm(cloud.caller).RequestCertificate({
    DomainName: "shop.example",
    ValidationMethod: "DNS",
  });
  await cloud.advance("10s");
  const port = await cloud.backend(() => ({ status: 200, headers: {}, body: "hello" }));
  const { LoadBalancers } = await elb.CreateLoadBalancer({
    Name: "net",
    Type: "network",
    Subnets: cloud.subnets,
  });
  const { LoadBalancerArn } = LoadBalancers![0]!;
  const { TargetGroupArn } = await cloud.createGroup({ Protocol: "TCP" });
  await elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
  const { Listeners } = await elb.CreateListener({
    LoadBalancerArn,
    Protocol: "TLS",
    Port: 443,
    AlpnPolicy: ["HTTP2Optional"],
    Certificates: [{ CertificateArn }],
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  assert.deepEqual(Listeners![0]!.AlpnPolicy, ["HTTP2Optional"]);
  const statement = {
    Effect: "Allow",
    Principal: { Service: "delivery.logs.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: "arn:aws:s3:::logs/AWSLogs/123456789012/*",
    Condition: {
      StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" },
      ArnLike: { "aws:SourceArn": "arn:aws:logs:us-east-1:123456789012:*" },
    },
  };
  await s3.CreateBucket({ Bucket: "logs" });
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await s3.PutBucketPolicy({ Bucket: "logs", Policy });
  await elb.ModifyLoadBalancerAttributes({
    LoadBalancerArn,
    Attributes: [
      { Key: "access_logs.s3.enabled", Value: "true" },
      { Key: "access_logs.s3.bucket", Value: "logs" },
    ],
  });
  await cloud.advance("1s");
  const [listener] = await cloud.store.transaction((tx) => listeners.list(tx, cloud.caller));
  const ask = async () => {
    const socket = connect({
      ...Object.values(listener!.boundByZone!)[0]!,
      servername: "shop.example",
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
    });
    socket.write("GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n");
    let text = "";
    for await (const piece of socket) text += String(piece);
    assert.match(text, /hello$/);
  };
  await ask();
  const key = await eventually("the data plane knows of the end, too, and logs it", async () => {
    await cloud.advance("5m");
    const { Contents } = await s3.ListObjectsV2({ Bucket: "logs" });
    return Contents!.map(({ Key }) => Key!).find((one) => one.endsWith(".log.gz"));
  });
  assert.match(
    key,
    /^AWSLogs\/123456789012\/elasticloadbalancing\/us-east-1\/\d{4}\/\d\d\/\d\d\/123456789012_elasticloadbalancing_us-east-1_net\.net\.[0-9a-f]{16}_\d{8}T\d{4}Z_[a-z0-9]{8}\.log\.gz$/,
  );
  const { Body } = await s3.GetObject({ Bucket: "logs", Key: key });
  const body = Body as unknown as ByteStream | Uint8Array;
  const bytes = body instanceof Uint8Array ? body : await readBody(body, 1e6);
  const [line = "", ...rest] = String(gunzipSync(bytes)).split("\n");
  assert.deepEqual(rest, [""]);
  assert.ok(line.includes(` ${CertificateArn} - ECDHE-RSA-`), line);
  assert.match(line, / tlsv12 - shop\.example http\/1\.1 - "http\/1\.1" \d{4}-/);
  // The last lines of one that is deleted are delivered, too.
  await ask();
  await elb.DeleteLoadBalancer({ LoadBalancerArn });
  await eventually("its last flow is logged", async () => {
    await cloud.advance("5m");
    const { Contents } = await s3.ListObjectsV2({ Bucket: "logs" });
    return Contents!.filter(({ Key }) => Key!.endsWith(".log.gz")).length === 2;
  });
});
