import type { Ec2Operation } from "../../context.ts";
import { incorrectInstanceState, missingParameter } from "../../errors.ts";
import { changeInstance, findInstance, type InstanceRecord } from "../../instances/records.ts";
import { placementFor, reservationWish } from "../place.ts";

const requireStopped = ({ instanceId, state }: InstanceRecord) => {
  if (state !== "stopped")
    throw incorrectInstanceState(
      `The instance '${instanceId}' must be in a 'stopped' state for this operation.`,
    );
};

/** An empty GroupName takes the instance out of its group. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstancePlacement.html */
export const modifyInstancePlacement: Ec2Operation<"ModifyInstancePlacement"> = async (
  input,
  context,
) => {
  const { GroupName, GroupId, PartitionNumber, Tenancy, HostId, Affinity } = input;
  const given = [GroupName, GroupId, PartitionNumber, Tenancy, HostId, Affinity];
  if (given.every((one) => one === undefined) && !input.HostResourceGroupArn)
    throw missingParameter("GroupName, Tenancy, HostId or Affinity");
  await context.store.transaction(async (tx) => {
    const instance = await findInstance(tx, context, input.InstanceId!);
    requireStopped(instance);
    const now = instance.placement;
    const tenancy = Tenancy ?? (HostId ? "host" : instance.tenancy);
    const leaves = GroupName === "";
    const placement = await placementFor(
      tx,
      context,
      {
        ...(!leaves && !GroupId && now?.groupName && { GroupName: now.groupName }),
        ...(GroupName && { GroupName }),
        ...(GroupId && { GroupId }),
        ...(PartitionNumber !== undefined && { PartitionNumber }),
        ...((HostId ?? now?.hostId) && { HostId: HostId ?? now?.hostId }),
        ...(Affinity && { Affinity }),
        ...(input.HostResourceGroupArn && { HostResourceGroupArn: input.HostResourceGroupArn }),
      },
      { ...instance, tenancy },
    );
    changeInstance(tx, context, instance, { placement, tenancy });
  });
  return { Return: true };
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceCapacityReservationAttributes.html */
export const modifyInstanceCapacityReservationAttributes: Ec2Operation<
  "ModifyInstanceCapacityReservationAttributes"
> = async (input, context) => {
  const wish = reservationWish(input.CapacityReservationSpecification);
  await context.store.transaction(async (tx) => {
    const instance = await findInstance(tx, context, input.InstanceId!);
    requireStopped(instance);
    changeInstance(tx, context, instance, { reservationWish: wish });
  });
  return { Return: true };
};
