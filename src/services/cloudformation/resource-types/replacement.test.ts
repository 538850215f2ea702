/** Which changes make new resources of the types that move traffic, and what change sets say of them. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

type Resources = Record<string, { Type: string; Properties: object }>;

function stackCloud(t: TestContext) {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const client = cloud.clients.cloudformation(cloud.caller);
  const StackName = "traffic";
  const bodyOf = (resources: Resources) => JSON.stringify({ Resources: resources });
  const settle = async (wanted: string) => {
    await cloud.advance("3m");
    const { Stacks } = await client.DescribeStacks({ StackName });
    const { StackEvents } = await client.DescribeStackEvents({ StackName });
    const reasons = StackEvents!.map(({ ResourceStatusReason }) => ResourceStatusReason);
    assert.equal(Stacks![0]!.StackStatus, wanted, reasons.filter(Boolean).join("\n"));
    const { StackResources } = await client.DescribeStackResources({ StackName });
    return Object.fromEntries(
      StackResources!.map((one) => [one.LogicalResourceId!, one.PhysicalResourceId!]),
    );
  };
  const Tags = [{ Key: "team", Value: "shop" }];
  return {
    cloud,
    create: async (resources: Resources) => {
      await client.CreateStack({ StackName, TemplateBody: bodyOf(resources), Tags });
      return settle("CREATE_COMPLETE");
    },
    update: async (resources: Resources, wanted = "UPDATE_COMPLETE") => {
      await client.UpdateStack({ StackName, TemplateBody: bodyOf(resources), Tags });
      return settle(wanted);
    },
    /** By logical id: what a change set says of replacement. */
    predict: async (resources: Resources) => {
      const ChangeSetName = "look";
      await client.CreateChangeSet({
        StackName,
        ChangeSetName,
        TemplateBody: bodyOf(resources),
        Tags,
      });
      const { Changes } = await client.DescribeChangeSet({ StackName, ChangeSetName });
      await client.DeleteChangeSet({ StackName, ChangeSetName });
      return Object.fromEntries(
        Changes!.map(({ ResourceChange: change }) => [
          change!.LogicalResourceId!,
          [change!.Replacement, ...change!.Details!.map((one) => one.Target!.RequiresRecreation)],
        ]),
      );
    },
  };
}

test("a health check's type cannot change, its path can", async (t) => {
  const { create, update, predict } = stackCloud(t);
  const checks = (HealthCheckConfig: object): Resources => ({
    Check: { Type: "AWS::Route53::HealthCheck", Properties: { HealthCheckConfig } },
  });
  const config = { Type: "HTTP", IPAddress: "192.0.2.1", Port: 80, ResourcePath: "/a" };
  const first = await create(checks(config));
  const moved = checks({ ...config, ResourcePath: "/b" });
  assert.deepEqual(await predict(moved), { Check: ["False", "Never"] });
  assert.deepEqual(await update(moved), first);
  const other = checks({ ...config, Type: "HTTPS", Port: 443 });
  assert.deepEqual(await predict(other), { Check: ["True", "Always"] });
  assert.notDeepEqual(await update(other), first);
});

test("a service's routing policy makes a new service, its TTL does not", async (t) => {
  const { create, update, predict } = stackCloud(t);
  const web = (RoutingPolicy: string, TTL: number): Resources => ({
    Names: {
      Type: "AWS::ServiceDiscovery::PublicDnsNamespace",
      Properties: { Name: "shop.example.com" },
    },
    Web: {
      Type: "AWS::ServiceDiscovery::Service",
      Properties: {
        NamespaceId: { "Fn::GetAtt": ["Names", "Id"] },
        DnsConfig: { RoutingPolicy, DnsRecords: [{ Type: "A", TTL }] },
      },
    },
    One: {
      Type: "AWS::ServiceDiscovery::Instance",
      Properties: {
        ServiceId: { Ref: "Web" },
        InstanceAttributes: { AWS_INSTANCE_IPV4: "192.0.2.1" },
      },
    },
  });
  const first = await create(web("MULTIVALUE", 10));
  assert.deepEqual(await update(web("MULTIVALUE", 20)), first);
  const weighted = web("WEIGHTED", 20);
  assert.deepEqual(await predict(weighted), {
    Web: ["True", "Always"],
    One: ["Conditional", "Always"],
  });
  const last = await update(weighted);
  assert.equal(last["Names"], first["Names"]);
  assert.notEqual(last["Web"], first["Web"]);
  assert.notEqual(last["One"], first["One"]);
});

