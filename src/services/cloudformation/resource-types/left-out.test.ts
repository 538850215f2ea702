/** Properties that a template names for a while: without them a resource is what it was. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const id = (Ref: string) => ({ Ref });
const subnet = (zone: number) => ({
  Type: "AWS::EC2::Subnet",
  Properties: {
    VpcId: id("Vpc"),
    CidrBlock: `10.9.${zone}.0/24`,
    AvailabilityZone: { "Fn::Select": [zone, { "Fn::GetAZs": "" }] },
  },
});

interface Properties {
  balancer?: object;
  rule?: object;
  zone?: object;
  check?: object;
}

const resources = ({ balancer, rule, zone, check }: Properties) => ({
  Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.9.0.0/16" } },
  A: subnet(0),
  B: subnet(1),
  Application: {
    Type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
    Properties: { Scheme: "internal", Subnets: [id("A"), id("B")], ...balancer },
  },
  Listener: {
    Type: "AWS::ElasticLoadBalancingV2::Listener",
    Properties: {
      LoadBalancerArn: id("Application"),
      Port: 80,
      Protocol: "HTTP",
      DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
    },
  },
  Rule: {
    Type: "AWS::ElasticLoadBalancingV2::ListenerRule",
    Properties: {
      ListenerArn: id("Listener"),
      Priority: 10,
      Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/a/*"] } }],
      Actions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } }],
      ...rule,
    },
  },
  Classic: {
    Type: "AWS::ElasticLoadBalancing::LoadBalancer",
    Properties: {
      Scheme: "internal",
      Subnets: [id("A")],
      Listeners: [{ InstancePort: "80", LoadBalancerPort: "80", Protocol: "HTTP" }],
      ...balancer,
    },
  },
  Zone: { Type: "AWS::Route53::HostedZone", Properties: { Name: "example.com", ...zone } },
  Check: {
    Type: "AWS::Route53::HealthCheck",
    Properties: {
      HealthCheckConfig: { Type: "HTTP", IPAddress: "127.0.0.1", Port: 4999, ...check },
    },
  },
});

const group = {
  Type: "AWS::EC2::SecurityGroup",
  Properties: { GroupDescription: "who comes in", VpcId: id("Vpc") },
};
const more: Properties = {
  balancer: { SecurityGroups: [id("Clients")] },
  rule: {
    Transforms: [
      { Type: "url-rewrite", UrlRewriteConfig: { Rewrites: [{ Regex: "^/a", Replace: "/b" }] } },
    ],
  },
  zone: { HostedZoneConfig: { Comment: "ours" } },
  check: { FailureThreshold: 5, Inverted: true },
};

function createStack(context: TestContext) {
  const cloud = createTestCloud();
  context.after(() => cloud.stop());
  const stacks = cloud.clients.cloudformation(cloud.caller);
  const StackName = "some";
  const settle = async (wanted: string) => {
    await cloud.advance("5m");
    const { Stacks } = await stacks.DescribeStacks({ StackName });
    const { StackEvents = [] } = await stacks.DescribeStackEvents({ StackName });
    const reasons = StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason);
    assert.equal(Stacks![0]!.StackStatus, wanted, reasons.filter(Boolean).join("\n"));
  };
  const TemplateBody = (Resources: object) => JSON.stringify({ Resources });
  return {
    async create(all: object) {
      await stacks.CreateStack({ StackName, TemplateBody: TemplateBody(all) });
      await settle("CREATE_COMPLETE");
    },
    async update(all: object, wanted = "UPDATE_COMPLETE") {
      await stacks.UpdateStack({ StackName, TemplateBody: TemplateBody(all) });
      await settle(wanted);
    },
    async describe() {
      const { StackResources = [] } = await stacks.DescribeStackResources({ StackName });
      const physical = (name: string) =>
        StackResources.find((one) => one.LogicalResourceId === name)!.PhysicalResourceId!;
      const elbv2 = cloud.clients.elbv2(cloud.caller);
      const route53 = cloud.clients.route53(cloud.caller);
      const application = await elbv2.DescribeLoadBalancers({
        LoadBalancerArns: [physical("Application")],
      });
      const classic = await cloud.clients.elb(cloud.caller).DescribeLoadBalancers({
        LoadBalancerNames: [physical("Classic")],
      });
      const rules = await elbv2.DescribeRules({ RuleArns: [physical("Rule")] });
      const zone = await route53.GetHostedZone({ Id: physical("Zone") });
      const { HealthCheck } = await route53.GetHealthCheck({ HealthCheckId: physical("Check") });
      return {
        groups: application.LoadBalancers![0]!.SecurityGroups,
        classicGroups: classic.LoadBalancerDescriptions![0]!.SecurityGroups,
        transforms: rules.Rules![0]!.Transforms,
        zone: zone.HostedZone!.Config,
        check: HealthCheck!.HealthCheckConfig,
      };
    },
  };
}

test("what a template no longer names is what it was before", async (context) => {
  const stack = createStack(context);
  await stack.create({ ...resources({}), Clients: group });
  const before = await stack.describe();
  await stack.update({ ...resources(more), Clients: group });
  const changed = await stack.describe();
  assert.notDeepEqual(changed.groups, before.groups);
  assert.notDeepEqual(changed.classicGroups, before.classicGroups);
  assert.equal(changed.transforms?.length, 1);
  assert.equal(changed.zone?.Comment, "ours");
  assert.equal(changed.check?.FailureThreshold, 5);
  await stack.update({ ...resources({}), Clients: group });
  assert.deepEqual(await stack.describe(), before);
});

test("a failed update leaves nothing of what it named for the first time", async (context) => {
  const stack = createStack(context);
  await stack.create(resources({}));
  const before = await stack.describe();
  const failing = {
    Type: "AWS::Route53::RecordSet",
    DependsOn: ["Application", "Rule", "Classic", "Zone", "Check"],
    Properties: { HostedZoneId: "ZNONE", Name: "a.example.com", Type: "A", TTL: "1" },
  };
  const all = { ...resources(more), Clients: group, Failing: failing };
  await stack.update(all, "UPDATE_ROLLBACK_COMPLETE");
  assert.deepEqual(await stack.describe(), before);
});
