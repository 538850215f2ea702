import type { Ec2Operation } from "../../context.ts";
import { missingParameter } from "../../errors.ts";
import { fleetContext, passOver } from "../fill.ts";
import { spotFleetOf } from "../spot-fleet-config.ts";
import { submitFleet } from "../submit.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestSpotFleet.html */
export const requestSpotFleet: Ec2Operation<"RequestSpotFleet"> = async (input, context) => {
  const { SpotFleetRequestConfig: config } = input;
  if (!config) throw missingParameter("SpotFleetRequestConfig");
  const fleet = spotFleetOf(config, context, `sfr-${context.random.uuid()}`);
  if (input.DryRun) return {};
  const made = await submitFleet(context, fleet, {
    operation: "RequestSpotFleet",
    token: config.ClientToken,
    parameters: fleet.asked,
  });
  if (made.fresh) await passOver(fleetContext(context, context, fleet), made.fleetId);
  return { SpotFleetRequestId: made.fleetId };
};
