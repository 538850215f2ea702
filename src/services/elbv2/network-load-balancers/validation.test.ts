import assert from "node:assert/strict";
import { test } from "node:test";
import { createBalancedCloud } from "../testing/balanced-cloud.ts";

test("gateway load balancers are refused, and network ones ask for their own protocols", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb, subnets } = cloud;
  await assert.rejects(elb.CreateLoadBalancer({ Name: "g", Type: "gateway", Subnets: subnets }), {
    code: "InvalidConfigurationRequest",
    message: "Fogbank does not support load balancers of type 'gateway'. See COVERAGE.md.",
  });
  const { LoadBalancers } = await elb.CreateLoadBalancer({
    Name: "net",
    Type: "network",
    Subnets: subnets.slice(0, 1),
  });
  const { LoadBalancerArn } = LoadBalancers![0]!;
  const tcp = await cloud.createGroup({ Name: "tcp", Protocol: "TCP" });
  const udp = await cloud.createGroup({ Name: "udp", Protocol: "UDP" });
  const http = await cloud.createGroup({ Name: "http" });
  const listen = (
    Protocol: "HTTP" | "TCP" | "TLS" | "UDP" | "TCP_UDP" | "QUIC",
    TargetGroupArn: string,
    more = {},
  ) =>
    elb.CreateListener({
      LoadBalancerArn,
      Protocol,
      Port: 80,
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
      ...more,
    });
  await assert.rejects(listen("QUIC", udp.TargetGroupArn!), {
    message: "Fogbank does not support QUIC. See COVERAGE.md.",
  });
  await assert.rejects(listen("HTTP", http.TargetGroupArn!), {
    message: "Listener protocol 'HTTP' must be one of 'UDP, TCP, TLS, TCP_UDP'",
  });
  await assert.rejects(listen("TCP", http.TargetGroupArn!), {
    code: "IncompatibleProtocols",
    message: `The listener and the following target groups have incompatible protocols: ${http.TargetGroupArn}`,
  });
  await assert.rejects(listen("TCP_UDP", udp.TargetGroupArn!), { code: "IncompatibleProtocols" });
  await assert.rejects(listen("TLS", tcp.TargetGroupArn!), {
    message: "A certificate must be specified for TLS listeners",
  });
  await assert.rejects(listen("TCP", tcp.TargetGroupArn!, { AlpnPolicy: ["HTTP2Only"] }), {
    code: "ValidationError",
  });
  const fixed = { Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } };
  await assert.rejects(listen("TCP", tcp.TargetGroupArn!, { DefaultActions: [fixed] }), {
    code: "InvalidLoadBalancerAction",
  });
  const { Listeners } = await listen("TCP", tcp.TargetGroupArn!);
  const { ListenerArn } = Listeners![0]!;
  await assert.rejects(listen("UDP", udp.TargetGroupArn!), { code: "DuplicateListener" });
  await assert.rejects(
    elb.CreateRule({
      ListenerArn,
      Priority: 1,
      Conditions: [{ Field: "source-ip", SourceIpConfig: { IpAddressType: "ipv4" } }],
      Actions: [{ Type: "forward", TargetGroupArn: tcp.TargetGroupArn }],
    }),
    { code: "InvalidConfigurationRequest", message: /IP address type 'ipv4'/ },
  );
  const { Attributes } = await elb.DescribeListenerAttributes({ ListenerArn });
  assert.deepEqual(Attributes, [{ Key: "tcp.idle_timeout.seconds", Value: "350" }]);
  await assert.rejects(
    elb.ModifyListenerAttributes({
      ListenerArn,
      Attributes: [{ Key: "tcp.idle_timeout.seconds", Value: "59" }],
    }),
    { message: "'tcp.idle_timeout.seconds' value '59' must be between '60-6000' inclusive" },
  );
  const set = (Key: string, Value: string) =>
    elb.ModifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [{ Key, Value }] });
  await assert.rejects(set("idle_timeout.timeout_seconds", "30"), {
    code: "InvalidConfigurationRequest",
    message:
      "Load balancer attribute key 'idle_timeout.timeout_seconds' is not supported on load balancers with type 'network'",
  });
  await assert.rejects(set("ipv6.deny_all_igw_traffic", "true"), {
    message:
      "Load balancer attribute key 'ipv6.deny_all_igw_traffic' is not supported on load balancers with IP address type 'ipv4'",
  });
  await assert.rejects(set("no.such.key", "true"), {
    code: "ValidationError",
    message: "Load balancer attribute key 'no.such.key' is not recognized",
  });
  await assert.rejects(
    elb.SetSecurityGroups({ LoadBalancerArn, SecurityGroups: ["sg-12345678"] }),
    { code: "InvalidConfigurationRequest" },
  );
});

