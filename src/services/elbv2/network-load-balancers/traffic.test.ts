import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { test, type TestContext } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { ca } from "#traffic/application/testing/secure-stage.ts";
import { dateOf } from "#runtime/date.ts";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { createMemoryStore } from "#store/memory.ts";
import type { Store } from "#store/store.ts";
import { createBalancedCloud, type BalancedCloud } from "../testing/balanced-cloud.ts";
import { listeners } from "../records.ts";

async function startTarget(context: TestContext, handle: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    handle(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { server, sockets, port: (server.address() as { port: number }).port };
}

async function createNetworkBalancer(cloud: BalancedCloud, name = "net") {
  const { LoadBalancers } = await cloud.elb.CreateLoadBalancer({
    Name: name,
    Type: "network",
    Subnets: cloud.subnets,
  });
  return LoadBalancers![0]!;
}

/** A balancer with one TCP listener and a group of these ports. */
async function balance(cloud: BalancedCloud, ports: readonly number[]) {
  const balancer = await createNetworkBalancer(cloud);
  const { TargetGroupArn } = await cloud.createGroup({ Protocol: "TCP" });
  await cloud.elb.RegisterTargets({
    TargetGroupArn,
    Targets: ports.map((Port) => ({ Id: "127.0.0.1", Port })),
  });
  const { Listeners } = await cloud.elb.CreateListener({
    LoadBalancerArn: balancer.LoadBalancerArn,
    Protocol: "TCP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  await cloud.advance("1s");
  return {
    balancer,
    groupArn: TargetGroupArn!,
    listenerArn: Listeners![0]!.ListenerArn!,
  };
}

async function boundByZone(cloud: BalancedCloud) {
  const all = await cloud.store.transaction((tx) => listeners.list(tx, cloud.caller));
  return all.find((listener) => listener.boundByZone)!.boundByZone!;
}

async function ask(address: { host: string; port: number }): Promise<string> {
  const socket = connect(address);
  let text = "";
  try {
    for await (const piece of socket) text += String(piece);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code!;
  }
  return text;
}

test("a network load balancer has a node per zone and sends connections to healthy targets", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { port } = await startTarget(context, (socket) => socket.end("from the target"));
  const { balancer, groupArn } = await balance(cloud, [port]);
  assert.match(balancer.LoadBalancerArn!, /:loadbalancer\/net\/net\/[0-9a-f]{16}$/);
  assert.match(balancer.DNSName!, /^net-[0-9a-f]{16}\.us-east-1\.elb\.localhost$/);
  assert.equal(balancer.SecurityGroups, undefined);
  const { LoadBalancers } = await cloud.elb.DescribeLoadBalancers({ Names: ["net"] });
  assert.deepEqual(
    [LoadBalancers![0]!.State!.Code, LoadBalancers![0]!.Type],
    ["active", "network"],
  );
  assert.deepEqual(await cloud.healthOf(groupArn), [["healthy"]]);
  const bound = await boundByZone(cloud);
  const zones = balancer.AvailabilityZones!.map(({ ZoneName }) => ZoneName!);
  assert.deepEqual(Object.keys(bound), zones);
  for (const zone of zones) assert.equal(await ask(bound[zone]!), "from the target");
});

test("after a restart listeners are where they were, and weights have their way", async (context) => {
  const store = createMemoryStore();
  const kept: Store = Object.assign(Object.create(store) as Store, { close: async () => {} });
  const cloud = createTestCloud({ store: kept });
  const elb = cloud.clients.elbv2(cloud.caller);
  const { Subnets } = await cloud.clients.ec2(cloud.caller).DescribeSubnets({});
  const { port } = await startTarget(context, (socket) => socket.end("first"));
  const other = await startTarget(context, (socket) => socket.end("second"));
  const group = async (Name: string, Port: number) => {
    const { TargetGroups } = await elb.CreateTargetGroup({
      Name,
      Protocol: "TCP",
      Port,
      VpcId: Subnets![0]!.VpcId!,
      TargetType: "ip",
    });
    const { TargetGroupArn } = TargetGroups![0]!;
    await elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port }] });
    return TargetGroupArn!;
  };
  const groups = [await group("first", port), await group("second", other.port)];
  const { LoadBalancers } = await elb.CreateLoadBalancer({
    Name: "net",
    Type: "network",
    Subnets: [Subnets![0]!.SubnetId!],
  });
  await elb.CreateListener({
    LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
    Protocol: "TCP",
    Port: 80,
    DefaultActions: [
      {
        Type: "forward",
        ForwardConfig: {
          TargetGroups: groups.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 })),
        },
      },
    ],
  });
  await cloud.advance("1s");
  const boundIn = async ({ store: opened, caller }: typeof cloud) => {
    const [listener] = await opened.transaction((tx) => listeners.list(tx, caller));
    return Object.values(listener!.boundByZone!)[0]!;
  };
  const before = await boundIn(cloud);
  const answers = new Set<string>();
  for (let times = 0; times < 30; times++) answers.add(await ask(before));
  assert.deepEqual([...answers].sort(), ["first", "second"]);
  await cloud.stop();
  assert.equal(await ask(before), "ECONNREFUSED");
  const again = createTestCloud({ store });
  context.after(() => again.stop());
  await again.clients.elbv2(again.caller).DescribeLoadBalancers({});
  await again.advance("1s");
  assert.deepEqual(await boundIn(again), before);
  assert.match(await ask(before), /first|second/);
});

