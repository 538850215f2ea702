import type { Route53Operation } from "../context.ts";
import { applyBatch } from "../change-batch.ts";
import { invalidChangeBatch } from "../errors.ts";
import { limits } from "../limits.ts";
import { hostedZones, ofAccount } from "../records.ts";
import { beginChange, checkOwner, countSets, findZone, viewZone } from "../zones.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html */
export const changeResourceRecordSets: Route53Operation<"ChangeResourceRecordSets"> = async (
  { HostedZoneId, ChangeBatch },
  context,
) => {
  const scope = ofAccount(context);
  return context.store.transaction(async (tx) => {
    const zone = await findZone(tx, scope, HostedZoneId);
    checkOwner(zone, context);
    await applyBatch(viewZone(tx, scope, zone), ChangeBatch!);
    const setCount = await countSets(tx, scope, zone.id);
    if (setCount > limits.recordSetsPerZone)
      throw invalidChangeBatch([
        `Request would exceed the limit of ${limits.recordSetsPerZone} records in hosted zone ${zone.id}`,
      ]);
    hostedZones.put(tx, scope, [zone.id], { ...zone, setCount });
    return { ChangeInfo: beginChange(tx, context, ChangeBatch?.Comment) };
  });
};
