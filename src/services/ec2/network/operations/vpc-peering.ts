/** VPC peering within one account and region. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcPeeringConnection.html */
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, missingParameter, unsupportedParameter } from "../../errors.ts";
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
    requester: await vpcs.get(tx, context, peering.requesterVpcId),
    accepter: await vpcs.get(tx, context, peering.accepterVpcId),
  };
}

function endShape({ account, region }: Ec2Context, vpcId: string, vpc: VpcRecord | undefined) {
  return {
    OwnerId: account,
    VpcId: vpcId,
    Region: region,
    ...(vpc && {
      CidrBlock: vpc.cidrs[0]!.cidr,
      CidrBlockSet: vpc.cidrs.map(({ cidr }) => ({ CidrBlock: cidr })),
    }),
    PeeringOptions: {
      AllowDnsResolutionFromRemoteVpc: false,
      AllowEgressFromLocalClassicLinkToRemoteVpc: false,
      AllowEgressFromLocalVpcToRemoteClassicLink: false,
    },
  };
}

function peeringShape(context: Ec2Context, peering: Shown) {
  return {
    VpcPeeringConnectionId: peering.peeringId,
    RequesterVpcInfo: endShape(context, peering.requesterVpcId, peering.requester),
    AccepterVpcInfo: endShape(context, peering.accepterVpcId, peering.accepter),
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
    "accepter-vpc-info.owner-id": () => account,
    "accepter-vpc-info.vpc-id": ({ accepterVpcId }) => accepterVpcId,
    "expiration-time": ({ expiresMs }) => filterTime(expiresMs),
    "requester-vpc-info.cidr-block": ({ requester }) => requester?.cidrs[0]?.cidr,
    "requester-vpc-info.owner-id": () => account,
    "requester-vpc-info.vpc-id": ({ requesterVpcId }) => requesterVpcId,
    "status-code": ({ status }) => status,
    "status-message": ({ statusMessage }) => statusMessage,
    "vpc-peering-connection-id": ({ peeringId }) => peeringId,
  };
}

const createPeering: Ec2Operation<"CreateVpcPeeringConnection"> = async (input, context) => {
  const { PeerOwnerId, PeerRegion } = input;
  if (PeerOwnerId !== undefined && PeerOwnerId !== context.account)
    throw unsupportedParameter("PeerOwnerId", " Both VPCs must be of one account.");
  if (PeerRegion !== undefined && PeerRegion !== context.region)
    throw unsupportedParameter("PeerRegion", " Both VPCs must be in one region.");
  if (input.PeerVpcId === undefined) throw missingParameter("peerVpcId");
  const now = context.clock.now();
  const shape = await inNetwork(context, async (tx) => {
    const requester = await find(tx, context, kinds.vpc, input.VpcId!);
    const accepter = await find(tx, context, kinds.vpc, input.PeerVpcId!);
    const clash = requester.cidrs.some((a) =>
      accepter.cidrs.some((b) => overlap(parseCidr(a.cidr)!, parseCidr(b.cidr)!)),
    );
    const peering: PeeringRecord = {
      peeringId: newId(context.random, "pcx"),
      requesterVpcId: requester.vpcId,
      accepterVpcId: accepter.vpcId,
      status: clash ? "failed" : "pending-acceptance",
      statusMessage: clash
        ? "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"
        : `Pending Acceptance by ${context.account}`,
      sinceMs: now,
      expiresMs: now + acceptWithinMs,
      tags: tagsFor("vpc-peering-connection", input.TagSpecifications, context.principal),
    };
    peerings.put(tx, context, [peering.peeringId], peering);
    return peeringShape(context, { ...peering, requester, accepter });
  });
  // The first answer says "initiating", whatever becomes of it.
  const Status = {
    Code: "initiating-request" as const,
    Message: `Initiating Request to ${context.account}`,
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
    const moved = { ...record, status, statusMessage, sinceMs: context.clock.now() };
    peerings.put(tx, context, [id], moved);
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

export const vpcPeeringOperations: Ec2Operations = {
  CreateVpcPeeringConnection: createPeering,
  DescribeVpcPeeringConnections: describePeerings,
  AcceptVpcPeeringConnection: acceptPeering,
  RejectVpcPeeringConnection: rejectPeering,
  DeleteVpcPeeringConnection: deletePeering,
};