test("an instance that cannot be registered fails its stack with the operation's reason", async (t) => {
  const { create, update, cloud } = stackCloud(t);
  const names = (AWS_INSTANCE_CNAME: string): Resources => ({
    Names: {
      Type: "AWS::ServiceDiscovery::PublicDnsNamespace",
      Properties: { Name: "shop.example.com" },
    },
    Web: {
      Type: "AWS::ServiceDiscovery::Service",
      Properties: {
        NamespaceId: { "Fn::GetAtt": ["Names", "Id"] },
        DnsConfig: { RoutingPolicy: "WEIGHTED", DnsRecords: [{ Type: "CNAME", TTL: 10 }] },
      },
    },
    One: {
      Type: "AWS::ServiceDiscovery::Instance",
      Properties: { ServiceId: { Ref: "Web" }, InstanceAttributes: { AWS_INSTANCE_CNAME } },
    },
  });
  const first = await create(names("www.example.org"));
  assert.deepEqual(await update(names("no name"), "UPDATE_ROLLBACK_COMPLETE"), first);
  const map = cloud.clients.servicediscovery(cloud.caller);
  const { Instances } = await map.ListInstances({ ServiceId: first["Web"] });
  assert.deepEqual(
    Instances!.map(({ Attributes }) => Attributes),
    [{ AWS_INSTANCE_CNAME: "www.example.org" }],
  );
});

test("a classic load balancer's health check can change, but not come or go", async (t) => {
  const { create, update, predict } = stackCloud(t);
  const balancer = (HealthCheck?: object): Resources => ({
    Balancer: {
      Type: "AWS::ElasticLoadBalancing::LoadBalancer",
      Properties: {
        AvailabilityZones: ["us-east-1a"],
        Listeners: [{ Protocol: "HTTP", LoadBalancerPort: "80", InstancePort: "8080" }],
        ...(HealthCheck && { HealthCheck }),
      },
    },
  });
  const check = {
    Target: "TCP:8080",
    Interval: "10",
    Timeout: "5",
    HealthyThreshold: "2",
    UnhealthyThreshold: "2",
  };
  const first = await create(balancer());
  assert.deepEqual(await predict(balancer(check)), { Balancer: ["True", "Always"] });
  const second = await update(balancer(check));
  assert.notDeepEqual(second, first);
  assert.deepEqual(await update(balancer({ ...check, Target: "HTTP:8080/" })), second);
});

test("listeners and rules bear their tags, the stack's and CloudFormation's", async (t) => {
  const { create, update, cloud } = stackCloud(t);
  const { Subnets } = await cloud.clients.ec2(cloud.caller).DescribeSubnets({});
  const DefaultActions = [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } }];
  const balancer = (Tags?: object[]): Resources => ({
    Balancer: {
      Type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
      Properties: { Subnets: Subnets!.slice(0, 2).map(({ SubnetId }) => SubnetId) },
    },
    Listener: {
      Type: "AWS::ElasticLoadBalancingV2::Listener",
      Properties: {
        LoadBalancerArn: { Ref: "Balancer" },
        Port: 80,
        Protocol: "HTTP",
        DefaultActions,
        ...(Tags && { Tags }),
      },
    },
    Rule: {
      Type: "AWS::ElasticLoadBalancingV2::ListenerRule",
      Properties: {
        ListenerArn: { Ref: "Listener" },
        Priority: 1,
        Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/a"] } }],
        Actions: DefaultActions,
        ...(Tags && { Tags }),
      },
    },
  });
  const elb = cloud.clients.elbv2(cloud.caller);
  const tagsOf = async (arn: string) => {
    const { TagDescriptions } = await elb.DescribeTags({ ResourceArns: [arn] });
    const own = TagDescriptions![0]!.Tags!.filter(({ Key }) => !Key!.startsWith("aws:"));
    return Object.fromEntries(own.map(({ Key, Value }) => [Key!, Value]));
  };
  const { Listener, Rule } = await create(balancer([{ Key: "part", Value: "front" }]));
  for (const arn of [Listener!, Rule!])
    assert.deepEqual(await tagsOf(arn), { part: "front", team: "shop" });
  const after = await update(balancer());
  assert.deepEqual([after["Listener"], after["Rule"]], [Listener, Rule]);
  for (const arn of [Listener!, Rule!]) assert.deepEqual(await tagsOf(arn), { team: "shop" });
});