test("groups have the attributes and defaults of their protocol", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb } = cloud;
  const attributesOf = async (arn: string) => {
    const { Attributes } = await elb.DescribeTargetGroupAttributes({ TargetGroupArn: arn });
    return Object.fromEntries(Attributes!.map(({ Key, Value }) => [Key!, Value!]));
  };
  const set = (arn: string, Key: string, Value: string) =>
    elb.ModifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes: [{ Key, Value }] });
  const tcp = (await cloud.createGroup({ Name: "tcp", Protocol: "TCP" })).TargetGroupArn!;
  const udp = (await cloud.createGroup({ Name: "udp", Protocol: "UDP", TargetType: "instance" }))
    .TargetGroupArn!;
  const terminates = "deregistration_delay.connection_termination.enabled";
  const preserves = "preserve_client_ip.enabled";
  const ofTcp = await attributesOf(tcp);
  const ofUdp = await attributesOf(udp);
  assert.deepEqual([ofTcp[terminates], ofTcp[preserves]], ["false", "false"]);
  assert.deepEqual([ofUdp[terminates], ofUdp[preserves]], ["true", "true"]);
  assert.equal(ofTcp["stickiness.type"], "source_ip");
  assert.equal(ofTcp["slow_start.duration_seconds"], undefined);
  await assert.rejects(set(udp, preserves, "false"), { code: "InvalidConfigurationRequest" });
  await assert.rejects(set(udp, "proxy_protocol_v2.enabled", "true"), {
    message: "Fogbank does not support proxy protocol for datagrams. See COVERAGE.md.",
  });
  await assert.rejects(set(tcp, "stickiness.type", "lb_cookie"), {
    message: "Stickiness type 'lb_cookie' is not supported for target groups with the TCP protocol",
  });
  await assert.rejects(set(tcp, "slow_start.duration_seconds", "30"), {
    message:
      "A target group with TCP protocol does not support the attribute slow_start.duration_seconds",
  });
  await set(tcp, "stickiness.enabled", "true");
  const threshold = (action: string, kind: string) =>
    `target_group_health.${action}.minimum_healthy_targets.${kind}`;
  await assert.rejects(set(tcp, threshold("unhealthy_state_routing", "count"), "2"), {
    code: "InvalidConfigurationRequest",
    message: `'${threshold("dns_failover", "count")}' value '1' must be greater than or equal to '${threshold("unhealthy_state_routing", "count")}' value '2'`,
  });
  await elb.ModifyTargetGroupAttributes({
    TargetGroupArn: tcp,
    Attributes: ["dns_failover", "unhealthy_state_routing"].map((action) => ({
      Key: threshold(action, "count"),
      Value: "2",
    })),
  });
  await set(tcp, threshold("unhealthy_state_routing", "percentage"), "50");
  const behind = await cloud.createGroup({ Name: "alb", Protocol: "TCP", TargetType: "alb" });
  await set(behind.TargetGroupArn!, "deregistration_delay.timeout_seconds", "300");
  await assert.rejects(set(behind.TargetGroupArn!, "deregistration_delay.timeout_seconds", "30"), {
    code: "InvalidConfigurationRequest",
    message: /not supported .* target type 'alb'/,
  });
});

test("a load balancer's addresses are its for life, and come to be no fewer", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb, ec2, subnets } = cloud;
  const net = await cloud.createBalancer("net", { Type: "network" });
  const { LoadBalancerArn } = net;
  const set = (Value: string) =>
    elb.ModifyLoadBalancerAttributes({
      LoadBalancerArn,
      Attributes: [{ Key: "secondary_ips.auto_assigned.per_subnet", Value }],
    });
  await set("3");
  await assert.rejects(set("2"), { code: "InvalidConfigurationRequest" });
  await set("3");
  const { AllocationId } = await ec2.AllocateAddress({});
  await assert.rejects(
    elb.SetSubnets({
      LoadBalancerArn,
      SubnetMappings: [
        { SubnetId: subnets[0]!, AllocationId: AllocationId! },
        { SubnetId: subnets[1]! },
      ],
    }),
    {
      code: "InvalidConfigurationRequest",
      message: /addresses of a load balancer cannot be changed/,
    },
  );
  const inner = await cloud.createBalancer("inner", { Type: "network", Scheme: "internal" });
  for (const [arn, expected] of [
    [LoadBalancerArn, "false"],
    [inner.LoadBalancerArn, "true"],
  ] as const) {
    const { Attributes } = await elb.DescribeLoadBalancerAttributes({ LoadBalancerArn: arn });
    const denied = Attributes!.find(({ Key }) => Key === "ipv6.deny_all_igw_traffic");
    assert.equal(denied!.Value, expected);
  }
});

