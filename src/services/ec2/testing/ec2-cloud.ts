/** A test cloud with what most tests of instances need at hand. */
import {
  createTestCloud,
  type TestCloud,
  type TestCloudOptions,
} from "#cloud/testing/test-cloud.ts";
import type { Input } from "#model/sdk.ts";
import type { Client } from "#services/kit/service.ts";
import { publicImages } from "#services/kit/facts/public-images.ts";

export type Launch = Partial<Input<"ec2", "RunInstances">>;

export interface Ec2Cloud extends TestCloud {
  ec2: Client<"ec2">;
  /** Amazon Linux 2023 for x86_64 in us-east-1. */
  imageId: string;
  /** Launches t3.micro instances and gives their ids. */
  run(count?: number, more?: Launch): Promise<string[]>;
  /** "running", "stopped" …; undefined once the instance is shown no longer. */
  stateOf(instanceId: string): Promise<string | undefined>;
}

export function createEc2Cloud(options?: TestCloudOptions): Ec2Cloud {
  const cloud = createTestCloud(options);
  const ec2 = cloud.clients.ec2(cloud.caller);
  const imageId = publicImages("us-east-1")[0]!.imageId;
  return {
    ...cloud,
    ec2,
    imageId,
    async run(count = 1, more = {}) {
      const { Instances } = await ec2.RunInstances({
        ImageId: imageId,
        InstanceType: "t3.micro",
        MinCount: count,
        MaxCount: count,
        ...more,
      });
      return Instances!.map((instance) => instance.InstanceId!);
    },
    async stateOf(instanceId) {
      const { Reservations } = await ec2.DescribeInstances({
        Filters: [{ Name: "instance-id", Values: [instanceId] }],
      });
      return Reservations?.[0]?.Instances?.[0]?.State?.Name;
    },
  };
}
