import type { Ec2Operation } from "../../context.ts";
import { missingParameter } from "../../errors.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { fleetContext, passOver } from "../fill.ts";
import { fleets, note } from "../records.ts";
import { spotFleetOf } from "../spot-fleet-config.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestSpotFleet.html */
export const requestSpotFleet: Ec2Operation<"RequestSpotFleet"> = async (input, context) => {
  const { SpotFleetRequestConfig: config } = input;
  if (!config) throw missingParameter("SpotFleetRequestConfig");
  const fleet = spotFleetOf(config, context, `sfr-${context.random.uuid()}`);
  if (input.DryRun) return {};
  const token = config.ClientToken;
  const made = await context.store.transaction(async (tx) => {
    const name = "RequestSpotFleet";
    const asked = fleet.asked;
    const earlier = await findByToken(tx, context, name, token, asked, tokenLifeMs);
    if (earlier !== undefined) return { fleetId: earlier, fresh: false };
    fleets.put(tx, context, [fleet.fleetId], fleet);
    await note(tx, context, fleet.fleetId, {
      atMs: context.clock.now(),
      type: "fleet-change",
      subType: "submitted",
    });
    await rememberTokenForADay(tx, context, name, token, asked, fleet.fleetId);
    return { fleetId: fleet.fleetId, fresh: true };
  });
  if (made.fresh) await passOver(fleetContext(context, context, fleet), made.fleetId);
  return { SpotFleetRequestId: made.fleetId };
};
