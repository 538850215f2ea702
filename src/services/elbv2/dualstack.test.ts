import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { dateOf } from "#runtime/date.ts";
import { createHttpClient } from "#http/client.ts";
import { readBody } from "#http/http.ts";
import { serve } from "#http/server.ts";
import { hasIpv6 } from "./ip-address-type.ts";
import { listeners } from "./records.ts";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";

const skip = hasIpv6() ? false : "this machine has no ::1";

/** Two subnets of a VPC with IPv6 blocks, open to both families, and a client. */
async function createDualstackCloud(context: TestContext) {
  const cloud = await createBalancedCloud(context);
  const { ec2, vpcId, subnets } = cloud;
  await ec2.AssociateVpcCidrBlock({ VpcId: vpcId, AmazonProvidedIpv6CidrBlock: true });
  await cloud.advance("1s");
  const { Vpcs } = await ec2.DescribeVpcs({ VpcIds: [vpcId] });
  const block = Vpcs![0]!.Ipv6CidrBlockAssociationSet![0]!.Ipv6CidrBlock!;
  const own = (index: number) => block.replace(/00::\/56$/, `0${index}::/64`);
  for (const [index, SubnetId] of subnets.entries())
    await ec2.AssociateSubnetCidrBlock({ SubnetId, Ipv6CidrBlock: own(index) });
  const group = await cloud.createSecurityGroup("web", { port: 80, cidr: "0.0.0.0/0" });
  const openIpv6 = (CidrIpv6: string) =>
    ec2.AuthorizeSecurityGroupIngress({
      GroupId: group,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 80, ToPort: 80, Ipv6Ranges: [{ CidrIpv6 }] }],
    });
  const client = createHttpClient({ wall: cloud.clock.wall });
  context.after(() => client.close());
  return {
    ...cloud,
    group,
    openIpv6,
    addressIn: (index: number) => own(index).replace("::/64", "::10"),
    async bound() {
      const [record] = await cloud.store.transaction((tx) => listeners.list(tx, cloud.caller));
      return record!.bound ?? Object.values(record!.boundByZone!).find(({ ipv6 }) => ipv6)!;
    },
    async ask(address: { host: string; port: number }, idleTimeoutMs = 60_000) {
      const request = {
        address,
        method: "GET",
        target: "/",
        rawHeaders: ["Host", "shop.example", "Connection", "close"],
      };
      try {
        const { status, body } = await client.request({ ...request, idleTimeoutMs });
        return `${status} ${String(await readBody(body, 1000))}`;
      } catch (error) {
        return (error as { failure: string }).failure;
      }
    },
  };
}

test(
  "a dualstack load balancer answers over IPv6 and tells targets whom",
  { skip },
  async (context) => {
    const cloud = await createDualstackCloud(context);
    const port = await cloud.backend(({ headers }) => ({
      status: 200,
      headers: {},
      body: `for ${headers["x-forwarded-for"]}`,
    }));
    const web = await cloud.createBalancer("web", {
      IpAddressType: "dualstack",
      SecurityGroups: [cloud.group],
    });
    assert.equal(web.IpAddressType, "dualstack");
    const { TargetGroupArn } = await cloud.createGroup();
    await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
    const listener = await cloud.listen(web.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
    await cloud.elb.CreateRule({
      ListenerArn: listener.ListenerArn,
      Priority: 1,
      Conditions: [{ Field: "source-ip", SourceIpConfig: { Values: ["2001:db8::/32"] } }],
      Actions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "403" } }],
    });
    await cloud.advance("1s");
    const bound = await cloud.bound();
    assert.equal(bound.ipv6!.host, "::1");
    assert.equal(await cloud.ask(bound.ipv6!, 300), "timeout", "0.0.0.0/0 is no IPv6");
    await cloud.openIpv6("::/0");
    await cloud.advance("1s");
    assert.equal(await cloud.ask(bound.ipv6!), "200 for ::1");
    assert.equal(await cloud.ask(bound), "200 for 127.0.0.1");
    await cloud.elb.CreateRule({
      ListenerArn: listener.ListenerArn,
      Priority: 2,
      Conditions: [{ Field: "source-ip", SourceIpConfig: { Values: ["::1/128"] } }],
      Actions: [
        { Type: "fixed-response", FixedResponseConfig: { StatusCode: "200", MessageBody: "IPv6" } },
      ],
    });
    await cloud.advance("1s");
    assert.equal(await cloud.ask(bound.ipv6!), "200 IPv6");
    await cloud.advance("1m");
    const sum = async (MetricName: string) => {
      const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
        Namespace: "AWS/ApplicationELB",
        MetricName,
        Dimensions: [
          { Name: "LoadBalancer", Value: web.LoadBalancerArn!.replace(/^.*:loadbalancer\//, "") },
        ],
        StartTime: dateOf(cloud.clock.now() - 3_600_000),
        EndTime: dateOf(cloud.clock.now() + 60_000),
        Period: 3600,
        Statistics: ["Sum"],
      });
      return Datapoints![0]?.Sum;
    };
    assert.equal(await sum("IPv6RequestCount"), 2);
    assert.ok((await sum("IPv6ProcessedBytes"))! > 50);

    await cloud.elb.SetIpAddressType({
      LoadBalancerArn: web.LoadBalancerArn,
      IpAddressType: "ipv4",
    });
    await cloud.advance("1s");
    assert.equal(await cloud.ask(bound.ipv6!), "connect", "nobody listens there any more");
    assert.equal((await cloud.bound()).ipv6, undefined);
  },
);

