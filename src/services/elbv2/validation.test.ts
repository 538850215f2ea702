import assert from "node:assert/strict";
import { test } from "node:test";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";

const fixed = {
  Type: "fixed-response" as const,
  FixedResponseConfig: { StatusCode: "200" },
};

test("names are checked", async (context) => {
  const cloud = await createBalancedCloud(context);
  const create = (Name: string) => cloud.createBalancer(Name);
  await assert.rejects(create("a".repeat(33)), {
    code: "ValidationError",
    message: `Load balancer name '${"a".repeat(33)}' cannot be longer than '32' characters`,
  });
  await assert.rejects(create("a_b"), {
    message:
      "Load balancer name 'a_b' can only contain characters that are alphanumeric characters or hyphens(-)",
  });
  await assert.rejects(create("-a"), {
    message: "Load balancer name '-a' cannot begin or end with '-'",
  });
});

test("a load balancer stands in two zones of one VPC", async (context) => {
  const cloud = await createBalancedCloud(context);
  const [first] = cloud.subnets as [string];
  const create = (Subnets: string[], more = {}) =>
    cloud.elb.CreateLoadBalancer({ Name: "x", Subnets, ...more });
  await assert.rejects(create([first]), {
    code: "ValidationError",
    message: "At least two subnets in two different Availability Zones must be specified",
  });
  await assert.rejects(create([first, "subnet-0123456789abcdef0"]), {
    code: "SubnetNotFound",
    message: "The subnet ID 'subnet-0123456789abcdef0' does not exist",
  });
  await assert.rejects(create(cloud.subnets, { Type: "gateway" }), {
    code: "InvalidConfigurationRequest",
    message: /load balancers of type 'gateway'/,
  });
});

test("creating the same twice gives the same, something else under the name is refused", async (context) => {
  const cloud = await createBalancedCloud(context);
  const first = await cloud.createBalancer();
  const again = await cloud.createBalancer();
  assert.equal(again.LoadBalancerArn, first.LoadBalancerArn);
  await assert.rejects(
    cloud.elb.CreateLoadBalancer({ Name: "web", Subnets: cloud.subnets, Scheme: "internal" }),
    {
      code: "DuplicateLoadBalancerName",
      message: "A load balancer with the same name 'web' exists, but with different settings",
    },
  );
  const group = await cloud.createGroup();
  assert.equal((await cloud.createGroup()).TargetGroupArn, group.TargetGroupArn);
  await assert.rejects(cloud.createGroup({ Port: 81 }), { code: "DuplicateTargetGroupName" });
});

test("one listener per port, one load balancer per target group", async (context) => {
  const cloud = await createBalancedCloud(context);
  const [one, two] = [await cloud.createBalancer("one"), await cloud.createBalancer("two")];
  const group = await cloud.createGroup();
  assert.equal(group.LoadBalancerArns, undefined);
  const { TargetGroupArn } = group;
  await cloud.listen(one.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await assert.rejects(cloud.listen(one.LoadBalancerArn!, fixed), { code: "DuplicateListener" });
  await assert.rejects(cloud.listen(two.LoadBalancerArn!, { Type: "forward", TargetGroupArn }), {
    code: "TargetGroupAssociationLimit",
    message: `The following target groups cannot be associated with more than one load balancer: ${TargetGroupArn}`,
  });
  await assert.rejects(cloud.elb.DeleteTargetGroup({ TargetGroupArn }), {
    code: "ResourceInUse",
    message: `Target group '${TargetGroupArn}' is currently in use by a listener or a rule`,
  });
  await cloud.elb.DeleteLoadBalancer({ LoadBalancerArn: one.LoadBalancerArn });
  await cloud.elb.DeleteTargetGroup({ TargetGroupArn });
  await assert.rejects(cloud.listen(two.LoadBalancerArn!, { Type: "forward", TargetGroupArn }), {
    code: "TargetGroupNotFound",
    message: `Target groups '${TargetGroupArn}' not found`,
  });
  await assert.rejects(cloud.elb.DescribeTargetGroups({ Names: ["app"] }), {
    code: "TargetGroupNotFound",
    message: "One or more target groups not found",
  });
});

test("rules have priorities of their own and can change places", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { LoadBalancerArn } = await cloud.createBalancer();
  const { ListenerArn } = await cloud.listen(LoadBalancerArn!, fixed);
  const create = async (Priority: number, path: string) => {
    const { Rules } = await cloud.elb.CreateRule({
      ListenerArn,
      Priority,
      Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: [path] } }],
      Actions: [fixed],
    });
    return Rules![0]!.RuleArn!;
  };
  const [a, b] = [await create(1, "/a"), await create(20, "/b")];
  await assert.rejects(create(1, "/c"), {
    code: "PriorityInUse",
    message: "Priority '1' is currently in use",
  });
  await cloud.elb.SetRulePriorities({
    RulePriorities: [
      { RuleArn: a, Priority: 20 },
      { RuleArn: b, Priority: 1 },
    ],
  });
  const { Rules } = await cloud.elb.DescribeRules({ ListenerArn });
  assert.deepEqual(
    Rules!.map((rule) => [rule.Priority, rule.Conditions![0]?.Values]),
    [
      ["1", ["/b"]],
      ["20", ["/a"]],
      ["default", undefined],
    ],
  );
  await assert.rejects(
    cloud.elb.SetRulePriorities({
      RulePriorities: [
        { RuleArn: a, Priority: 3 },
        { RuleArn: a, Priority: 4 },
      ],
    }),
    { code: "ValidationError", message: `Rule '${a}' was provided multiple times` },
  );
  const byDefault = Rules!.at(-1)!.RuleArn;
  await assert.rejects(cloud.elb.DeleteRule({ RuleArn: byDefault }), {
    code: "OperationNotPermitted",
    message: `Default rule '${byDefault}' cannot be deleted`,
  });
  const page = await cloud.elb.DescribeRules({ ListenerArn, PageSize: 2 });
  const rest = await cloud.elb.DescribeRules({ ListenerArn, Marker: page.NextMarker });
  assert.deepEqual([page.Rules!.length, rest.Rules!.length, rest.NextMarker], [2, 1, undefined]);
});

