/** A cloud with a launch template and ways to watch one group: for tests of scaling. */
import assert from "node:assert/strict";
import {
  createTestCloud,
  type TestCloud,
  type TestCloudOptions,
} from "#cloud/testing/test-cloud.ts";
import type { Registry } from "#cloud/registry.ts";
import { AwsError } from "#model/error.ts";
import type { Input } from "#model/sdk.ts";
import type { Client } from "#services/kit/service.ts";

export interface ScalingCloud extends TestCloud {
  autoscaling: Client<"autoscaling">;
  cloudwatch: Client<"cloudwatch">;
  /** Makes the group "web" over two zones, with the template "web". */
  createGroup(
    more?: Partial<Input<"autoscaling", "CreateAutoScalingGroup">>,
    template?: Input<"ec2", "CreateLaunchTemplate">["LaunchTemplateData"],
  ): Promise<void>;
  /** Makes the group with one instance whose launch a hook holds; gives its id, and what lets the launch go on. */
  createHeldGroup(
    more: Partial<Input<"autoscaling", "CreateAutoScalingGroup">>,
  ): Promise<{ id: string; goOn: () => Promise<void> }>;
  group(): Promise<Group>;
  /** Newest first: "Successful Launching a new EC2 instance: i-…". */
  activities(): Promise<{ text: string; cause: string }[]>;
  /** Reports a value of the group's average CPU every minute for so many minutes. */
  reportCpu(value: number, minutes: number): Promise<void>;
}

interface Group {
  desired: number;
  /** Lifecycle states in order. */
  states: string[];
  zones: string[];
  ids: string[];
}

export function createScalingCloud(options: TestCloudOptions = {}): ScalingCloud {
  const cloud = createTestCloud(options);
  const autoscaling = cloud.clients.autoscaling(cloud.caller);
  const cloudwatch = cloud.clients.cloudwatch(cloud.caller);
  const ec2 = cloud.clients.ec2(cloud.caller);
  const scaling: ScalingCloud = {
    ...cloud,
    autoscaling,
    cloudwatch,
    async createGroup(more = {}, template = {}) {
      const { Images = [] } = await ec2.DescribeImages({ Owners: ["amazon"] });
      const image = Images.find(({ Architecture }) => Architecture === "x86_64")!;
      await ec2.CreateLaunchTemplate({
        LaunchTemplateName: "web",
        LaunchTemplateData: { ImageId: image.ImageId, InstanceType: "t3.micro", ...template },
      });
      await autoscaling.CreateAutoScalingGroup({
        AutoScalingGroupName: "web",
        MinSize: 1,
        MaxSize: 10,
        LaunchTemplate: { LaunchTemplateName: "web", Version: "$Latest" },
        AvailabilityZones: ["us-east-1a", "us-east-1b"],
        DefaultInstanceWarmup: 60,
        ...more,
      });
    },
    async createHeldGroup(more) {
      const LifecycleHookName = "prepare";
      await scaling.createGroup({
        DesiredCapacity: 1,
        LifecycleHookSpecificationList: [
          { LifecycleHookName, LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" },
        ],
        ...more,
      });
      await cloud.advance("2m");
      const { ids, states } = await scaling.group();
      assert.deepEqual(states, ["Pending:Wait"]);
      const [id] = ids as [string];
      return {
        id,
        async goOn() {
          await autoscaling.CompleteLifecycleAction({
            AutoScalingGroupName: "web",
            LifecycleHookName,
            LifecycleActionResult: "CONTINUE",
            InstanceId: id,
          });
          await cloud.advance("2m");
        },
      };
    },
    async group() {
      const { AutoScalingGroups = [] } = await autoscaling.DescribeAutoScalingGroups({});
      const [found] = AutoScalingGroups;
      const instances = found?.Instances ?? [];
      return {
        desired: found?.DesiredCapacity ?? -1,
        states: instances.map(({ LifecycleState }) => LifecycleState!).sort(),
        zones: instances.map(({ AvailabilityZone }) => AvailabilityZone!).sort(),
        ids: instances.map(({ InstanceId }) => InstanceId!),
      };
    },
    async activities() {
      const { Activities = [] } = await autoscaling.DescribeScalingActivities({
        AutoScalingGroupName: "web",
      });
      return Activities.map(({ StatusCode, Description, Cause }) => ({
        text: `${StatusCode} ${Description}`,
        cause: Cause!,
      }));
    },
    async reportCpu(value, minutes) {
      for (let minute = 0; minute < minutes; minute++) {
        await cloudwatch.PutMetricData({
          Namespace: "Test",
          MetricData: [{ MetricName: "Cpu", Value: value }],
        });
        await cloud.advance("1m");
      }
    },
  };
  return scaling;
}

/** Services in which EC2 has no capacity for the launches that lack it, and says so. */
export function withoutCapacity(
  lacks: (launch: { zone: string; type: string }) => boolean,
  message = "We currently do not have sufficient capacity in the Availability Zone.",
): Partial<Registry> {
  return {
    ec2: async () => {
      const { service } = await import("#services/ec2/index.ts");
      const runInstances = service.operations.RunInstances!;
      const RunInstances: typeof runInstances = async (input, context) => {
        const { Placement, InstanceType: type = "" } = input;
        if (lacks({ zone: Placement?.AvailabilityZone ?? "", type }))
          throw new AwsError({ code: "InsufficientInstanceCapacity", status: 500, message });
        return runInstances(input, context);
      };
      return { service: { ...service, operations: { ...service.operations, RunInstances } } };
    },
  };
}
