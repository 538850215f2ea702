import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "#store/memory.ts";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

const scope = { account: "123456789012", region: "us-east-1" };

test("what was under way goes on after a restart: an interruption, its request and a fleet", async () => {
  const store = createMemoryStore();
  const first = createEc2Cloud({ store: { ...store, close: async () => {} } });
  await first.ec2.CreateLaunchTemplate({
    LaunchTemplateName: "web",
    LaunchTemplateData: { ImageId: first.imageId, InstanceType: "m5.large" },
  });
  const { FleetId } = await first.ec2.CreateFleet({
    LaunchTemplateConfigs: [
      { LaunchTemplateSpecification: { LaunchTemplateName: "web", Version: "$Latest" } },
    ],
    TargetCapacitySpecification: { TotalTargetCapacity: 2, DefaultTargetCapacityType: "spot" },
  });
  await first.advance("1m");
  const active = async (cloud: typeof first) =>
    (await cloud.ec2.DescribeFleetInstances({ FleetId })).ActiveInstances!.map(
      ({ InstanceId }) => InstanceId!,
    );
  const [endangered, other] = await active(first);
  await first.host.askOwn("ec2", "spot", {
    method: "POST",
    item: undefined,
    scope,
    body: { instance: endangered, after: "2m" },
  });
  await first.advance("30s");
  // As after a kill: nothing but the store is left, and the machines went with their host.
  await first.stop();
  const second = createEc2Cloud({ store, seed: 7 });
  // A test's cloud loads a service at its first use.
  await second.ec2.DescribeRegions({});
  await second.advance("5m");
  const now = await active(second);
  assert.equal(now.length, 2);
  assert.ok(!now.includes(endangered!) && now.includes(other!));
  const { SpotInstanceRequests } = await second.ec2.DescribeSpotInstanceRequests({
    Filters: [{ Name: "instance-id", Values: [endangered!] }],
  });
  assert.equal(SpotInstanceRequests![0]!.Status!.Code, "instance-terminated-no-capacity");
  await second.stop();
});