test(
  "a dualstack network load balancer answers over IPv6, and has no datagrams without prefixes for source NAT",
  { skip },
  async (context) => {
    const cloud = await createDualstackCloud(context);
    const port = await cloud.backend(() => ({ status: 200, headers: {}, body: "through" }));
    const net = await cloud.createBalancer("net", { Type: "network", IpAddressType: "dualstack" });
    const { LoadBalancerArn } = net;
    const { TargetGroupArn } = await cloud.createGroup({ Protocol: "TCP" });
    await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
    const forward = { Type: "forward" as const, TargetGroupArn };
    await cloud.elb.CreateListener({
      LoadBalancerArn,
      Protocol: "TCP",
      Port: 80,
      DefaultActions: [forward],
    });
    await cloud.advance("1s");
    const bound = await cloud.bound();
    assert.equal(await cloud.ask(bound.ipv6!), "200 through");
    assert.equal(await cloud.ask(bound), "200 through");
    const datagrams = await cloud.createGroup({ Name: "datagrams", Protocol: "UDP" });
    await assert.rejects(
      cloud.elb.CreateListener({
        LoadBalancerArn,
        Protocol: "UDP",
        Port: 53,
        DefaultActions: [{ Type: "forward", TargetGroupArn: datagrams.TargetGroupArn }],
      }),
      { code: "InvalidConfigurationRequest" },
    );
    await assert.rejects(
      cloud.elb.SetIpAddressType({
        LoadBalancerArn,
        IpAddressType: "dualstack-without-public-ipv4",
      }),
      { code: "ValidationError" },
    );
  },
);

