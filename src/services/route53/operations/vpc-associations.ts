import type { VPC } from "@aws-sdk/client-route-53";
import { paginate } from "#services/kit/pagination.ts";
import type { Operations } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { listScopes } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  associationNotFound,
  authorizationNotFound,
  invalidToken,
  lastAssociation,
  limitsExceeded,
  noSuchZone,
  notAuthorized,
  publicZoneAssociation,
  tooManyAuthorizations,
} from "../errors.ts";
import { bareId } from "../ids.ts";
import { limits } from "../limits.ts";
import { pageSize } from "../paging.ts";
import { hostedZones, ofAccount, vpcAuthorizations, type ZoneRecord } from "../records.ts";
import type { State } from "../state.ts";
import { checkVpc } from "../vpcs.ts";
import { beginChange, findZone } from "../zones.ts";
import { checkConflicts } from "./create-hosted-zone.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_AssociateVPCWithHostedZone.html and its neighbours */
export const vpcAssociationOperations: Operations<"route53", State> = {
  async AssociateVPCWithHostedZone({ HostedZoneId, VPC, Comment }, context) {
    await checkVpc(context, VPC!);
    const { VPCId = "", VPCRegion } = VPC!;
    return context.store.transaction(async (tx) => {
      const { scope, zone } = await findAnywhere(tx, ofAccount(context), HostedZoneId);
      if (!zone.isPrivate) throw publicZoneAssociation();
      if (scope.account !== context.account) {
        const authorized = await vpcAuthorizations.get(tx, scope, zone.id, VPCRegion!, VPCId);
        if (!authorized) throw notAuthorized(VPCId, zone.id);
      }
      await checkConflicts(tx, zone.name, VPC!);
      if (zone.vpcs.length >= limits.vpcsPerZone) throw limitsExceeded("VPCs");
      hostedZones.put(tx, scope, [zone.id], { ...zone, vpcs: [...zone.vpcs, VPC!] });
      return { ChangeInfo: beginChange(tx, context, Comment) };
    });
  },
  async DisassociateVPCFromHostedZone({ HostedZoneId, VPC, Comment }, context) {
    const own = await context.store.transaction((tx) =>
      hostedZones.get(tx, ofAccount(context), bareId(HostedZoneId)),
    );
    // "using either the account that created the hosted zone or the account that created the Amazon VPC"
    if (!own) await checkVpc(context, VPC!);
    return context.store.transaction(async (tx) => {
      const { scope, zone } = await findAnywhere(tx, ofAccount(context), HostedZoneId);
      // A VPC's id says enough; its region may be left out.
      const { VPCId: id, VPCRegion: region } = VPC!;
      const vpcs = zone.vpcs.filter(
        ({ VPCId, VPCRegion }) => VPCId !== id || (region !== undefined && VPCRegion !== region),
      );
      if (vpcs.length === zone.vpcs.length) throw associationNotFound();
      if (vpcs.length === 0) throw lastAssociation();
      hostedZones.put(tx, scope, [zone.id], { ...zone, vpcs });
      return { ChangeInfo: beginChange(tx, context, Comment) };
    });
  },
  async CreateVPCAssociationAuthorization({ HostedZoneId, VPC }, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const zone = await findZone(tx, scope, HostedZoneId);
      if (!zone.isPrivate) throw publicZoneAssociation();
      const present = await vpcAuthorizations.list(tx, scope, [zone.id]);
      const isNew = !present.some((one) => isSameVpc(one, VPC!));
      if (isNew && present.length >= limits.vpcAuthorizationsPerZone) throw tooManyAuthorizations();
      vpcAuthorizations.put(tx, scope, [zone.id, VPC!.VPCRegion!, VPC!.VPCId!], VPC!);
      return { HostedZoneId: zone.id, VPC };
    });
  },
  async DeleteVPCAssociationAuthorization({ HostedZoneId, VPC }, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const zone = await findZone(tx, scope, HostedZoneId);
      const id = [zone.id, VPC!.VPCRegion!, VPC!.VPCId!];
      if (!(await vpcAuthorizations.get(tx, scope, ...id))) throw authorizationNotFound();
      vpcAuthorizations.delete(tx, scope, ...id);
      return {};
    });
  },
  async ListVPCAssociationAuthorizations({ HostedZoneId, NextToken, MaxResults }, context) {
    const scope = ofAccount(context);
    const { zone, found } = await context.store.transaction(async (tx) => {
      const zone = await findZone(tx, scope, HostedZoneId);
      return { zone, found: await vpcAuthorizations.list(tx, scope, [zone.id]) };
    });
    const page = paginate(found, {
      limit: pageSize(MaxResults, 50),
      token: NextToken,
      keyOf: ({ VPCRegion, VPCId }) => `${VPCRegion}/${VPCId}`,
      invalidToken,
    });
    return { HostedZoneId: zone.id, VPCs: page.items, NextToken: page.nextToken };
  },
};

function isSameVpc(one: VPC, other: VPC): boolean {
  return one.VPCId === other.VPCId && one.VPCRegion === other.VPCRegion;
}

/** A VPC's account may name a zone of another account that has authorized it. */
async function findAnywhere(
  tx: Transaction,
  own: Scope,
  id: string | undefined,
): Promise<{ scope: Scope; zone: ZoneRecord }> {
  const zone = await hostedZones.get(tx, own, bareId(id));
  if (zone) return { scope: own, zone };
  for (const scope of await listScopes(tx)) {
    const found = await hostedZones.get(tx, scope, bareId(id));
    if (found) return { scope, zone: found };
  }
  throw noSuchZone(bareId(id));
}