test("flows of a target that becomes unhealthy end at once, or drain for the interval", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { port, server } = await startTarget(context, (socket) => socket.write("hello"));
  // While there is nobody healthy the load balancer fails open, and no flow ends.
  const other = await startTarget(context, (socket) => socket.end("other"));
  const { groupArn } = await balance(cloud, [port, other.port]);
  const address = Object.values(await boundByZone(cloud))[0]!;
  const open = async (): Promise<{ ended: Promise<string> }> => {
    const socket = connect(address);
    const ended = new Promise<string>((resolve) => {
      socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code!));
      socket.on("end", () => resolve("end"));
    });
    const [data] = (await once(socket, "data")) as [Buffer];
    return String(data) === "hello" ? { ended } : open();
  };
  const health = async () => {
    const Targets = [{ Id: "127.0.0.1", Port: port }];
    const { TargetHealthDescriptions } = await cloud.elb.DescribeTargetHealth({
      TargetGroupArn: groupArn,
      Targets,
    });
    const { State, Reason } = TargetHealthDescriptions![0]!.TargetHealth!;
    return Reason === undefined ? State : `${State} ${Reason}`;
  };
  const set = (Attributes: { Key: string; Value: string }[]) =>
    cloud.elb.ModifyTargetGroupAttributes({ TargetGroupArn: groupArn, Attributes });
  const unhealthy = "target_health_state.unhealthy";
  await assert.rejects(set([{ Key: `${unhealthy}.draining_interval_seconds`, Value: "90" }]), {
    code: "InvalidConfigurationRequest",
  });
  const first = await open();
  server.close();
  await cloud.advance("60s");
  assert.equal(await health(), "unhealthy Target.FailedHealthChecks");
  assert.equal(await first.ended, "ECONNRESET");
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  await set([
    { Key: `${unhealthy}.connection_termination.enabled`, Value: "false" },
    { Key: `${unhealthy}.draining_interval_seconds`, Value: "90" },
  ]);
  await cloud.advance("150s");
  assert.equal(await health(), "healthy");
  server.close();
  await cloud.advance("60s");
  assert.equal(await health(), "unhealthy.draining Target.FailedHealthChecks");
  await cloud.advance("120s");
  assert.equal(await health(), "unhealthy Target.FailedHealthChecks");
});

test("an application load balancer is a target, on the port of its listener", async (context) => {
  const cloud = await createBalancedCloud(context);
  // The load balancer in front is no member of the default group.
  const group = await cloud.createSecurityGroup("web", { port: 8080, cidr: "0.0.0.0/0" });
  const web = await cloud.createBalancer("web", { SecurityGroups: [group] });
  const { elb } = cloud;
  const port = await cloud.backend(({ headers }) => ({
    status: 200,
    headers: {},
    body: `for ${headers["x-forwarded-for"]}`,
  }));
  const inner = await cloud.createGroup({ Name: "inner" });
  await elb.RegisterTargets({
    TargetGroupArn: inner.TargetGroupArn,
    Targets: [{ Id: "127.0.0.1", Port: port }],
  });
  const { TargetGroupArn } = await cloud.createGroup({
    Protocol: "TCP",
    Port: 8080,
    TargetType: "alb",
  });
  const register = () =>
    elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: web.LoadBalancerArn! }] });
  await assert.rejects(register(), { code: "InvalidTarget" });
  await cloud.listen(
    web.LoadBalancerArn!,
    { Type: "forward", TargetGroupArn: inner.TargetGroupArn },
    8080,
  );
  await register();
  const net = await createNetworkBalancer(cloud);
  await elb.CreateListener({
    LoadBalancerArn: net.LoadBalancerArn,
    Protocol: "TCP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  await cloud.advance("31s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [["healthy"]]);
  const address = Object.values(await boundByZone(cloud))[0]!;
  const socket = connect({ ...address, localAddress: "127.3.4.5" });
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  let text = "";
  for await (const piece of socket) text += String(piece);
  // The load balancer behind the other sees the client.
  assert.match(text, /for 127\.3\.4\.5$/);
});