test(
  "with prefixes for source NAT it takes datagrams for targets of IPv6",
  { skip },
  async (context) => {
    const cloud = await createDualstackCloud(context);
    const { elb, subnets } = cloud;
    const backend = createSocket("udp6");
    backend.bind(0, "::1");
    await once(backend, "listening");
    context.after(() => backend.close());
    backend.on("message", (message, from) =>
      backend.send(`${String(message)} from ${from.address}`, from.port, from.address),
    );
    const web = await cloud.createBalancer("web", { IpAddressType: "dualstack" });
    await assert.rejects(
      elb.SetSubnets({
        LoadBalancerArn: web.LoadBalancerArn,
        Subnets: subnets,
        EnablePrefixForIpv6SourceNat: "on",
      }),
      { code: "InvalidConfigurationRequest" },
    );
    await assert.rejects(
      cloud.createBalancer("net", { Type: "network", EnablePrefixForIpv6SourceNat: "on" }),
      { code: "InvalidConfigurationRequest", message: /IP address type 'ipv4'/ },
    );
    const prefix = cloud.addressIn(0).replace("::10", ":7::/80");
    const mapped = (SourceNatIpv6Prefix: string) =>
      cloud.createBalancer("net", {
        Type: "network",
        IpAddressType: "dualstack",
        EnablePrefixForIpv6SourceNat: "on",
        Subnets: undefined,
        SubnetMappings: [
          { SubnetId: subnets[0]!, SourceNatIpv6Prefix, IPv6Address: cloud.addressIn(0) },
          { SubnetId: subnets[1]!, SourceNatIpv6Prefix: "auto_assigned" },
        ],
      });
    await assert.rejects(mapped("2001:db8::/80"), { code: "ValidationError" });
    await assert.rejects(mapped(prefix.replace("/80", "/64")), { code: "ValidationError" });
    const net = await mapped(prefix);
    const { LoadBalancerArn } = net;
    assert.equal(net.EnablePrefixForIpv6SourceNat, "on");
    const [first, second] = net.AvailabilityZones!;
    assert.deepEqual(first!.SourceNatIpv6Prefixes, [prefix]);
    assert.deepEqual(first!.LoadBalancerAddresses, [{ IPv6Address: cloud.addressIn(0) }]);
    assert.match(second!.SourceNatIpv6Prefixes![0]!, /^[0-9a-f]+(?::[0-9a-f]+){4}::\/80$/);
    const old = await cloud.createGroup({ Name: "old", Protocol: "UDP" });
    const group = await cloud.createGroup({
      Protocol: "TCP_UDP",
      IpAddressType: "ipv6",
      HealthCheckPort: "1",
    });
    const { TargetGroupArn } = group;
    await elb.RegisterTargets({
      TargetGroupArn,
      Targets: [{ Id: "::1", Port: backend.address().port }],
    });
    const listen = (Protocol: "UDP" | "TCP_UDP", arn: string) =>
      elb.CreateListener({
        LoadBalancerArn,
        Protocol,
        Port: 5353,
        DefaultActions: [{ Type: "forward", TargetGroupArn: arn }],
      });
    await assert.rejects(listen("UDP", old.TargetGroupArn!), {
      code: "InvalidConfigurationRequest",
      message: `You cannot use an IPv4 target group with a UDP listener for a dualstack load balancer: ${old.TargetGroupArn}`,
    });
    await listen("TCP_UDP", TargetGroupArn!);
    await cloud.advance("1s");
    const bound = await cloud.bound();
    const client = createSocket("udp6");
    const old4 = createSocket("udp4");
    context.after(() => [client, old4].map((socket) => socket.close()));
    client.send("hello", bound.ipv6!.port, bound.ipv6!.host);
    assert.equal(String((await once(client, "message"))[0]), "hello from ::1");
    old4.send("hello", bound.port, bound.host);
    assert.equal(String((await once(old4, "message"))[0]), "hello from ::1");
    await assert.rejects(
      elb.SetSubnets({ LoadBalancerArn, Subnets: subnets, EnablePrefixForIpv6SourceNat: "off" }),
      { code: "InvalidConfigurationRequest" },
    );
    const again = await elb.SetSubnets({ LoadBalancerArn, Subnets: subnets });
    assert.equal(again.EnablePrefixForIpv6SourceNat, "on");
    assert.deepEqual(
      again.AvailabilityZones!.map((zone) => zone.SourceNatIpv6Prefixes),
      [first, second].map((zone) => zone!.SourceNatIpv6Prefixes),
    );
  },
);

