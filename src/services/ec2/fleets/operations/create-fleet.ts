import type { Ec2Operation } from "../../context.ts";
import { describeErrors, describeLaunched } from "../describe.ts";
import { fleetContext, passOver } from "../fill.ts";
import { fleetOf } from "../fleet-config.ts";
import { poolsOf } from "../pools.ts";
import { fleetMembers, fleetNotFound, fleets } from "../records.ts";
import { submitFleet } from "../submit.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFleet.html */
export const createFleet: Ec2Operation<"CreateFleet"> = async (input, context) => {
  const fleet = fleetOf(input, context, `fleet-${context.random.uuid()}`);
  if (input.DryRun) {
    await poolsOf(fleetContext(context, context, fleet), fleet);
    return {};
  }
  const made = await submitFleet(context, fleet, {
    operation: "CreateFleet",
    token: input.ClientToken,
    parameters: input,
  });
  const acting = fleetContext(context, context, fleet);
  if (made.fresh)
    try {
      // A configuration that cannot be launched is told now; what lacks capacity is tried again.
      await poolsOf(acting, fleet);
    } catch (error) {
      await context.store.transaction((tx) => fleets.delete(tx, context, fleet.fleetId));
      throw error;
    }
  if (made.fresh) await passOver(acting, fleet.fleetId);
  const { present, members } = await context.store.transaction(async (tx) => ({
    present: await fleets.get(tx, context, made.fleetId),
    members: await fleetMembers.list(tx, context, [made.fleetId]),
  }));
  if (!present) throw fleetNotFound(made.fleetId);
  return {
    FleetId: made.fleetId,
    ...(present.type === "instant" && {
      Errors: describeErrors(present),
      Instances: describeLaunched(present, members),
    }),
  };
};