const badConditions = [
  [{ Field: "path" }, /^Condition field 'path' must be one of/],
  [{ Field: "path-pattern", Values: [] }, /^A condition value must be specified$/],
  [{ Field: "host-header", Values: ["a", "b"] }, /contains too many values; the limit is '1'$/],
  [{ Field: "http-header", Values: ["a"] }, /^The 'Values' field is not compatible/],
  [{ Field: "source-ip", SourceIpConfig: { Values: ["1.2.3.4"] } }, /in CIDR format$/],
  [{ Field: "source-ip", SourceIpConfig: { Values: ["255.255.255.255/32"] } }, /cannot be/],
  [
    { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "a b", Values: ["x"] } },
    /^The 'HttpHeaderName' value 'a b' contains invalid characters$/,
  ],
  [
    { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "a", Values: [""] } },
    /^The 'http-header' value cannot be empty$/,
  ],
  [
    { Field: "path-pattern", PathPatternConfig: { Values: ["1", "2", "3", "4", "5", "6"] } },
    /^A rule can only have '5' condition values$/,
  ],
  [
    { Field: "http-request-method", HttpRequestMethodConfig: { Values: ["get"] } },
    /the allowed characters are A-Z, hyphen and underscore$/,
  ],
] as const;

test("conditions are checked", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { LoadBalancerArn } = await cloud.createBalancer();
  const { ListenerArn } = await cloud.listen(LoadBalancerArn!, fixed);
  for (const [condition, message] of badConditions)
    await assert.rejects(
      cloud.elb.CreateRule({
        ListenerArn,
        Priority: 1,
        Conditions: [structuredClone(condition) as object],
        Actions: [fixed],
      }),
      { code: "ValidationError", message },
    );
});

test("regular expressions are those of AWS's rules", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { LoadBalancerArn } = await cloud.createBalancer();
  const { ListenerArn } = await cloud.listen(LoadBalancerArn!, fixed);
  const byPath = (pattern: string) => [
    { Field: "path-pattern", PathPatternConfig: { RegexValues: [pattern] } },
  ];
  const create = (Conditions: ReturnType<typeof byPath>, Regex = "^/a") =>
    cloud.elb.CreateRule({
      ListenerArn,
      Priority: 1,
      Actions: [fixed],
      Conditions,
      Transforms: [
        { Type: "url-rewrite", UrlRewriteConfig: { Rewrites: [{ Regex, Replace: "/b" }] } },
      ],
    });
  const refused = (pattern: string) => ({
    code: "ValidationError",
    message: `The regular expression '${pattern}' is not valid`,
  });
  for (const pattern of ["(", "(?=a)", "(?<!a)b", "(a)\\1", "a++", "\\p{L}"]) {
    await assert.rejects(create(byPath(pattern)), refused(pattern));
    await assert.rejects(create(byPath("^/a"), pattern), refused(pattern));
  }
  const { Rules: [rule] = [] } = await create(byPath("^/(a+)+$"));
  const change = cloud.elb.ModifyRule({ RuleArn: rule!.RuleArn!, Conditions: byPath("a(?!b)") });
  await assert.rejects(change, refused("a(?!b)"));
});

