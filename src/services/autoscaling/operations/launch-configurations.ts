import type { LaunchConfiguration } from "@aws-sdk/client-auto-scaling";
import type { Operation } from "#services/kit/service.ts";
import { dateOf } from "#runtime/date.ts";
import { launchConfigurationArn } from "../arns.ts";
import { resourceInUse, unsupported, validationError } from "../errors.ts";
import { modelInstance, putConfiguration } from "../launch/model-instance.ts";
import { page } from "../paging.ts";
import { groups, launchConfigurations } from "../records.ts";
import type { State } from "../state.ts";

const refused = ["ClassicLinkVPCId", "KernelId", "RamdiskId"] as const;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateLaunchConfiguration.html */
export const createLaunchConfiguration: Operation<
  "autoscaling",
  "CreateLaunchConfiguration",
  State
> = async (input, context) => {
  for (const name of refused)
    if (input[name] !== undefined && input[name] !== "") throw unsupported(name);
  if (input.InstanceId === undefined && !(input.ImageId && input.InstanceType))
    throw validationError(
      "Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.",
    );
  if (input.SpotPrice !== undefined && !(Number(input.SpotPrice) > 0))
    throw validationError(`Invalid Spot price: ${input.SpotPrice}`);
  const { LaunchConfigurationName, InstanceId, ...given } = input;
  const model = await modelInstance({ InstanceId }, context);
  await context.store.transaction((tx) =>
    putConfiguration(tx, context, LaunchConfigurationName!, { ...model?.configuration, ...given }),
  );
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
