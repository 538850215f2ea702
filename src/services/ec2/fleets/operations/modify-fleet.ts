import type { Ec2Operation } from "../../context.ts";
import { ec2Error, unsupportedParameter } from "../../errors.ts";
import { targetOf } from "../fleet-config.ts";
import { findFleet, fleets, note } from "../records.ts";

/** Fleets of type maintain only. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyFleet.html */
export const modifyFleet: Ec2Operation<"ModifyFleet"> = (input, context) =>
  context.store.transaction(async (tx) => {
    if (input.Context) throw unsupportedParameter("Context");
    const fleet = await findFleet(tx, context, input.FleetId!, "ec2-fleet");
    if (fleet.type !== "maintain" || fleet.state.startsWith("deleted"))
      throw ec2Error(
        "InvalidFleetState",
        `The fleet '${fleet.fleetId}' cannot be modified: only active fleets of type maintain can be.`,
      );
    const { TargetCapacitySpecification: target } = input;
    const { retryMs: _waits, ...rest } = fleet;
    fleets.put(tx, context, [fleet.fleetId], {
      ...rest,
      ...(target && {
        target: targetOf({
          ...target,
          DefaultTargetCapacityType: target.DefaultTargetCapacityType ?? fleet.defaultKind,
        }),
      }),
      ...(input.ExcessCapacityTerminationPolicy && {
        excess: input.ExcessCapacityTerminationPolicy,
      }),
      ...(input.LaunchTemplateConfigs?.length && {
        launches: input.LaunchTemplateConfigs.map((one) => ({
          template: one.LaunchTemplateSpecification!,
          overrides: one.Overrides ?? [],
        })),
      }),
    });
    await note(tx, context, fleet.fleetId, {
      atMs: context.clock.now(),
      type: "fleet-change",
      subType: "modify_successful",
    });
    return { Return: true };
  });
