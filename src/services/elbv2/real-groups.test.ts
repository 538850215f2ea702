import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import {
  createProcessHarness,
  type ProcessHarness,
} from "#compute/process/testing/process-harness.ts";
import { askInVain } from "#services/kit/load-balancing/testing/ask.ts";
import { publicImages } from "#services/kit/facts/public-images.ts";
import { listeners } from "./records.ts";
import { createBalancedCloud, type BalancedCloud } from "./testing/balanced-cloud.ts";

const server = `require("node:http").createServer((q, s) => s.end([q.socket.remoteAddress.replace("::ffff:", ""), q.headers["x-forwarded-for"]].join(" "))).listen(8080)`;
const userData = `#!/bin/sh\nnohup node -e '${server}' >/dev/null 2>&1 &\n`;

/** A running client and a running target, each in a group of its own; undefined where rules do not hold between machines. */
async function createFleet(context: TestContext) {
  const harness = await createProcessHarness();
  context.after(() => harness.dispose());
  const cloud = await createBalancedCloud(context, { compute: harness.driver });
  const { ec2 } = cloud;
  const [clients, edge, targets] = [
    await cloud.createSecurityGroup("clients"),
    await cloud.createSecurityGroup("edge"),
    await cloud.createSecurityGroup("targets"),
  ];
  const from = (port: number, peer: string) => ({
    IpProtocol: "tcp",
    FromPort: port,
    ToPort: port,
    ...(peer.startsWith("sg-")
      ? { UserIdGroupPairs: [{ GroupId: peer }] }
      : { IpRanges: [{ CidrIp: peer }] }),
  });
  const launch = async (groupId: string) => {
    const { Instances } = await ec2.RunInstances({
      ImageId: publicImages("us-east-1")[0]!.imageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      SubnetId: cloud.subnets[0],
      SecurityGroupIds: [groupId],
      UserData: Buffer.from(userData).toString("base64"),
    });
    const { InstanceId: id, PrivateIpAddress: address } = Instances![0]!;
    return { id: id!, address: address! };
  };
  const [client, target] = [await launch(clients), await launch(targets)];
  await until(cloud, harness, async () => {
    const { Reservations } = await ec2.DescribeInstances({});
    return Reservations!.every(({ Instances }) => Instances![0]!.State!.Name === "running");
  });
  if (!(await harness.record(client.id)).ownAddress) return undefined;
  return {
    harness,
    cloud,
    groups: { clients, edge, targets },
    client,
    target,
    /** As which machines see a load balancer: by the address of its interface in the first of its subnets. */
    async nodeOf(arn: string | undefined): Promise<string> {
      await cloud.advance("1s");
      const { NetworkInterfaces } = await ec2.DescribeNetworkInterfaces({
        Filters: [
          { Name: "description", Values: [`ELB ${arn!.split(":loadbalancer/")[1]}`] },
          { Name: "subnet-id", Values: [cloud.subnets[0]!] },
        ],
      });
      return NetworkInterfaces![0]!.PrivateIpAddress!;
    },
    from,
    allow: (GroupId: string, port: number, peer: string) =>
      ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [from(port, peer)] }),
    disallow: (GroupId: string, port: number, peer: string) =>
      ec2.RevokeSecurityGroupIngress({ GroupId, IpPermissions: [from(port, peer)] }),
    /** A target group of the target, and its health. */
    async targetGroup(changes: Parameters<BalancedCloud["createGroup"]>[0] = {}) {
      const { TargetGroupArn } = await cloud.createGroup({
        TargetType: "instance",
        Port: 8080,
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 2,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
        ...changes,
      });
      await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: target.id }] });
      const turns = (state: string) =>
        until(
          cloud,
          harness,
          async () => String((await cloud.healthOf(TargetGroupArn!))[0]) === state,
        );
      return { TargetGroupArn: TargetGroupArn!, turns };
    },
    async bound() {
      const [record] = await cloud.store.transaction((tx) => listeners.list(tx, cloud.caller));
      return record!.bound ?? Object.values(record!.boundByZone!)[0]!;
    },
    /** What the target calls the one who asks it, and the load balancer its client. */
    askFrom: async (
      { id }: { id: string },
      { host, port }: { host: string; port: number },
      seconds = "60",
    ): Promise<string> => {
      const command = ["curl", "-sm", seconds, `http://${host}:${port}/`];
      const { stdout } = await harness.driver.execute(id, command);
      return stdout.trim() || "nothing";
    },
  };
}

