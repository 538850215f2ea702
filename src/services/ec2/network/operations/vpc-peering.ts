/** VPC peering. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcPeeringConnection.html */
import { dateOf } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, missingParameter, operationNotPermitted } from "../../errors.ts";
import { applyFilters, filterTime, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { overlap, parseCidr } from "../cidr.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { peerings, vpcs, type PeeringRecord, type VpcRecord } from "../records.ts";
import { tagsShape } from "../shapes.ts";

/** https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html */
const acceptWithinMs = 7 * 86_400_000;

/** A connection with the VPCs at its ends, as far as they still exist. */
interface Shown extends PeeringRecord {
  requester: VpcRecord | undefined;
  accepter: VpcRecord | undefined;
}

async function shown(tx: Transaction, context: Ec2Context, peering: PeeringRecord): Promise<Shown> {
  const expired =
    peering.status === "pending-acceptance" && context.clock.now() > peering.expiresMs;
  return {
    ...peering,
    ...(expired && { status: "expired" as const, statusMessage: "Expired" }),
    requester: await vpcs.get(tx, peering.requesterScope ?? context, peering.requesterVpcId),
    accepter: await vpcs.get(tx, peering.accepterScope ?? context, peering.accepterVpcId),
  };
}

/** Where the connection's record is kept: at both ends. */
function scopesOf(context: Ec2Context, { requesterScope, accepterScope }: PeeringRecord): Scope[] {
  const here = { account: context.account, region: context.region };
  const all = [here, requesterScope ?? here, accepterScope ?? here];
  return [...new Map(all.map((one) => [`${one.account} ${one.region}`, one])).values()];
}

/** Changes the record at both ends, but for the tags of each. */
async function putAtEnds(tx: Transaction, context: Ec2Context, peering: PeeringRecord) {
  for (const scope of scopesOf(context, peering)) {
    const own = await peerings.get(tx, scope, peering.peeringId);
    peerings.put(tx, scope, [peering.peeringId], { ...peering, tags: own?.tags ?? peering.tags });
  }
}

function endShape(
  { account, region }: Scope,
  vpcId: string,
  vpc: VpcRecord | undefined,
  resolvesDns = false,
) {
  return {
    OwnerId: account,
    VpcId: vpcId,
    Region: region,
    ...(vpc && {
      CidrBlock: vpc.cidrs[0]!.cidr,
      CidrBlockSet: vpc.cidrs.map(({ cidr }) => ({ CidrBlock: cidr })),
    }),
    PeeringOptions: {
      AllowDnsResolutionFromRemoteVpc: resolvesDns,
      AllowEgressFromLocalClassicLinkToRemoteVpc: false,
      AllowEgressFromLocalVpcToRemoteClassicLink: false,
    },
  };
}

function peeringShape(context: Ec2Context, peering: Shown) {
  return {
    VpcPeeringConnectionId: peering.peeringId,
    RequesterVpcInfo: endShape(
      peering.requesterScope ?? context,
      peering.requesterVpcId,
      peering.requester,
      peering.requesterResolvesDns,
    ),
    AccepterVpcInfo: endShape(
      peering.accepterScope ?? context,
      peering.accepterVpcId,
      peering.accepter,
      peering.accepterResolvesDns,
    ),
    Status: { Code: peering.status, Message: peering.statusMessage },
    ...(peering.status === "pending-acceptance" && {
      ExpirationTime: dateOf(peering.expiresMs),
    }),
    ...tagsShape(peering.tags),
  };
}

function filtersIn({ account }: Ec2Context): FilterTable<Shown> {
  return {
    "accepter-vpc-info.cidr-block": ({ accepter }) => accepter?.cidrs[0]?.cidr,
    "accepter-vpc-info.owner-id": ({ accepterScope }) => accepterScope?.account ?? account,
    "accepter-vpc-info.vpc-id": ({ accepterVpcId }) => accepterVpcId,
    "expiration-time": ({ expiresMs }) => filterTime(expiresMs),
    "requester-vpc-info.cidr-block": ({ requester }) => requester?.cidrs[0]?.cidr,
    "requester-vpc-info.owner-id": ({ requesterScope }) => requesterScope?.account ?? account,
    "requester-vpc-info.vpc-id": ({ requesterVpcId }) => requesterVpcId,
    "status-code": ({ status }) => status,
    "status-message": ({ statusMessage }) => statusMessage,
    "vpc-peering-connection-id": ({ peeringId }) => peeringId,
  };
}

const createPeering: Ec2Operation<"CreateVpcPeeringConnection"> = async (input, context) => {
  const here = { account: context.account, region: context.region };
  const there = {
    account: input.PeerOwnerId ?? context.account,
    region: input.PeerRegion ?? context.region,
  };
  const isHere = there.account === here.account && there.region === here.region;
  if (input.PeerVpcId === undefined) throw missingParameter("peerVpcId");
  const now = context.clock.now();
  const shape = await inNetwork(context, async (tx) => {
    const requester = await find(tx, context, kinds.vpc, input.VpcId!);
    // What another account or region has is not told: the connection fails a moment later.
    const accepter = isHere
      ? await find(tx, context, kinds.vpc, input.PeerVpcId!)
      : await vpcs.get(tx, there, input.PeerVpcId!);
    const clash =
      !accepter ||
      requester.cidrs.some((a) =>
        accepter.cidrs.some((b) => overlap(parseCidr(a.cidr)!, parseCidr(b.cidr)!)),
      );
    const peering: PeeringRecord = {
      peeringId: newId(context.random, "pcx"),
      requesterVpcId: requester.vpcId,
      accepterVpcId: input.PeerVpcId!,
      ...(!isHere && { requesterScope: here, accepterScope: there }),
      status: clash ? "failed" : "pending-acceptance",
      statusMessage: clash
        ? "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"
        : `Pending Acceptance by ${there.account}`,
      sinceMs: now,
      expiresMs: now + acceptWithinMs,
      tags: tagsFor("vpc-peering-connection", input.TagSpecifications, context.principal),
    };
    peerings.put(tx, context, [peering.peeringId], peering);
    if (!isHere && accepter) peerings.put(tx, there, [peering.peeringId], { ...peering, tags: {} });
    return peeringShape(context, { ...peering, requester, accepter });
  });
  // The first answer says "initiating", whatever becomes of it.
  const Status = {
    Code: "initiating-request" as const,
    Message: `Initiating Request to ${there.account}`,
  };
  return { VpcPeeringConnection: { ...shape, Status } };
};

const describePeerings: Ec2Operation<"DescribeVpcPeeringConnections"> = async (input, context) => {
  const all = await inNetwork(context, async (tx) => {
    const found: Shown[] = [];
    for (const one of await select(tx, context, kinds.peering, input.VpcPeeringConnectionIds))
      found.push(await shown(tx, context, one));
    return found;
  });
  const found = applyFilters(all, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ peeringId }) => peeringId);
  return { VpcPeeringConnections: items.map((one) => peeringShape(context, one)), NextToken };
};

