/** Which security groups refer to which. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupReferences.html */
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { applyFilters } from "../../filters.ts";
import { pageOf } from "../../paging.ts";
import { permissionShapes } from "../group-permissions.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import {
  groupRules,
  peerings,
  securityGroups,
  type PeeringRecord,
  type SecurityGroupRuleRecord,
} from "../records.ts";
import { tagsShape } from "../shapes.ts";

const otherEnd = ({ requesterVpcId, accepterVpcId }: PeeringRecord, vpcId: string) =>
  requesterVpcId === vpcId ? accepterVpcId : requesterVpcId;

/** Groups of peered VPCs whose rules name one of these. */
const describeReferences: Ec2Operation<"DescribeSecurityGroupReferences"> = async (
  input,
  context,
) => {
  const found = await inNetwork(context, async (tx) => {
    const references = [];
    const rules = await groupRules.list(tx, context);
    const all = await peerings.list(tx, context);
    for (const id of input.GroupId!) {
      const { vpcId } = await find(tx, context, kinds.securityGroup, id);
      const naming = new Set(
        rules.filter(({ peerGroup }) => peerGroup?.groupId === id).map(({ groupId }) => groupId),
      );
      for (const groupId of naming) {
        const group = await find(tx, context, kinds.securityGroup, groupId);
        if (group.vpcId === vpcId) continue;
        const peering = all.find(
          (one) =>
            [one.requesterVpcId, one.accepterVpcId].includes(vpcId) &&
            otherEnd(one, vpcId) === group.vpcId,
        );
        references.push({
          GroupId: id,
          ReferencingVpcId: group.vpcId,
          VpcPeeringConnectionId: peering?.peeringId,
        });
      }
    }
    return references;
  });
  return { SecurityGroupReferenceSet: found };
};

/** Rules that name a group which is gone, or whose VPC is no longer peered. */
async function staleRules(tx: Transaction, context: Ec2Context, vpcId: string) {
  const groups = await securityGroups.list(tx, context);
  const vpcOf = new Map(groups.map((group) => [group.groupId, group.vpcId]));
  const all = await peerings.list(tx, context);
  const peered = new Set(
    all
      .filter(
        (one) => one.status === "active" && [one.requesterVpcId, one.accepterVpcId].includes(vpcId),
      )
      .map((one) => otherEnd(one, vpcId)),
  );
  const isStale = ({ groupId, peerGroup }: SecurityGroupRuleRecord) => {
    if (!peerGroup || peerGroup.account !== context.account || vpcOf.get(groupId) !== vpcId)
      return false;
    const other = vpcOf.get(peerGroup.groupId);
    return other === undefined || (other !== vpcId && !peered.has(other));
  };
  return { groups, stale: (await groupRules.list(tx, context)).filter(isStale) };
}

const describeStale: Ec2Operation<"DescribeStaleSecurityGroups"> = async (input, context) => {
  const { groups, stale } = await inNetwork(context, async (tx) => {
    const { vpcId } = await find(tx, context, kinds.vpc, input.VpcId!);
    return staleRules(tx, context, vpcId);
  });
  const shapes = groups.flatMap((group) => {
    const own = stale.filter(({ groupId }) => groupId === group.groupId);
    if (own.length === 0) return [];
    const shown = (isEgress: boolean) =>
      permissionShapes(own.filter((rule) => rule.isEgress === isEgress)).map(
        ({ IpRanges: _ranges, Ipv6Ranges: _six, PrefixListIds: _lists, ...rest }) => rest,
      );
    return [
      {
        GroupId: group.groupId,
        GroupName: group.groupName,
        Description: group.description,
        VpcId: group.vpcId,
        StaleIpPermissions: shown(false),
        StaleIpPermissionsEgress: shown(true),
      },
    ];
  });
  const { items, NextToken } = pageOf(shapes, input, ({ GroupId }) => GroupId);
  return { StaleSecurityGroupSet: items, NextToken };
};

const getForVpc: Ec2Operation<"GetSecurityGroupsForVpc"> = async (input, context) => {
  const groups = await inNetwork(context, async (tx) => {
    const { vpcId } = await find(tx, context, kinds.vpc, input.VpcId!);
    return (await securityGroups.list(tx, context)).filter((group) => group.vpcId === vpcId);
  });
  const found = applyFilters(
    groups,
    input.Filters,
    {
      "group-id": ({ groupId }) => groupId,
      "group-name": ({ groupName }) => groupName,
      description: ({ description }) => description,
      "owner-id": () => context.account,
      "primary-vpc-id": ({ vpcId }) => vpcId,
    },
    ({ tags }) => tags,
  );
  const { items, NextToken } = pageOf(found, input, ({ groupId }) => groupId);
  return {
    SecurityGroupForVpcs: items.map((group) => ({
      GroupId: group.groupId,
      GroupName: group.groupName,
      Description: group.description,
      OwnerId: context.account,
      PrimaryVpcId: group.vpcId,
      ...tagsShape(group.tags),
    })),
    NextToken,
  };
};

export const groupReferenceOperations: Ec2Operations = {
  DescribeSecurityGroupReferences: describeReferences,
  DescribeStaleSecurityGroups: describeStale,
  GetSecurityGroupsForVpc: getForVpc,
};