test(
  "rules of a network load balancer's listener lead clients by the kind of their address",
  { skip },
  async (context) => {
    const cloud = await createDualstackCloud(context);
    const { elb } = cloud;
    const { wall } = cloud.clock;
    const handler = () => ({ status: 200, headers: {}, body: "six" });
    const six = await serve({ host: "::1", port: 0, wall, handler });
    context.after(() => six.close(0));
    const port = await cloud.backend(() => ({ status: 200, headers: {}, body: "four" }));
    const net = await cloud.createBalancer("net", { Type: "network", IpAddressType: "dualstack" });
    const { LoadBalancerArn } = net;
    const four = await cloud.createGroup({ Name: "four", Protocol: "TCP" });
    const group = await cloud.createGroup({ Protocol: "TCP", IpAddressType: "ipv6" });
    const register = (TargetGroupArn: string | undefined, Id: string, Port: number) =>
      elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id, Port }] });
    await register(four.TargetGroupArn, "127.0.0.1", port);
    await register(group.TargetGroupArn, "::1", six.port);
    const forward = (arn: string | undefined) => ({
      Type: "forward" as const,
      TargetGroupArn: arn!,
    });
    const weighted = {
      Type: "forward" as const,
      ForwardConfig: {
        TargetGroups: [four, group].map((one) => ({ TargetGroupArn: one.TargetGroupArn! })),
      },
    };
    const listen = (action: NonNullable<Parameters<typeof cloud.listen>[1]>) =>
      elb.CreateListener({
        LoadBalancerArn,
        Protocol: "TCP",
        Port: 80,
        DefaultActions: [action],
      });
    await assert.rejects(listen(weighted), {
      code: "InvalidConfigurationRequest",
      message: /must have the same IP address type/,
    });
    const { Listeners } = await listen(forward(four.TargetGroupArn));
    const { ListenerArn } = Listeners![0]!;
    const create = (SourceIpConfig: { IpAddressType?: "ipv6"; Values?: string[] }) =>
      elb.CreateRule({
        ListenerArn,
        Priority: 1,
        Conditions: [{ Field: "source-ip", SourceIpConfig }],
        Actions: [forward(group.TargetGroupArn)],
      });
    await assert.rejects(create({ Values: ["::/0"] }), { code: "ValidationError" });
    const { Rules } = await create({ IpAddressType: "ipv6" });
    assert.deepEqual(Rules![0]!.Conditions, [
      { Field: "source-ip", SourceIpConfig: { IpAddressType: "ipv6" } },
    ]);
    await cloud.advance("1s");
    const bound = await cloud.bound();
    assert.equal(await cloud.ask(bound), "200 four");
    assert.equal(await cloud.ask(bound.ipv6!), "200 six");
    await elb.DeleteRule({ RuleArn: Rules![0]!.RuleArn });
    await cloud.advance("1s");
    assert.equal(await cloud.ask(bound.ipv6!), "200 four");
  },
);

test(
  "targets of IPv6 are for dualstack load balancers, and reached under their addresses",
  { skip },
  async (context) => {
    const cloud = await createDualstackCloud(context);
    const { wall } = cloud.clock;
    const handler = () => ({ status: 200, headers: {}, body: "over IPv6" });
    const backend = await serve({ host: "::1", port: 0, wall, handler });
    context.after(() => backend.close(0));
    const group = await cloud.createGroup({ IpAddressType: "ipv6" });
    const { TargetGroupArn } = group;
    assert.equal(group.IpAddressType, "ipv6");
    const register = (Id: string) =>
      cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id, Port: backend.port }] });
    await assert.rejects(register("127.0.0.1"), {
      code: "ValidationError",
      message: "The IP address '127.0.0.1' is not a valid IPv6 address",
    });
    await assert.rejects(register("2600::1"), { code: "ValidationError" });
    await register("::1");
    const web = await cloud.createBalancer("web", { SecurityGroups: [cloud.group] });
    const forward = { Type: "forward" as const, TargetGroupArn };
    await assert.rejects(cloud.listen(web.LoadBalancerArn!, forward), {
      code: "InvalidConfigurationRequest",
      message:
        "You cannot associate an IPv6 target group with a load balancer that has an 'ipv4' IP address type",
    });
    const dualstack = { LoadBalancerArn: web.LoadBalancerArn, IpAddressType: "dualstack" as const };
    await cloud.elb.SetIpAddressType(dualstack);
    await cloud.listen(web.LoadBalancerArn!, forward);
    await cloud.advance("1m");
    assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [["healthy"]]);
    assert.equal(await cloud.ask(await cloud.bound()), "200 over IPv6");
    await assert.rejects(cloud.elb.SetIpAddressType({ ...dualstack, IpAddressType: "ipv4" }), {
      code: "InvalidConfigurationRequest",
    });
    await register(cloud.addressIn(0));
  },
);

test(
  "subnets without an IPv6 block are refused, as a VPC is for such targets",
  { skip },
  async (context) => {
    const cloud = await createBalancedCloud(context);
    const refused = {
      code: "ValidationError",
      message: "You must specify subnets with an associated IPv6 CIDR block.",
    };
    await assert.rejects(cloud.createBalancer("web", { IpAddressType: "dualstack" }), refused);
    const { LoadBalancerArn } = await cloud.createBalancer();
    await assert.rejects(
      cloud.elb.SetIpAddressType({ LoadBalancerArn, IpAddressType: "dualstack" }),
      refused,
    );
    await assert.rejects(
      cloud.elb.SetSubnets({ LoadBalancerArn, Subnets: cloud.subnets, IpAddressType: "dualstack" }),
      refused,
    );
    await assert.rejects(cloud.createGroup({ IpAddressType: "ipv6" }), { code: "ValidationError" });
  },
);
