import type { LaunchConfiguration } from "@aws-sdk/client-auto-scaling";
import type { Operation } from "#services/kit/service.ts";
import { dateOf } from "#runtime/date.ts";
import { launchConfigurationArn } from "../arns.ts";
import {
  launchConfigurationExists,
  limitExceeded,
  resourceInUse,
  unsupported,
  validationError,
} from "../errors.ts";
import { mostLaunchConfigurations } from "../limits.ts";
import { page } from "../paging.ts";
import { groups, launchConfigurations } from "../records.ts";
import type { State } from "../state.ts";

const refused = [
  "InstanceId",
  "SpotPrice",
  "ClassicLinkVPCId",
  "PlacementTenancy",
  "AssociatePublicIpAddress",
  "KernelId",
  "RamdiskId",
] as const;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateLaunchConfiguration.html */
export const createLaunchConfiguration: Operation<
  "autoscaling",
  "CreateLaunchConfiguration",
  State
> = async (input, context) => {
  for (const name of refused)
    if (input[name] !== undefined && input[name] !== "") throw unsupported(name);
  if (input.ImageId === undefined || input.InstanceType === undefined)
    throw validationError(
      "Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.",
    );
  const name = input.LaunchConfigurationName!;
  await context.store.transaction(async (tx) => {
    if (await launchConfigurations.get(tx, context, name)) throw launchConfigurationExists(name);
    if ((await launchConfigurations.list(tx, context)).length >= mostLaunchConfigurations)
      throw limitExceeded(
        `You have already reached your limit for launch configurations: ${mostLaunchConfigurations}.`,
      );
    launchConfigurations.put(tx, context, [name], {
      name,
      uuid: context.random.uuid(),
      createdMs: context.clock.now(),
      input: { ...input },
    });
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLaunchConfigurations.html */
export const describeLaunchConfigurations: Operation<
  "autoscaling",
  "DescribeLaunchConfigurations",
  State
> = async (input, context) => {
  const names = input.LaunchConfigurationNames;
  const all = await context.store.transaction((tx) => launchConfigurations.list(tx, context));
  const wanted = all.filter(({ name }) => !names?.length || names.includes(name));
  const { items, next } = page(wanted, input, ({ name }) => name);
  return {
    LaunchConfigurations: items.map(
      ({ name, uuid, createdMs, input: given }): LaunchConfiguration => ({
        KeyName: "",
        SecurityGroups: [],
        ClassicLinkVPCSecurityGroups: [],
        UserData: "",
        KernelId: "",
        RamdiskId: "",
        BlockDeviceMappings: [],
        InstanceMonitoring: { Enabled: true },
        EbsOptimized: false,
        ImageId: undefined,
        InstanceType: undefined,
        ...given,
        LaunchConfigurationName: name,
        LaunchConfigurationARN: launchConfigurationArn(context, uuid, name),
        CreatedTime: dateOf(createdMs),
      }),
    ),
    ...next,
  };
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteLaunchConfiguration.html */
export const deleteLaunchConfiguration: Operation<
  "autoscaling",
  "DeleteLaunchConfiguration",
  State
> = async (input, context) => {
  const name = input.LaunchConfigurationName!;
  await context.store.transaction(async (tx) => {
    if (!(await launchConfigurations.get(tx, context, name)))
      throw validationError(
        `Launch configuration name not found - Launch configuration ${name} not found`,
      );
    const users = (await groups.list(tx, context)).filter(
      ({ launchConfigurationName }) => launchConfigurationName === name,
    );
    if (users.length > 0)
      throw resourceInUse(
        `Cannot delete launch configuration ${name} because it is attached to AutoScalingGroup ${users[0]!.name}`,
      );
    launchConfigurations.delete(tx, context, name);
  });
  return {};
};
