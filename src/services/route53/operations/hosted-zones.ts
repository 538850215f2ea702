import type { Operations } from "#services/kit/service.ts";
import { noSuchChange, zoneHasKeys, zoneHasProtections, zoneNotEmpty } from "../errors.ts";
import { bareId } from "../ids.ts";
import {
  changes,
  hostedZones,
  keySigningKeys,
  ofAccount,
  queryLogging,
  recordProtections,
  recordSets,
  signings,
  vpcAuthorizations,
} from "../records.ts";
import type { State } from "../state.ts";
import { beginChange, checkOwner, findZone, setId, showChange, showZone } from "../zones.ts";
import { createHostedZone } from "./create-hosted-zone.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html and its neighbours */
export const hostedZoneOperations: Operations<"route53", State> = {
  CreateHostedZone: createHostedZone,
  async GetHostedZone({ Id }, context) {
    const zone = await context.store.transaction((tx) => findZone(tx, ofAccount(context), Id));
    if (zone.isPrivate) return { HostedZone: showZone(zone), VPCs: zone.vpcs };
    return {
      HostedZone: showZone(zone),
      DelegationSet: {
        ...(zone.delegationSetId && { Id: `/delegationset/${zone.delegationSetId}` }),
        NameServers: zone.nameServers,
      },
    };
  },
  async DeleteHostedZone({ Id }, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const zone = await findZone(tx, scope, Id);
      checkOwner(zone, context);
      const sets = await recordSets.list(tx, scope, [zone.id]);
      const own = sets.filter(
        ({ Name, Type }) => Name === zone.name && (Type === "NS" || Type === "SOA"),
      );
      if (own.length < sets.length) throw zoneNotEmpty();
      const keys = await keySigningKeys.list(tx, scope, [zone.id]);
      if (keys.length > 0 || (await signings.get(tx, scope, zone.id))) throw zoneHasKeys();
      if ((await recordProtections.list(tx, scope, [zone.id])).length > 0)
        throw zoneHasProtections();
      for (const set of sets) recordSets.delete(tx, scope, ...setId(zone.id, set));
      for (const { id } of await vpcAuthorizations.entries(tx, scope, [zone.id]))
        vpcAuthorizations.delete(tx, scope, ...id);
      for (const config of await queryLogging.list(tx, scope))
        if (config.zoneId === zone.id) queryLogging.delete(tx, scope, config.id);
      hostedZones.delete(tx, scope, zone.id);
      return { ChangeInfo: beginChange(tx, context) };
    });
  },
  async UpdateHostedZoneComment({ Id, Comment }, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const zone = { ...(await findZone(tx, scope, Id)), comment: Comment };
      hostedZones.put(tx, scope, [zone.id], zone);
      return { HostedZone: showZone(zone) };
    });
  },
  async GetHostedZoneCount(_input, context) {
    const zones = await context.store.transaction((tx) => hostedZones.list(tx, ofAccount(context)));
    return { HostedZoneCount: zones.length };
  },
  async GetChange({ Id }, context) {
    const found = await context.store.transaction((tx) =>
      changes.get(tx, ofAccount(context), bareId(Id)),
    );
    if (!found) throw noSuchChange(bareId(Id));
    return { ChangeInfo: showChange(found, context.clock.now()) };
  },
};
