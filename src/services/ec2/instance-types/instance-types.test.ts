import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

test("types are described with AWS's own figures", async () => {
  const cloud = createEc2Cloud();
  const { InstanceTypes } = await cloud.ec2.DescribeInstanceTypes({ InstanceTypes: ["t3.micro"] });
  const [micro] = InstanceTypes!;
  assert.equal(micro!.VCpuInfo!.DefaultVCpus, 2);
  assert.equal(micro!.MemoryInfo!.SizeInMiB, 1024);
  assert.equal(micro!.NetworkInfo!.NetworkCards![0]!.NetworkPerformance, "Up to 5 Gigabit");
  assert.deepEqual(micro!.ProcessorInfo!.SupportedArchitectures, ["x86_64"]);
  await assert.rejects(
    cloud.ec2.DescribeInstanceTypes({ InstanceTypes: ["q9.huge" as "t3.micro"] }),
    {
      code: "InvalidInstanceType",
      message: "The following supplied instance types do not exist: [q9.huge]",
    },
  );
  await cloud.stop();
});

test("types come a hundred at a time and are found by their figures", async () => {
  const cloud = createEc2Cloud();
  const all = await cloud.ec2.DescribeInstanceTypes({});
  assert.equal(all.InstanceTypes!.length, 100);
  assert.ok(all.NextToken);
  const { InstanceTypes } = await cloud.ec2.DescribeInstanceTypes({
    Filters: [
      { Name: "instance-type", Values: ["t*"] },
      { Name: "memory-info.size-in-mib", Values: ["1024"] },
      { Name: "processor-info.supported-architecture", Values: ["arm64"] },
      { Name: "vcpu-info.default-vcpus", Values: ["2"] },
    ],
  });
  assert.deepEqual(
    InstanceTypes!.map((type) => type.InstanceType),
    ["t4g.micro"],
  );
  const { InstanceTypeOfferings } = await cloud.ec2.DescribeInstanceTypeOfferings({
    LocationType: "availability-zone",
    Filters: [{ Name: "instance-type", Values: ["m7g.large"] }],
  });
  assert.equal(InstanceTypeOfferings!.length, 6);
  await cloud.stop();
});