test("what was measured is in CloudWatch after the minute", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { port, sockets } = await startTarget(context, (socket) => socket.end("12345"));
  const { balancer, groupArn } = await balance(cloud, [port]);
  const start = cloud.clock.now();
  const [zone, address] = Object.entries(await boundByZone(cloud))[0]!;
  for (let count = 0; count < 4; count++) await ask(address);
  // Clients know of the end a little before the data plane does, and targets last.
  await eventually("targets know of the end", () => [...sockets].every(({ closed }) => closed));
  await cloud.advance("60s");
  const name = (arn: string) => arn.slice(arn.lastIndexOf(":") + 1).replace(/^loadbalancer\//, "");
  const sum = async (MetricName: string, dimensions: Record<string, string>) => {
    const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/NetworkELB",
      MetricName,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      StartTime: dateOf(start - 60_000),
      EndTime: dateOf(start + 120_000),
      Period: 60,
      Statistics: ["Sum"],
    });
    return Datapoints!.map(({ Sum }) => Sum!)[0];
  };
  const LoadBalancer = name(balancer.LoadBalancerArn!);
  const TargetGroup = name(groupArn);
  assert.equal(await sum("NewFlowCount", { LoadBalancer }), 4);
  assert.equal(await sum("NewFlowCount_TCP", { LoadBalancer }), 4);
  assert.equal(await sum("NewFlowCount", { LoadBalancer, AvailabilityZone: zone }), 4);
  assert.equal(await sum("ActiveFlowCount", { LoadBalancer }), 0);
  assert.equal(await sum("ProcessedBytes_TCP", { LoadBalancer }), 20);
  assert.equal(await sum("TCP_Client_Reset_Count", { LoadBalancer }), 0);
  assert.equal(await sum("HealthyHostCount", { LoadBalancer, TargetGroup }), 1);
  assert.equal(await sum("UnHealthyHostCount", { LoadBalancer, TargetGroup }), 0);
  assert.ok((await sum("ConsumedLCUs", { LoadBalancer }))! > 0);
  assert.equal(await sum("ZonalHealthStatus", { LoadBalancer, AvailabilityZone: zone }), 1);
});

test("HTTP checks name the node and the listener as their host, and do not tell why they fail", async (context) => {
  const cloud = await createBalancedCloud(context);
  const hosts: (string | undefined)[] = [];
  let status = 200;
  const port = await cloud.backend(({ headers }) => {
    hosts.push(headers["host"]);
    return { status, headers: {} };
  });
  const { LoadBalancerArn } = await createNetworkBalancer(cloud);
  const { TargetGroupArn } = await cloud.createGroup({
    Protocol: "TCP",
    HealthCheckProtocol: "HTTP",
    HealthCheckIntervalSeconds: 10,
  });
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
  await cloud.elb.CreateListener({
    LoadBalancerArn,
    Protocol: "TCP",
    Port: 8080,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  await cloud.advance("1s");
  assert.match(hosts[0]!, /^127\.\d+\.\d+\.\d+:8080$/);
  assert.notEqual(hosts[0], "127.0.0.1:8080");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [["healthy"]]);
  status = 500;
  await cloud.advance("30s");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [
    ["unhealthy", "Target.FailedHealthChecks"],
  ]);
});

test("checks of a group with proxy protocol begin with its header, and tell of no client", async (context) => {
  const cloud = await createBalancedCloud(context);
  const heads: string[] = [];
  const answer = (socket: Socket) => {
    let head = Buffer.alloc(0);
    socket.on("data", (piece: Buffer) => {
      head = Buffer.concat([head, piece]);
      if (head.includes("\r\n\r\n", 16)) socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    socket.on("close", () => heads.push(head.toString("latin1")));
  };
  const { port } = await startTarget(context, answer);
  const { LoadBalancerArn } = await createNetworkBalancer(cloud);
  const header = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
  for (const [index, HealthCheckProtocol] of (["TCP", "HTTP"] as const).entries()) {
    heads.length = 0;
    const { TargetGroupArn } = await cloud.createGroup({
      Name: HealthCheckProtocol,
      Protocol: "TCP",
      HealthCheckProtocol,
    });
    await cloud.elb.ModifyTargetGroupAttributes({
      TargetGroupArn,
      Attributes: [{ Key: "proxy_protocol_v2.enabled", Value: "true" }],
    });
    await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
    await cloud.elb.CreateListener({
      LoadBalancerArn,
      Protocol: "TCP",
      Port: 80 + index,
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
    });
    await cloud.advance("1s");
    await cloud.advance("1s");
    assert.ok(heads[0]?.startsWith(header), JSON.stringify(heads));
    assert.equal(heads[0]!.slice(16, 19), HealthCheckProtocol === "TCP" ? "" : "GET");
    assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [["healthy"]]);
  }
});

test("HTTPS checks speak nothing newer than TLS 1.2", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { pem, key } = ca.certificate("target", ["target"]);
  const { LoadBalancerArn } = await createNetworkBalancer(cloud);
  for (const [index, minVersion] of (["TLSv1.2", "TLSv1.3"] as const).entries()) {
    const server = createTlsServer({ cert: pem, key, minVersion }, (socket) => {
      socket.on("error", () => {});
      socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    context.after(() => server.close());
    const { TargetGroupArn } = await cloud.createGroup({
      Name: `group-${index}`,
      Protocol: "TCP",
      HealthCheckProtocol: "HTTPS",
      HealthCheckIntervalSeconds: 10,
    });
    const { port } = server.address() as { port: number };
    await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
    await cloud.elb.CreateListener({
      LoadBalancerArn,
      Protocol: "TCP",
      Port: 80 + index,
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
    });
    await cloud.advance("30s");
    const [[state] = []] = await cloud.healthOf(TargetGroupArn!);
    assert.equal(state, minVersion === "TLSv1.2" ? "healthy" : "unhealthy");
  }
});