/** Changes the status of a connection that is in one of the statuses given. */
async function move(
  context: Ec2Context,
  id: string,
  from: readonly PeeringRecord["status"][],
  to: { status: PeeringRecord["status"]; statusMessage: string },
) {
  return inNetwork(context, async (tx) => {
    const peering = await shown(tx, context, await find(tx, context, kinds.peering, id));
    if (!from.includes(peering.status))
      throw ec2Error(
        "InvalidStateTransition",
        `Invalid state transition for ${id}, attempted to transition from ${peering.status} to ${to.status}`,
      );
    const { requester: _requester, accepter: _accepter, ...record } = peering;
    const { status, statusMessage } = to;
    const { accepterScope = context } = record;
    const isAccepter =
      accepterScope.account === context.account && accepterScope.region === context.region;
    if ((status === "active" || status === "rejected") && !isAccepter)
      throw operationNotPermitted(
        accepterScope.account === context.account
          ? `Incorrect region (${context.region}) specified for this request. VPC peering connection ${id} must be accepted in region ${accepterScope.region}`
          : `User ${context.account} cannot accept peering ${id}`,
      );
    const moved = { ...record, status, statusMessage, sinceMs: context.clock.now() };
    await putAtEnds(tx, context, moved);
    return shown(tx, context, moved);
  });
}

