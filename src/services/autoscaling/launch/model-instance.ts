/** Groups and launch configurations that are made after an instance. */
import type { Context } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Input } from "#model/sdk.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { launchConfigurationExists, limitExceeded, validationError } from "../errors.ts";
import { mostLaunchConfigurations } from "../limits.ts";
import { launchConfigurations } from "../records.ts";
import type { State } from "../state.ts";

type Configuration = Omit<
  Input<"autoscaling", "CreateLaunchConfiguration">,
  "LaunchConfigurationName"
>;

interface Model {
  configuration: Configuration;
  /** Where the instance is, for a group that does not say where it is to be. */
  place: { VPCZoneIdentifier?: string; AvailabilityZones?: string[] };
}

/**
 * What the instance is like, except its additional block devices and its tags; undefined when the
 * request names none. https://docs.aws.amazon.com/autoscaling/ec2/userguide/create-asg-from-instance.html
 */
export async function modelInstance(
  { InstanceId, ...request }: { InstanceId?: string | undefined } & Model["place"] & object,
  context: Context<State>,
): Promise<Model | undefined> {
  if (InstanceId === undefined) return undefined;
  const ec2 = context.clients.ec2(asService(context, "autoscaling.amazonaws.com"));
  const { Reservations = [] } = await ec2.DescribeInstances({
    Filters: [{ Name: "instance-id", Values: [InstanceId] }],
  });
  const instance = Reservations[0]?.Instances?.[0];
  if (!instance || instance.State?.Name === "terminated")
    throw validationError(`Instance [${InstanceId}] is invalid.`);
  const { UserData } = await ec2.DescribeInstanceAttribute({ InstanceId, Attribute: "userData" });
  const placed = request.VPCZoneIdentifier || request.AvailabilityZones?.length;
  return {
    configuration: {
      ImageId: instance.ImageId,
      InstanceType: instance.InstanceType,
      ...(instance.KeyName && { KeyName: instance.KeyName }),
      SecurityGroups: (instance.SecurityGroups ?? []).map(({ GroupId }) => GroupId!),
      ...(UserData?.Value && { UserData: UserData.Value }),
      ...(instance.IamInstanceProfile?.Arn && {
        IamInstanceProfile: instance.IamInstanceProfile.Arn,
      }),
      InstanceMonitoring: { Enabled: instance.Monitoring?.State === "enabled" },
      EbsOptimized: instance.EbsOptimized ?? false,
    },
    place: placed
      ? {}
      : instance.SubnetId
        ? { VPCZoneIdentifier: instance.SubnetId }
        : { AvailabilityZones: [instance.Placement!.AvailabilityZone!] },
  };
}

/** Throws when the name is taken or there are too many. */
export async function putConfiguration(
  tx: Transaction,
  context: Context<State> & Scope,
  name: string,
  configuration: Configuration,
): Promise<void> {
  if (await launchConfigurations.get(tx, context, name)) throw launchConfigurationExists(name);
  if ((await launchConfigurations.list(tx, context)).length >= mostLaunchConfigurations)
    throw limitExceeded(
      `You have already reached your limit for launch configurations: ${mostLaunchConfigurations}.`,
    );
  launchConfigurations.put(tx, context, [name], {
    name,
    uuid: context.random.uuid(),
    createdMs: context.clock.now(),
    input: { ...configuration, LaunchConfigurationName: name },
  });
}
