import type { Ec2Context } from "../context.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../idempotency.ts";
import { fleets, note, type FleetRecord } from "./records.ts";

interface Asked {
  operation: string;
  token: string | undefined;
  /** What must be the same when the token comes again. */
  parameters: unknown;
}

/** Writes a fleet down, unless an earlier request with the same token did; answers which one there is. */
export function submitFleet(
  context: Ec2Context,
  fleet: FleetRecord,
  { operation, token, parameters }: Asked,
): Promise<{ fleetId: string; fresh: boolean }> {
  return context.store.transaction(async (tx) => {
    const earlier = await findByToken(tx, context, operation, token, parameters, tokenLifeMs);
    if (earlier !== undefined) return { fleetId: earlier, fresh: false };
    const { fleetId } = fleet;
    fleets.put(tx, context, [fleetId], fleet);
    await note(tx, context, fleetId, {
      atMs: context.clock.now(),
      type: "fleet-change",
      subType: "submitted",
    });
    await rememberTokenForADay(tx, context, operation, token, parameters, fleetId);
    return { fleetId, fresh: true };
  });
}