test("a listener stays while a target group leads to it", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb } = cloud;
  const web = await cloud.createBalancer("web");
  const fixed = { Type: "fixed-response" as const, FixedResponseConfig: { StatusCode: "200" } };
  const { ListenerArn } = await cloud.listen(web.LoadBalancerArn!, fixed);
  const { TargetGroupArn } = await cloud.createGroup({ Protocol: "TCP", TargetType: "alb" });
  const Targets = [{ Id: web.LoadBalancerArn! }];
  await elb.RegisterTargets({ TargetGroupArn, Targets });
  const refused = {
    code: "ResourceInUse",
    message: `Listener port '80' is in use by registered target '${web.LoadBalancerArn}' and cannot be removed.`,
  };
  await assert.rejects(elb.DeleteListener({ ListenerArn }), refused);
  await assert.rejects(elb.ModifyListener({ ListenerArn, Port: 81 }), refused);
  await assert.rejects(elb.DeleteLoadBalancer({ LoadBalancerArn: web.LoadBalancerArn }), {
    code: "ResourceInUse",
    message: `Load balancer '${web.LoadBalancerArn}' cannot be deleted because it is currently associated with another service`,
  });
  await elb.DeregisterTargets({ TargetGroupArn, Targets });
  await elb.DeleteListener({ ListenerArn });
  await elb.DeleteLoadBalancer({ LoadBalancerArn: web.LoadBalancerArn });
});

test("health checks have the defaults of network load balancers", async (context) => {
  const cloud = await createBalancedCloud(context);
  const group = await cloud.createGroup({ Protocol: "TCP" });
  const shown = [
    group.HealthCheckProtocol,
    group.HealthCheckIntervalSeconds,
    group.HealthCheckTimeoutSeconds,
    group.HealthyThresholdCount,
    group.UnhealthyThresholdCount,
    group.HealthCheckPath,
    group.Matcher,
    group.ProtocolVersion,
  ];
  assert.deepEqual(shown, ["TCP", 30, 10, 5, 2, undefined, undefined, undefined]);
  const http = await cloud.createGroup({
    Name: "http",
    Protocol: "TCP",
    HealthCheckProtocol: "HTTP",
    Matcher: { HttpCode: "200-599" },
  });
  assert.deepEqual([http.HealthCheckPath, http.HealthCheckTimeoutSeconds], ["/", 6]);
  assert.equal(http.Matcher!.HttpCode, "200-599");
  await assert.rejects(
    cloud.createGroup({
      Name: "late",
      Protocol: "TCP",
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 6,
    }),
    { message: "Health check timeout '6' must be smaller than or equal to the interval '5'" },
  );
});

test("nodes have the addresses that the request chose", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb, ec2, subnets } = cloud;
  const { AllocationId, PublicIp } = await ec2.AllocateAddress({});
  const { LoadBalancers } = await elb.CreateLoadBalancer({
    Name: "public",
    Type: "network",
    SubnetMappings: [{ SubnetId: subnets[0]!, AllocationId: AllocationId! }],
  });
  assert.deepEqual(LoadBalancers![0]!.AvailabilityZones![0]!.LoadBalancerAddresses, [
    { IpAddress: PublicIp, AllocationId },
  ]);
  await assert.rejects(
    elb.CreateLoadBalancer({
      Name: "second",
      Type: "network",
      SubnetMappings: [{ SubnetId: subnets[1]!, AllocationId: AllocationId! }],
    }),
    { message: `The address '${AllocationId!}' is already in use` },
  );
  const { AllocationId: another } = await ec2.AllocateAddress({});
  await assert.rejects(
    elb.SetSubnets({
      LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
      SubnetMappings: [AllocationId, another].map((id) => ({
        SubnetId: subnets[0]!,
        AllocationId: id!,
      })),
    }),
    {
      code: "InvalidConfigurationRequest",
      message:
        "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    },
  );
  const { Subnets } = await ec2.DescribeSubnets({ SubnetIds: [subnets[0]!] });
  const address = Subnets![0]!.CidrBlock!.replace(/\.\d+\/.*$/, ".77");
  const create = (PrivateIPv4Address: string) =>
    elb.CreateLoadBalancer({
      Name: "private",
      Type: "network",
      Scheme: "internal",
      SubnetMappings: [{ SubnetId: subnets[0]!, PrivateIPv4Address }],
    });
  await assert.rejects(create("192.0.2.1"), { code: "InvalidConfigurationRequest" });
  const internal = await create(address);
  assert.deepEqual(internal.LoadBalancers![0]!.AvailabilityZones![0]!.LoadBalancerAddresses, [
    { PrivateIPv4Address: address },
  ]);
  await assert.rejects(
    elb.CreateLoadBalancer({
      Name: "none",
      Type: "network",
      SubnetMappings: [{ SubnetId: subnets[0]!, AllocationId: "eipalloc-0123456789abcdef0" }],
    }),
    { code: "AllocationIdNotFound" },
  );
});
