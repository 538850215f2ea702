import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { test } from "node:test";
import { dateOf } from "#runtime/date.ts";
import { ask, askInVain, askOver } from "#services/kit/load-balancing/testing/ask.ts";
import { listeners } from "./records.ts";
import { createBalancedCloud, type BalancedCloud } from "./testing/balanced-cloud.ts";

const fixed = {
  Type: "fixed-response" as const,
  FixedResponseConfig: { StatusCode: "200", ContentType: "text/plain", MessageBody: "in" },
};

async function boundOf(cloud: BalancedCloud) {
  const [record] = await cloud.store.transaction((tx) => listeners.list(tx, cloud.caller));
  return record!.bound ?? Object.values(record!.boundByZone!)[0]!;
}

const ingress = (GroupId: string, port: number, CidrIp: string, IpProtocol = "tcp") => ({
  GroupId,
  IpPermissions: [{ IpProtocol, FromPort: port, ToPort: port, IpRanges: [{ CidrIp }] }],
});

async function sumOf(cloud: BalancedCloud, namespace: string, name: string, arn: string) {
  const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
    Namespace: namespace,
    MetricName: name,
    Dimensions: [{ Name: "LoadBalancer", Value: arn.replace(/^.*:loadbalancer\//, "") }],
    StartTime: dateOf(cloud.clock.now() - 3_600_000),
    EndTime: dateOf(cloud.clock.now() + 60_000),
    Period: 3600,
    Statistics: ["Sum"],
  });
  return Datapoints!.reduce((sum, { Sum }) => sum + Sum!, 0);
}

test("whom no rule lets in waits in vain and is not counted; a new rule counts at once", async (context) => {
  const cloud = await createBalancedCloud(context);
  const group = await cloud.createSecurityGroup("web", { port: 443, cidr: "0.0.0.0/0" });
  const web = await cloud.createBalancer("web", { SecurityGroups: [group] });
  await cloud.listen(web.LoadBalancerArn!, fixed);
  await cloud.advance("1s");
  const bound = await boundOf(cloud);
  assert.equal(await askInVain(bound), "nothing", "port 80 is not open");

  await cloud.ec2.AuthorizeSecurityGroupIngress(ingress(group, 80, "127.9.0.0/16"));
  await cloud.advance("1s");
  assert.equal(await askInVain(bound), "nothing", "the rule is about others");
  assert.equal(await ask(bound, "127.9.1.1"), "HTTP/1.1 200 OK");
  const kept = connect({ ...bound, localAddress: "127.9.1.1" });
  assert.equal(await askOver(kept), "HTTP/1.1 200 OK");

  await cloud.ec2.RevokeSecurityGroupIngress(ingress(group, 80, "127.9.0.0/16"));
  await cloud.advance("1s");
  assert.equal(await askInVain(bound, "127.9.1.1"), "nothing");
  assert.equal(await askOver(kept), "HTTP/1.1 200 OK", "what is tracked stays");
  kept.destroy();
  await cloud.advance("1m");
  const arn = web.LoadBalancerArn!;
  assert.equal(await sumOf(cloud, "AWS/ApplicationELB", "HTTP_Fixed_Response_Count", arn), 3);
  assert.equal(await sumOf(cloud, "AWS/ApplicationELB", "NewConnectionCount", arn), 2);
  assert.equal(await sumOf(cloud, "AWS/ApplicationELB", "RejectedConnectionCount", arn), 0);
});

test("other groups, and prefix lists in them, count at once, too", async (context) => {
  const cloud = await createBalancedCloud(context);
  const closed = await cloud.createSecurityGroup("closed");
  const open = await cloud.createSecurityGroup("open");
  const { PrefixList } = await cloud.ec2.CreateManagedPrefixList({
    PrefixListName: "offices",
    AddressFamily: "IPv4",
    MaxEntries: 5,
    Entries: [{ Cidr: "127.0.0.1/32" }],
  });
  const { PrefixListId } = PrefixList!;
  await cloud.ec2.AuthorizeSecurityGroupIngress({
    GroupId: open,
    IpPermissions: [{ IpProtocol: "-1", PrefixListIds: [{ PrefixListId }] }],
  });
  const web = await cloud.createBalancer("web", { SecurityGroups: [closed] });
  await cloud.listen(web.LoadBalancerArn!, fixed);
  await cloud.advance("1s");
  const bound = await boundOf(cloud);
  assert.equal(await askInVain(bound), "nothing");
  await cloud.elb.SetSecurityGroups({
    LoadBalancerArn: web.LoadBalancerArn,
    SecurityGroups: [closed, open],
  });
  await cloud.advance("1s");
  assert.equal(await ask(bound), "HTTP/1.1 200 OK");
  await cloud.ec2.ModifyManagedPrefixList({
    PrefixListId,
    CurrentVersion: 1,
    AddEntries: [{ Cidr: "203.0.113.0/24" }],
    RemoveEntries: [{ Cidr: "127.0.0.1/32" }],
  });
  await cloud.advance("1s");
  assert.equal(await askInVain(bound), "nothing");
});

test("this machine is a member of the VPC's default group", async (context) => {
  const cloud = await createBalancedCloud(context);
  const web = await cloud.createBalancer();
  await cloud.listen(web.LoadBalancerArn!, fixed);
  await cloud.advance("1s");
  const bound = await boundOf(cloud);
  assert.equal(await ask(bound), "HTTP/1.1 200 OK");
  assert.equal(
    await askInVain(bound, "127.70.1.1"),
    "nothing",
    "that is where instances connect from",
  );
  const { SecurityGroups } = await cloud.ec2.DescribeSecurityGroups({
    GroupIds: web.SecurityGroups,
  });
  assert.deepEqual(
    SecurityGroups!.map(({ GroupName }) => GroupName),
    ["default"],
  );
  const [{ GroupId, IpPermissions } = {}] = SecurityGroups!;
  await cloud.ec2.RevokeSecurityGroupIngress({ GroupId, IpPermissions });
  await cloud.advance("1s");
  assert.equal(await askInVain(bound), "nothing");
});

test("a handshake is not begun with whom no rule lets in", async (context) => {
  const cloud = await createBalancedCloud(context);
  const acm = cloud.clients.acm(cloud.caller);
  const { CertificateArn } = await acm.RequestCertificate({ DomainName: "shop.example" });
  await cloud.advance("1m");
  const group = await cloud.createSecurityGroup("web", { port: 80, cidr: "0.0.0.0/0" });
  const web = await cloud.createBalancer("web", { SecurityGroups: [group] });
  await cloud.elb.CreateListener({
    LoadBalancerArn: web.LoadBalancerArn,
    Protocol: "HTTPS",
    Port: 443,
    Certificates: [{ CertificateArn }],
    DefaultActions: [fixed],
  });
  await cloud.advance("1s");
  const bound = await boundOf(cloud);
  const shakes = (patienceMs: number) =>
    new Promise<boolean>((resolve) => {
      const socket = connectTls({
        ...bound,
        rejectUnauthorized: false,
        servername: "shop.example",
      });
      const timer = setTimeout(() => finish(false), patienceMs);
      const finish = (shook: boolean) => {
        clearTimeout(timer);
        socket.destroy();
        resolve(shook);
      };
      socket.on("error", () => finish(false));
      socket.once("secureConnect", () => finish(true));
    });
  assert.equal(await shakes(300), false);
  await cloud.ec2.AuthorizeSecurityGroupIngress(ingress(group, 443, "0.0.0.0/0"));
  await cloud.advance("1s");
  assert.equal(await shakes(60_000), true);
});

test("a network load balancer counts the flows that its groups block, of both protocols", async (context) => {
  const cloud = await createBalancedCloud(context);
  const group = await cloud.createSecurityGroup("net");
  const port = await cloud.backend(() => ({ status: 200, headers: {} }));
  const net = await cloud.createBalancer("net", { Type: "network", SecurityGroups: [group] });
  const { TargetGroupArn } = await cloud.createGroup({ Protocol: "TCP_UDP", Port: port });
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
  await cloud.elb.CreateListener({
    LoadBalancerArn: net.LoadBalancerArn,
    Protocol: "TCP_UDP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  await cloud.advance("1s");
  const bound = await boundOf(cloud);
  assert.equal(await askInVain(bound), "nothing");
  const datagrams = createSocket("udp4");
  await new Promise((sent) => datagrams.send("x", bound.port, bound.host, sent));
  datagrams.close();
  await once(datagrams, "close");
  await cloud.ec2.AuthorizeSecurityGroupIngress(ingress(group, 80, "0.0.0.0/0"));
  await cloud.advance("1s");
  assert.equal(await ask(bound), "HTTP/1.1 200 OK");
  await cloud.advance("1m");
  const count = (name: string) => sumOf(cloud, "AWS/NetworkELB", name, net.LoadBalancerArn!);
  assert.equal(await count("SecurityGroupBlockedFlowCount_Inbound_TCP"), 1);
  assert.equal(await count("SecurityGroupBlockedFlowCount_Inbound_UDP"), 1);
  assert.equal(await count("NewFlowCount"), 1);
  const all = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await cloud.ec2.RevokeSecurityGroupEgress({ GroupId: group, IpPermissions: [all] });
  await cloud.advance("1s");
  assert.equal(await ask(bound), "end", "no target may be reached");
  await cloud.advance("1m");
  assert.equal(await count("SecurityGroupBlockedFlowCount_Outbound_TCP"), 1);
  assert.equal(await count("SecurityGroupBlockedFlowCount_Inbound_TCP"), 1);
});

test("a network load balancer without groups lets everybody in, and never gets any", async (context) => {
  const cloud = await createBalancedCloud(context);
  const group = await cloud.createSecurityGroup("net");
  const net = await cloud.createBalancer("net", { Type: "network" });
  assert.equal(net.SecurityGroups, undefined);
  const { LoadBalancerArn } = net;
  await assert.rejects(cloud.elb.SetSecurityGroups({ LoadBalancerArn, SecurityGroups: [group] }), {
    code: "InvalidConfigurationRequest",
  });
});

test("a group is not deleted while a load balancer has it", async (context) => {
  const cloud = await createBalancedCloud(context);
  const GroupId = await cloud.createSecurityGroup("web");
  const { LoadBalancerArn } = await cloud.createBalancer("web", { SecurityGroups: [GroupId] });
  await cloud.advance("1s");
  await assert.rejects(cloud.ec2.DeleteSecurityGroup({ GroupId }), {
    code: "DependencyViolation",
    message: `resource ${GroupId} has a dependent object`,
  });
  await cloud.elb.DeleteLoadBalancer({ LoadBalancerArn });
  await cloud.advance("10s");
  await cloud.ec2.DeleteSecurityGroup({ GroupId });
});

test("whether rules are for PrivateLink's traffic is kept of network load balancers with groups", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb } = cloud;
  const group = await cloud.createSecurityGroup("net");
  const net = await cloud.createBalancer("net", { Type: "network", SecurityGroups: [group] });
  assert.equal(net.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic, "on");
  const off = { EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: "off" as const };
  const { LoadBalancerArn } = net;
  const set = await elb.SetSecurityGroups({ LoadBalancerArn, SecurityGroups: [group], ...off });
  assert.deepEqual(set, { SecurityGroupIds: [group], ...off });
  await elb.SetSecurityGroups({ LoadBalancerArn, SecurityGroups: [group] });
  const { LoadBalancers } = await elb.DescribeLoadBalancers({ Names: ["net"] });
  assert.equal(LoadBalancers![0]!.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic, "off");
  const web = await cloud.createBalancer();
  await assert.rejects(
    elb.SetSecurityGroups({
      LoadBalancerArn: web.LoadBalancerArn,
      SecurityGroups: [group],
      ...off,
    }),
    { code: "InvalidConfigurationRequest" },
  );
  await assert.rejects(
    elb.SetSecurityGroups({ LoadBalancerArn, SecurityGroups: ["sg-01234567"] }),
    { code: "InvalidConfigurationRequest", message: "One or more security groups are invalid" },
  );
});

test("a target that outbound rules do not allow times out", async (context) => {
  const cloud = await createBalancedCloud(context);
  const group = await cloud.createSecurityGroup("web", { port: 80, cidr: "0.0.0.0/0" });
  const port = await cloud.backend(() => ({ status: 200, headers: {} }));
  const web = await cloud.createBalancer("web", { SecurityGroups: [group] });
  const { TargetGroupArn } = await cloud.createGroup({ HealthCheckIntervalSeconds: 10 });
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
  await cloud.listen(web.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("1s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [["healthy"]]);
  const all = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await cloud.ec2.RevokeSecurityGroupEgress({ GroupId: group, IpPermissions: [all] });
  await cloud.advance("30s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [["unhealthy", "Target.Timeout"]]);
  assert.equal(await ask(await boundOf(cloud)), "HTTP/1.1 504 Gateway Time-out");
  await cloud.ec2.AuthorizeSecurityGroupEgress({
    GroupId: group,
    IpPermissions: [
      { IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [{ CidrIp: "127.0.0.0/8" }] },
    ],
  });
  await cloud.advance("60s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [["healthy"]]);
  assert.equal(await ask(await boundOf(cloud)), "HTTP/1.1 200 OK");
});
