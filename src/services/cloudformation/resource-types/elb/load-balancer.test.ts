import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const base = {
  LoadBalancerName: "web",
  AvailabilityZones: ["us-east-1a"],
  Listeners: [{ Protocol: "HTTP", LoadBalancerPort: "80", InstancePort: "8080" }],
  HealthCheck: {
    Target: "TCP:8080",
    Interval: "10",
    Timeout: "5",
    HealthyThreshold: "2",
    UnhealthyThreshold: "2",
  },
};

function createCloud(context: TestContext) {
  const cloud = createTestCloud();
  context.after(() => cloud.stop());
  const client = cloud.clients.cloudformation(cloud.caller);
  const elb = cloud.clients.elb(cloud.caller);
  const bodyOf = (changes: Record<string, unknown>) =>
    JSON.stringify({
      Resources: {
        Balancer: {
          Type: "AWS::ElasticLoadBalancing::LoadBalancer",
          Properties: { ...base, ...changes },
        },
      },
    });
  const settle = async (wanted: string) => {
    await cloud.advance("2m");
    const { Stacks } = await client.DescribeStacks({ StackName: "web" });
    const { StackEvents } = await client.DescribeStackEvents({ StackName: "web" });
    const reasons = StackEvents!.map(({ ResourceStatusReason }) => ResourceStatusReason);
    assert.equal(Stacks![0]!.StackStatus, wanted, reasons.filter(Boolean).join("\n"));
  };
  return {
    ...cloud,
    elb,
    async create(changes: Record<string, unknown>) {
      await client.CreateStack({ StackName: "web", TemplateBody: bodyOf(changes) });
      await settle("CREATE_COMPLETE");
    },
    async update(changes: Record<string, unknown>) {
      await client.UpdateStack({ StackName: "web", TemplateBody: bodyOf(changes) });
      await settle("UPDATE_COMPLETE");
    },
    async describe() {
      const found = await elb.DescribeLoadBalancers({ LoadBalancerNames: ["web"] });
      return found.LoadBalancerDescriptions![0]!;
    },
  };
}

test("everything but the name and the scheme changes in place", async (context) => {
  const cloud = createCloud(context);
  await cloud.create({
    AppCookieStickinessPolicy: [{ PolicyName: "app", CookieName: "one" }],
    Listeners: [{ ...base.Listeners[0], PolicyNames: ["app"] }],
    ConnectionSettings: { IdleTimeout: 10 },
  });
  const before = await cloud.describe();
  assert.deepEqual(before.ListenerDescriptions![0]!.PolicyNames, ["app"]);
  await cloud.update({
    AvailabilityZones: ["us-east-1b"],
    AppCookieStickinessPolicy: [{ PolicyName: "app", CookieName: "two" }],
    Listeners: [
      { ...base.Listeners[0], InstancePort: "9090", PolicyNames: ["app"] },
      { Protocol: "TCP", LoadBalancerPort: "25", InstancePort: "25" },
    ],
    Policies: [
      {
        PolicyName: "proxy",
        PolicyType: "ProxyProtocolPolicyType",
        InstancePorts: ["25"],
        Attributes: [{ Name: "ProxyProtocol", Value: "true" }],
      },
    ],
    HealthCheck: { ...base.HealthCheck, Target: "HTTP:9090/" },
    CrossZone: true,
    Tags: [{ Key: "a", Value: "1" }],
  });
  const after = await cloud.describe();
  assert.equal(after.DNSName, before.DNSName);
  assert.deepEqual(after.AvailabilityZones, ["us-east-1b"]);
  assert.equal(after.HealthCheck!.Target, "HTTP:9090/");
  assert.deepEqual(after.Policies!.AppCookieStickinessPolicies, [
    { PolicyName: "app", CookieName: "two" },
  ]);
  assert.deepEqual(after.BackendServerDescriptions, [{ InstancePort: 25, PolicyNames: ["proxy"] }]);
  const listeners = after.ListenerDescriptions!.map(({ Listener, PolicyNames }) => [
    Listener!.LoadBalancerPort,
    Listener!.InstancePort,
    ...PolicyNames!,
  ]);
  assert.deepEqual(
    listeners.sort(([a], [b]) => Number(b) - Number(a)),
    [
      [80, 9090, "app"],
      [25, 25],
    ],
  );
  const { LoadBalancerAttributes } = await cloud.elb.DescribeLoadBalancerAttributes({
    LoadBalancerName: "web",
  });
  assert.equal(LoadBalancerAttributes!.CrossZoneLoadBalancing!.Enabled, true);
  assert.equal(LoadBalancerAttributes!.ConnectionSettings!.IdleTimeout, 60);
  await cloud.update({});
  const last = await cloud.describe();
  assert.deepEqual(last.Policies!.OtherPolicies, []);
  assert.equal(last.HealthCheck!.Target, "TCP:8080");
});
