/**
 * What an Auto Scaling group of simulated instances costs, in CPU milliseconds of the whole control
 * plane under a virtual clock: to come up, to do nothing for a minute, to change by ten instances,
 * and to go. Per instance the figures should not grow with the group; nor should the records that Auto
 * Scaling reads, and writes, until one instance more is in service.
 */
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { createCountingStore } from "#services/autoscaling/testing/counting-store.ts";
import { createMemoryStore } from "#store/memory.ts";

const sizes = (process.env["BENCH_SIZES"] ?? "100,250,500,1000").split(",").map(Number);

interface Phase {
  name: string;
  ms: number;
}

async function measure(size: number): Promise<{ phases: Phase[]; reads: number }> {
  const store = createCountingStore(createMemoryStore());
  const cloud = createTestCloud({ store });
  const autoscaling = cloud.clients.autoscaling(cloud.caller);
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { Images = [] } = await ec2.DescribeImages({ Owners: ["amazon"] });
  const image = Images.find(({ Architecture }) => Architecture === "x86_64")!;
  await ec2.CreateLaunchTemplate({
    LaunchTemplateName: "web",
    LaunchTemplateData: { ImageId: image.ImageId, InstanceType: "t3.micro" },
  });
  const name = { AutoScalingGroupName: "web" };
  const phases: Phase[] = [];
  const phase = async (title: string, duration: string, expected: number) => {
    const before = process.cpuUsage();
    await cloud.advance(duration);
    const { user, system } = process.cpuUsage(before);
    phases.push({ name: title, ms: (user + system) / 1000 });
    const { AutoScalingGroups } = await autoscaling.DescribeAutoScalingGroups({});
    const serving = (AutoScalingGroups?.[0]?.Instances ?? []).filter(
      ({ LifecycleState }) => LifecycleState === "InService",
    ).length;
    if (serving !== expected) throw new Error(`${title}: ${serving} of ${expected} in service`);
  };
  await autoscaling.CreateAutoScalingGroup({
    ...name,
    MinSize: 0,
    MaxSize: size + 11,
    DesiredCapacity: size,
    LaunchTemplate: { LaunchTemplateName: "web" },
    AvailabilityZones: ["us-east-1a", "us-east-1b", "us-east-1c"],
  });
  await phase("up", "3m", size);
  await phase("idle 5m", "5m", size);
  await cloud.advance("1s");
  store.taken();
  await autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: size + 1 });
  await cloud.advance("25s");
  const { autoscaling: reads = 0 } = store.taken();
  await phase("and one", "1m", size + 1);
  await autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: size });
  await phase("less one", "1m", size);
  await autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: size + 10 });
  await phase("+10", "1m", size + 10);
  await autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: size });
  await phase("-10", "1m", size);
  await autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 0 });
  await phase("down", "3m", 0);
  await cloud.stop();
  return { phases: phases.filter(({ name }) => !name.endsWith("one")), reads };
}

// The first group pays for loading what all of them use.
await measure(10);
console.log("CPU ms (per instance)");
for (const size of sizes) {
  const { phases, reads } = await measure(size);
  const shown = phases.map(
    ({ name, ms }) => `${name} ${ms.toFixed(0)} (${(ms / size).toFixed(2)})`,
  );
  console.log(
    `${String(size).padStart(5)}  ${shown.join("  ")}  records read for one more: ${reads}`,
  );
}