const acceptPeering: Ec2Operation<"AcceptVpcPeeringConnection"> = async (input, context) => {
  const active = await move(context, input.VpcPeeringConnectionId!, ["pending-acceptance"], {
    status: "active",
    statusMessage: "Active",
  });
  return { VpcPeeringConnection: peeringShape(context, active) };
};

const rejectPeering: Ec2Operation<"RejectVpcPeeringConnection"> = async (input, context) => {
  await move(context, input.VpcPeeringConnectionId!, ["pending-acceptance"], {
    status: "rejected",
    statusMessage: "Inactive",
  });
  return { Return: true };
};

const deletePeering: Ec2Operation<"DeleteVpcPeeringConnection"> = async (input, context) => {
  await move(context, input.VpcPeeringConnectionId!, ["pending-acceptance", "active", "failed"], {
    status: "deleted",
    statusMessage: `Deleted by ${context.account}`,
  });
  return { Return: true };
};

/** Each end's owner sets its own side; of one account, both. */
const modifyOptions: Ec2Operation<"ModifyVpcPeeringConnectionOptions"> = async (input, context) => {
  const {
    RequesterPeeringConnectionOptions: requester,
    AccepterPeeringConnectionOptions: accepter,
  } = input;
  if (!requester && !accepter)
    throw missingParameter("requesterPeeringConnectionOptions or accepterPeeringConnectionOptions");
  for (const options of [requester, accepter])
    if (
      options?.AllowEgressFromLocalClassicLinkToRemoteVpc ||
      options?.AllowEgressFromLocalVpcToRemoteClassicLink
    )
      throw ec2Error("InvalidParameterValue", "ClassicLink is retired.");
  const changed = await inNetwork(context, async (tx) => {
    const peering = await find(tx, context, kinds.peering, input.VpcPeeringConnectionId!);
    if (peering.status !== "active")
      throw operationNotPermitted(
        `Peering connection ${peering.peeringId} is not active. Peering options can be added only to active peerings.`,
      );
    const mayChange = (scope: Scope = context) =>
      scope.account === context.account && scope.region === context.region;
    if (
      (requester && !mayChange(peering.requesterScope)) ||
      (accepter && !mayChange(peering.accepterScope))
    )
      throw operationNotPermitted(
        `User ${context.account} cannot modify the options of the other end of ${peering.peeringId}`,
      );
    const next: PeeringRecord = {
      ...peering,
      requesterResolvesDns:
        requester?.AllowDnsResolutionFromRemoteVpc ?? peering.requesterResolvesDns ?? false,
      accepterResolvesDns:
        accepter?.AllowDnsResolutionFromRemoteVpc ?? peering.accepterResolvesDns ?? false,
    };
    await putAtEnds(tx, context, next);
    return next;
  });
  const shape = (AllowDnsResolutionFromRemoteVpc: boolean | undefined) => ({
    AllowDnsResolutionFromRemoteVpc,
    AllowEgressFromLocalClassicLinkToRemoteVpc: false,
    AllowEgressFromLocalVpcToRemoteClassicLink: false,
  });
  return {
    ...(requester && { RequesterPeeringConnectionOptions: shape(changed.requesterResolvesDns) }),
    ...(accepter && { AccepterPeeringConnectionOptions: shape(changed.accepterResolvesDns) }),
  };
};

export const vpcPeeringOperations: Ec2Operations = {
  CreateVpcPeeringConnection: createPeering,
  DescribeVpcPeeringConnections: describePeerings,
  AcceptVpcPeeringConnection: acceptPeering,
  RejectVpcPeeringConnection: rejectPeering,
  DeleteVpcPeeringConnection: deletePeering,
  ModifyVpcPeeringConnectionOptions: modifyOptions,
};
