import type { DeleteFleetErrorItem } from "@aws-sdk/client-ec2";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation } from "../../context.ts";
import { changeInstance, instances } from "../../instances/records.ts";
import { whenTerminated } from "../../instances/states.ts";
import { hasIdForm } from "../../ids.ts";
import { fleetMembers, fleets, note, type FleetRecord } from "../records.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteFleets.html */
export const deleteFleets: Ec2Operation<"DeleteFleets"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const done = [];
    const refused: DeleteFleetErrorItem[] = [];
    for (const FleetId of input.FleetIds ?? []) {
      const fail = (
        Code: "fleetIdDoesNotExist" | "fleetIdMalformed" | "fleetNotInDeletableState",
        Message: string,
      ) => refused.push({ FleetId, Error: { Code, Message } });
      if (!hasIdForm(FleetId, "fleet")) {
        fail("fleetIdMalformed", `The fleet ID '${FleetId}' is malformed`);
        continue;
      }
      const fleet = await fleets.get(tx, context, FleetId);
      if (fleet?.kind !== "ec2-fleet") {
        fail("fleetIdDoesNotExist", `The fleet ID '${FleetId}' does not exist`);
        continue;
      }
      const terminates = input.TerminateInstances ?? true;
      if (fleet.state === "deleted" || (fleet.type === "instant" && !terminates)) {
        fail(
          "fleetNotInDeletableState",
          fleet.state === "deleted"
            ? `The fleet '${FleetId}' is deleted already.`
            : "NoTerminateInstances option is not supported for instant fleet",
        );
        continue;
      }
      const CurrentFleetState = await endFleet(tx, context, fleet, terminates);
      const PreviousFleetState = shown(fleet.state);
      done.push({ FleetId, CurrentFleetState: shown(CurrentFleetState), PreviousFleetState });
    }
    return { SuccessfulFleetDeletions: done, UnsuccessfulFleetDeletions: refused };
  });

const shown = (state: FleetRecord["state"]) =>
  state.replace("-", "_") as "submitted" | "active" | "deleted_running" | "deleted_terminating";

/** Ends a fleet of either kind, with its instances or without them. */
export async function endFleet(
  tx: Transaction,
  context: Ec2Context,
  fleet: FleetRecord,
  terminates: boolean,
): Promise<FleetRecord["state"]> {
  const { fleetId } = fleet;
  const nowMs = context.clock.now();
  const state =
    terminates || fleet.state === "deleted-terminating" ? "deleted-terminating" : "deleted-running";
  if (terminates)
    for (const { instanceId } of await fleetMembers.list(tx, context, [fleetId])) {
      const instance = await instances.get(tx, context, instanceId);
      if (instance) changeInstance(tx, context, instance, whenTerminated(instance, nowMs));
    }
  fleets.put(tx, context, [fleetId], { ...fleet, state, endingMs: nowMs });
  await note(tx, context, fleetId, {
    atMs: nowMs,
    type: "fleet-change",
    subType: state.replace("-", "_"),
  });
  return state;
}