test("attributes have AWS's defaults and are checked", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { LoadBalancerArn } = await cloud.createBalancer();
  const { TargetGroupArn } = await cloud.createGroup();
  const { Attributes } = await cloud.elb.DescribeTargetGroupAttributes({ TargetGroupArn });
  const value = (key: string) => Attributes!.find(({ Key }) => Key === key)?.Value;
  assert.equal(value("deregistration_delay.timeout_seconds"), "300");
  assert.equal(value("load_balancing.algorithm.type"), "round_robin");
  const modify = (Key: string, Value: string) =>
    cloud.elb.ModifyTargetGroupAttributes({ TargetGroupArn, Attributes: [{ Key, Value }] });
  await assert.rejects(modify("deregistration_delay.timeout_seconds", "3601"), {
    code: "ValidationError",
    message:
      "'deregistration_delay.timeout_seconds' value '3601' must be between '0-3600' inclusive",
  });
  await assert.rejects(modify("nonsense", "1"), {
    message: "Target group attribute key 'nonsense' is not recognized",
  });
  await modify("stickiness.type", "app_cookie");
  await assert.rejects(modify("stickiness.enabled", "true"), {
    code: "InvalidConfigurationRequest",
    message: "You must set an application cookie name to enable stickiness of type 'app_cookie'",
  });
  await cloud.elb.ModifyLoadBalancerAttributes({
    LoadBalancerArn,
    Attributes: [{ Key: "deletion_protection.enabled", Value: "true" }],
  });
  await assert.rejects(cloud.elb.DeleteLoadBalancer({ LoadBalancerArn }), {
    code: "OperationNotPermitted",
    message: `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
  });
});

test("targets are checked against their group", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { TargetGroupArn } = await cloud.createGroup();
  const register = (Id: string) => cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id }] });
  await assert.rejects(register("8.8.8.8"), {
    code: "ValidationError",
    message: /publicly routable/,
  });
  await assert.rejects(register("10.9.9.9"), { message: /outside of the VPC/ });
  await assert.rejects(register("i-0123456789abcdef0"), { message: /not a valid IPv4 address$/ });
  const instances = await cloud.createGroup({ Name: "instances", TargetType: "instance" });
  await assert.rejects(
    cloud.elb.RegisterTargets({
      TargetGroupArn: instances.TargetGroupArn,
      Targets: [{ Id: "i-0123456789abcdef0" }],
    }),
    { code: "InvalidTarget" },
  );
});

test("every kind of resource carries tags", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { LoadBalancerArn } = await cloud.createBalancer();
  const { TargetGroupArn } = await cloud.createGroup({ Tags: [{ Key: "a", Value: "1" }] });
  const { ListenerArn } = await cloud.listen(LoadBalancerArn!, fixed);
  const { Rules } = await cloud.elb.DescribeRules({ ListenerArn });
  const ResourceArns = [LoadBalancerArn!, TargetGroupArn!, ListenerArn!, Rules![0]!.RuleArn!];
  await cloud.elb.AddTags({ ResourceArns, Tags: [{ Key: "b", Value: "2" }] });
  await cloud.elb.RemoveTags({ ResourceArns: [TargetGroupArn!], TagKeys: ["a"] });
  const { TagDescriptions } = await cloud.elb.DescribeTags({ ResourceArns });
  assert.deepEqual(
    TagDescriptions!.map(({ Tags }) => Tags),
    Array.from({ length: 4 }, () => [{ Key: "b", Value: "2" }]),
  );
  await assert.rejects(
    cloud.elb.AddTags({
      ResourceArns,
      Tags: [
        { Key: "c", Value: "" },
        { Key: "c", Value: "" },
      ],
    }),
    { code: "DuplicateTagKeys" },
  );
  const reserved = [{ Key: "aws:cloudformation:stack-name", Value: "mine" }];
  await assert.rejects(cloud.elb.AddTags({ ResourceArns, Tags: reserved }), {
    code: "ValidationError",
    message: "Tag key 'aws:cloudformation:stack-name' cannot begin with 'aws:'",
  });
});

test("a target that drains leaves room for another", async (context) => {
  const cloud = await createBalancedCloud(context);
  const inner = (await cloud.createBalancer("inner")).LoadBalancerArn!;
  const other = (await cloud.createBalancer("other")).LoadBalancerArn!;
  for (const arn of [inner, other]) await cloud.listen(arn, fixed);
  const { LoadBalancers } = await cloud.elb.CreateLoadBalancer({
    Name: "edge",
    Type: "network",
    Subnets: cloud.subnets,
  });
  const { TargetGroupArn } = await cloud.createGroup({ Protocol: "TCP", TargetType: "alb" });
  await cloud.elb.CreateListener({
    LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
    Protocol: "TCP",
    Port: 7003,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: inner }] });
  await cloud.advance("1m");
  await cloud.elb.DeregisterTargets({ TargetGroupArn, Targets: [{ Id: inner }] });
  assert.deepEqual(await cloud.healthOf(TargetGroupArn!), [
    ["draining", "Target.DeregistrationInProgress"],
  ]);
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: other }] });
  await assert.rejects(cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: inner }] }), {
    code: "TooManyTargets",
  });
});

test("addresses are shown with their zones; outside the VPC one is theirs where traffic stays in zones", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb } = cloud;
  const { Subnets } = await cloud.ec2.DescribeSubnets({});
  const { CidrBlock, AvailabilityZone: zone } = Subnets![1]!;
  const { TargetGroupArn } = await cloud.createGroup();
  const outside = (AvailabilityZone?: string) =>
    elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "10.99.0.1", AvailabilityZone }] });
  await assert.rejects(outside(), {
    code: "ValidationError",
    message: `The IP address '10.99.0.1' is outside of the VPC '${cloud.vpcId}'; specify 'all' as its Availability Zone`,
  });
  const zones = async (groupArn = TargetGroupArn) => {
    const { TargetHealthDescriptions } = await elb.DescribeTargetHealth({
      TargetGroupArn: groupArn,
    });
    return new Map(
      TargetHealthDescriptions!.map(({ Target }) => [Target!.Id, Target!.AvailabilityZone]),
    );
  };
  // "Otherwise the parameter is ignored and treated as all."
  await outside(zone);
  assert.deepEqual(await zones(), new Map([["10.99.0.1", "all"]]));
  await elb.DeregisterTargets({ TargetGroupArn, Targets: [{ Id: "10.99.0.1" }] });
  await elb.ModifyTargetGroupAttributes({
    TargetGroupArn,
    Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "false" }],
  });
  await assert.rejects(outside("us-east-1z"), {
    message: `The Availability Zone 'us-east-1z' is not one of the VPC '${cloud.vpcId}' of the target group`,
  });
  await outside(zone);
  const inside = CidrBlock!.replace(/\d+\/\d+$/, "77");
  const own = { Id: "127.0.0.2", AvailabilityZone: zone };
  const Targets = [{ Id: inside }, { Id: "127.0.0.1" }, own];
  await elb.RegisterTargets({ TargetGroupArn, Targets });
  assert.deepEqual(
    await zones(),
    new Map([
      ["10.99.0.1", zone],
      ["127.0.0.1", "all"],
      [own.Id, zone],
      [inside, zone],
    ]),
  );
  const net = await cloud.createGroup({ Name: "net", Protocol: "TCP" });
  await elb.RegisterTargets({ TargetGroupArn: net.TargetGroupArn, Targets: [own] });
  assert.deepEqual(await zones(net.TargetGroupArn), new Map([[own.Id, zone]]));
});

test("health checks are HTTP's where nothing else is asked for", async (context) => {
  const cloud = await createBalancedCloud(context);
  const group = await cloud.createGroup({ Protocol: "HTTPS" });
  assert.equal(group.HealthCheckProtocol, "HTTP");
});

test("an empty protocol version is none, as Terraform sends it", async (context) => {
  const cloud = await createBalancedCloud(context);
  const web = await cloud.createGroup({ ProtocolVersion: "" });
  assert.equal(web.ProtocolVersion, "HTTP1");
  const tcp = await cloud.createGroup({ Name: "tcp", Protocol: "TCP", ProtocolVersion: "" });
  assert.equal(tcp.ProtocolVersion, undefined);
});