test("real machines, a load balancer and groups as sources: each lets in whom its group names", async (context) => {
  const fleet = await createFleet(context);
  if (!fleet) return context.skip("needs eBPF, and root for it");
  const { cloud, client, target, allow, askFrom } = fleet;
  const { clients, edge, targets } = fleet.groups;
  await allow(targets, 8080, edge);
  const web = await cloud.createBalancer("web", { SecurityGroups: [edge] });
  const { TargetGroupArn, turns } = await fleet.targetGroup();
  await cloud.listen(web.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  const node = await fleet.nodeOf(web.LoadBalancerArn);
  // The target's group names the load balancer's and nobody else.
  await turns("healthy");

  const bound = await fleet.bound();
  assert.equal(await askFrom(client, bound, "0.7"), "nothing", "nobody is let in yet");
  await allow(edge, 80, clients);
  await cloud.advance("1s");
  assert.equal(await askFrom(client, bound), `${node} ${client.address}`);
  assert.equal(await askFrom(target, bound, "0.7"), "nothing", "it is in another group");
  assert.equal(await askInVain(bound), "nothing", "so is this machine");
  await cloud.ec2.ModifyInstanceAttribute({ InstanceId: target.id, Groups: [targets, clients] });
  await cloud.advance("1s");
  assert.equal(await askFrom(target, bound), `${node} ${target.address}`, "it has joined");

  const all = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await cloud.ec2.RevokeSecurityGroupEgress({ GroupId: edge, IpPermissions: [all] });
  await turns("unhealthy,Target.Timeout");
  await cloud.ec2.AuthorizeSecurityGroupEgress({
    GroupId: edge,
    IpPermissions: [fleet.from(8080, targets)],
  });
  await turns("healthy");
  await fleet.disallow(targets, 8080, edge);
  await turns("unhealthy,Target.Timeout");
});

test("behind a network load balancer real machines see their client, and judge it by its groups", async (context) => {
  const fleet = await createFleet(context);
  if (!fleet) return context.skip("needs eBPF, and root for it");
  const { cloud, client, allow, disallow, askFrom } = fleet;
  const { clients, edge, targets } = fleet.groups;
  const open = await cloud.createSecurityGroup("open", { port: 80, cidr: "0.0.0.0/0" });
  const net = await cloud.createBalancer("net", {
    Type: "network",
    Subnets: cloud.subnets.slice(0, 1),
    SecurityGroups: [open, edge],
  });
  const node = await fleet.nodeOf(net.LoadBalancerArn);
  // For health checks, which come from the load balancer itself.
  await allow(targets, 8080, `${node}/32`);
  const { TargetGroupArn, turns } = await fleet.targetGroup({ Protocol: "TCP" });
  await cloud.elb.CreateListener({
    LoadBalancerArn: net.LoadBalancerArn,
    Protocol: "TCP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  await turns("healthy");
  const bound = await fleet.bound();
  assert.equal(await askFrom(client, bound, "0.7"), "nothing", "the target lets no such client in");
  await allow(targets, 8080, clients);
  await cloud.advance("1s");
  assert.equal(await askFrom(client, bound), client.address);
  await disallow(targets, 8080, clients);
  await allow(targets, 8080, edge);
  await cloud.advance("10s");
  assert.equal(await askFrom(client, bound), node, "it lets in whatever comes through");
});

test("machines reach an internal load balancer at the private address of its interface", async (context) => {
  const fleet = await createFleet(context);
  if (!fleet) return context.skip("needs eBPF, and root for it");
  const { cloud, client, allow, askFrom } = fleet;
  const { clients, edge, targets } = fleet.groups;
  await allow(targets, 8080, edge);
  await allow(edge, 80, clients);
  const inner = await cloud.createBalancer("inner", {
    Scheme: "internal",
    SecurityGroups: [edge],
  });
  const { TargetGroupArn, turns } = await fleet.targetGroup();
  await cloud.listen(inner.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await turns("healthy");
  const node = await fleet.nodeOf(inner.LoadBalancerArn);
  const { port } = await fleet.bound();
  assert.equal(await askFrom(client, { host: node, port }), `${node} ${client.address}`);
});

/** Real machines take wall time; the cloud's clock follows so that nothing due is missed. */
const until = (cloud: BalancedCloud, harness: ProcessHarness, holds: () => Promise<boolean>) =>
  eventually(holds.toString(), holds, async () => {
    await harness.pass();
    await cloud.advance("200ms");
  });
