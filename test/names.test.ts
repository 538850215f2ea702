/** Names across services: an alias to a load balancer follows the health of its targets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an alias leaves a load balancer whose targets are unhealthy, and comes back", async (t) => {
  const answer = { status: 200 };
  const server = createServer((_request, response) => {
    response.writeHead(answer.status, { connection: "close" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cloud = createTestCloud();
  t.after(async () => {
    await cloud.stop();
    server.close();
  });
  const { clients, caller } = cloud;
  const elb = clients.elbv2(caller);
  const { Subnets } = await clients.ec2(caller).DescribeSubnets({});
  const { LoadBalancers } = await elb.CreateLoadBalancer({
    Name: "web",
    Subnets: Subnets!.slice(0, 2).map(({ SubnetId }) => SubnetId!),
  });
  const balancer = LoadBalancers![0]!;
  const { TargetGroups } = await elb.CreateTargetGroup({
    Name: "app",
    Protocol: "HTTP",
    Port: 80,
    VpcId: Subnets![0]!.VpcId,
    TargetType: "ip",
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
  });
  const TargetGroupArn = TargetGroups![0]!.TargetGroupArn;
  await elb.CreateListener({
    LoadBalancerArn: balancer.LoadBalancerArn,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  const { port } = server.address() as AddressInfo;
  await elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });

  const route53 = clients.route53(caller);
  const { HostedZone } = await route53.CreateHostedZone({
    Name: "example.com",
    CallerReference: "one",
  });
  const HostedZoneId = HostedZone!.Id!.replace("/hostedzone/", "");
  const shared = { Name: "www.example.com", Type: "A" as const };
  await route53.ChangeResourceRecordSets({
    HostedZoneId,
    ChangeBatch: {
      Changes: [
        {
          Action: "CREATE",
          ResourceRecordSet: {
            ...shared,
            SetIdentifier: "balancer",
            Failover: "PRIMARY",
            AliasTarget: {
              HostedZoneId: balancer.CanonicalHostedZoneId!,
              DNSName: balancer.DNSName!,
              EvaluateTargetHealth: true,
            },
          },
        },
        {
          Action: "CREATE",
          ResourceRecordSet: {
            ...shared,
            SetIdentifier: "sorry",
            Failover: "SECONDARY",
            TTL: 60,
            ResourceRecords: [{ Value: "192.0.2.2" }],
          },
        },
      ],
    },
  });
  const answered = async () => {
    const { RecordData } = await route53.TestDNSAnswer({
      HostedZoneId,
      RecordName: "www.example.com",
      RecordType: "A",
    });
    return RecordData![0]!;
  };
  await cloud.advance("1m");
  assert.match(await answered(), /^127\./);
  answer.status = 500;
  await cloud.advance("1m");
  assert.equal(await answered(), "192.0.2.2");
  answer.status = 200;
  await cloud.advance("1m");
  assert.match(await answered(), /^127\./);
});
