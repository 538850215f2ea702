import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Reach } from "#compute/driver.ts";
import { serve } from "#http/server.ts";
import { createScalingCloud } from "./testing/scaling-cloud.ts";

const LoadBalancerName = "classic";
const AutoScalingGroupName = "web";

async function createCloud(context: TestContext, reach?: (id: string) => Reach | undefined) {
  const cloud = createScalingCloud(reach && { reach });
  context.after(() => cloud.stop());
  const elb = cloud.clients.elb(cloud.caller);
  await elb.CreateLoadBalancer({
    LoadBalancerName,
    AvailabilityZones: ["us-east-1a", "us-east-1b"],
    Listeners: [{ Protocol: "HTTP", LoadBalancerPort: 80, InstancePort: 80 }],
  });
  await elb.ConfigureHealthCheck({
    LoadBalancerName,
    HealthCheck: {
      Target: "HTTP:80/",
      Interval: 5,
      Timeout: 2,
      HealthyThreshold: 2,
      UnhealthyThreshold: 2,
    },
  });
  return {
    ...cloud,
    elb,
    async registered() {
      const { InstanceStates } = await elb.DescribeInstanceHealth({ LoadBalancerName });
      return Object.fromEntries(InstanceStates!.map((one) => [one.InstanceId!, one.State!]));
    },
    async attachments() {
      const found = await cloud.autoscaling.DescribeLoadBalancers({ AutoScalingGroupName });
      return found.LoadBalancers!.map((one) => [one.LoadBalancerName, one.State]);
    },
  };
}

test("instances join the classic load balancers of their group and leave them", async (context) => {
  const cloud = await createCloud(context);
  await cloud.createGroup({ DesiredCapacity: 2, LoadBalancerNames: [LoadBalancerName] });
  await cloud.advance("2m");
  const { ids } = await cloud.group();
  assert.deepEqual(
    await cloud.registered(),
    Object.fromEntries(ids.map((id) => [id, "InService"])),
  );
  assert.deepEqual(await cloud.attachments(), [[LoadBalancerName, "InService"]]);
  await cloud.autoscaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 1 });
  await cloud.advance("2m");
  assert.deepEqual(Object.keys(await cloud.registered()), (await cloud.group()).ids);
});

test("without its load balancer a group launches nothing, and what was on its way ends", async (context) => {
  const cloud = await createCloud(context);
  const { id, goOn } = await cloud.createHeldGroup({ LoadBalancerNames: [LoadBalancerName] });
  await cloud.elb.DeleteLoadBalancer({ LoadBalancerName });
  await goOn();
  assert.deepEqual((await cloud.group()).ids, []);
  const said = (await cloud.activities()).map(({ text }) => text);
  for (const wanted of [
    `Failed Launching a new EC2 instance: ${id}.  Status Reason: There is no ACTIVE Load Balancer named '${LoadBalancerName}'. Updating load balancer configuration failed.`,
    "Failed Launching a new EC2 instance.  Status Reason: One or more load balancers not found. Validating load balancer configuration failed.",
  ])
    assert.ok(said.includes(wanted), said.join("\n"));
});

test("classic load balancers are attached to and detached from a living group", async (context) => {
  const cloud = await createCloud(context);
  await cloud.createGroup();
  await cloud.advance("2m");
  const { ids } = await cloud.group();
  const attachment = { AutoScalingGroupName, LoadBalancerNames: [LoadBalancerName] };
  await cloud.autoscaling.AttachLoadBalancers(attachment);
  const { AutoScalingGroups } = await cloud.autoscaling.DescribeAutoScalingGroups({});
  assert.deepEqual(AutoScalingGroups![0]!.LoadBalancerNames, [LoadBalancerName]);
  await cloud.advance("30s");
  assert.deepEqual(await cloud.registered(), { [ids[0]!]: "InService" });
  await cloud.elb.ModifyLoadBalancerAttributes({
    LoadBalancerName,
    LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 120 } },
  });
  await cloud.autoscaling.DetachLoadBalancers(attachment);
  assert.deepEqual(await cloud.attachments(), [[LoadBalancerName, "Removing"]]);
  // Nothing is under way, so that draining need not take its two minutes.
  await cloud.advance("30s");
  assert.deepEqual(await cloud.attachments(), []);
  assert.deepEqual(await cloud.registered(), {});
  assert.deepEqual((await cloud.group()).states, ["InService"]);
});

test("a group cannot have a classic load balancer that does not exist", async (context) => {
  const cloud = await createCloud(context);
  await assert.rejects(cloud.createGroup({ LoadBalancerNames: ["none"] }), {
    code: "ValidationError",
    message: "Provided Load Balancers may not be valid. Please ensure they exist and try again.",
  });
});

test("with ELB health checks an instance that the load balancer finds out of service is replaced", async (context) => {
  const broken = new Set<string>();
  const reaches = new Map<string, Reach>();
  const servers: { close(graceMs: number): Promise<void> }[] = [];
  const cloud = await createCloud(context, (id) => reaches.get(id));
  context.after(() => Promise.all(servers.map((server) => server.close(0))));
  const serveInstances = async () => {
    for (const id of (await cloud.group()).ids)
      if (!reaches.has(id)) {
        const handler = () => ({ status: broken.has(id) ? 500 : 200, headers: {} });
        const { wall } = cloud.clock;
        const server = await serve({ host: "127.0.0.1", port: 0, wall, handler });
        servers.push(server);
        reaches.set(id, { host: "127.0.0.1", port: server.port });
      }
  };
  await cloud.createGroup({
    LoadBalancerNames: [LoadBalancerName],
    HealthCheckType: "ELB",
    HealthCheckGracePeriod: 30,
  });
  await cloud.advance("1m");
  await serveInstances();
  await cloud.advance("2m");
  const [first] = (await cloud.group()).ids as [string];
  assert.equal((await cloud.registered())[first], "InService");
  broken.add(first);
  await cloud.advance("3m");
  await serveInstances();
  const after = await cloud.group();
  assert.equal(after.ids.length, 1);
  assert.ok(!after.ids.includes(first));
  const causes = (await cloud.activities()).map(({ cause }) => cause);
  assert.ok(
    causes.some((cause) => /in response to an ELB system health check failure/.test(cause)),
    causes.join("\n"),
  );
});
