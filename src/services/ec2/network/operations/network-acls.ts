/** Network ACLs. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAcl.html */
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { invalidParameterValue } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { associationNotFound, hasDependencies } from "../errors.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { networkAcls, type AclEntry, type NetworkAclRecord } from "../records.ts";
import { tagListShape } from "../shapes.ts";
import { lastEntry } from "../vpc-parts.ts";

function filtersIn({ account }: Ec2Context): FilterTable<NetworkAclRecord> {
  return {
    "association.association-id": (acl) => acl.associations.map((one) => one.associationId),
    "association.network-acl-id": (acl) => acl.associations.map(() => acl.networkAclId),
    "association.subnet-id": (acl) => acl.associations.map((one) => one.subnetId),
    default: (acl) => acl.isDefault,
    "entry.cidr": (acl) => acl.entries.map((entry) => entry.cidr),
    "entry.ipv6-cidr": (acl) => acl.entries.map((entry) => entry.ipv6Cidr),
    "entry.icmp.code": (acl) => acl.entries.map((entry) => entry.icmp?.code),
    "entry.icmp.type": (acl) => acl.entries.map((entry) => entry.icmp?.type),
    "entry.port-range.from": (acl) => acl.entries.map((entry) => entry.ports?.from),
    "entry.port-range.to": (acl) => acl.entries.map((entry) => entry.ports?.to),
    "entry.protocol": (acl) => acl.entries.map((entry) => entry.protocol),
    "entry.rule-action": (acl) => acl.entries.map((entry) => entry.action),
    "entry.egress": (acl) => acl.entries.map((entry) => entry.egress),
    "entry.rule-number": (acl) => acl.entries.map((entry) => entry.ruleNumber),
    "network-acl-id": (acl) => acl.networkAclId,
    "owner-id": () => account,
    "vpc-id": (acl) => acl.vpcId,
  };
}

function entryShape(entry: AclEntry) {
  const { icmp, ports } = entry;
  return {
    RuleNumber: entry.ruleNumber,
    Protocol: entry.protocol,
    RuleAction: entry.action,
    Egress: entry.egress,
    CidrBlock: entry.cidr,
    Ipv6CidrBlock: entry.ipv6Cidr,
    ...(icmp && { IcmpTypeCode: { Type: icmp.type, Code: icmp.code } }),
    ...(ports && { PortRange: { From: ports.from, To: ports.to } }),
  };
}

function aclShape({ account }: Ec2Context, acl: NetworkAclRecord) {
  return {
    NetworkAclId: acl.networkAclId,
    VpcId: acl.vpcId,
    OwnerId: account,
    IsDefault: acl.isDefault,
    Entries: acl.entries
      .toSorted((a, b) => Number(b.egress) - Number(a.egress) || a.ruleNumber - b.ruleNumber)
      .map(entryShape),
    Associations: acl.associations.map((one) => ({
      NetworkAclAssociationId: one.associationId,
      NetworkAclId: acl.networkAclId,
      SubnetId: one.subnetId,
    })),
    ...tagListShape(acl.tags),
  };
}

/** A new ACL denies everything. */
const createNetworkAcl: Ec2Operation<"CreateNetworkAcl"> = async (input, context) => {
  const acl = await inNetwork(context, async (tx) => {
    const record: NetworkAclRecord = {
      networkAclId: newId(context.random, "acl"),
      vpcId: (await find(tx, context, kinds.vpc, input.VpcId!)).vpcId,
      isDefault: false,
      entries: [lastEntry(false), lastEntry(true)],
      associations: [],
      tags: tagsFor("network-acl", input.TagSpecifications, context.principal),
    };
    networkAcls.put(tx, context, [record.networkAclId], record);
    return record;
  });
  return { NetworkAcl: aclShape(context, acl), ClientToken: input.ClientToken };
};

const describeNetworkAcls: Ec2Operation<"DescribeNetworkAcls"> = async (input, context) => {
  const all = await inNetwork(context, (tx) =>
    select(tx, context, kinds.networkAcl, input.NetworkAclIds),
  );
  const found = applyFilters(all, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ networkAclId }) => networkAclId);
  return { NetworkAcls: items.map((acl) => aclShape(context, acl)), NextToken };
};

const deleteNetworkAcl: Ec2Operation<"DeleteNetworkAcl"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const acl = await find(tx, context, kinds.networkAcl, input.NetworkAclId!);
    if (acl.isDefault)
      throw invalidParameterValue(`cannot delete default network ACL ${acl.networkAclId}`);
    if (acl.associations.length > 0) throw hasDependencies("networkAcl", acl.networkAclId);
    networkAcls.delete(tx, context, acl.networkAclId);
  });
  return {};
};

/** A subnet is always under exactly one ACL; this moves it to another. */
const replaceAssociation: Ec2Operation<"ReplaceNetworkAclAssociation"> = async (input, context) => {
  const oldId = input.AssociationId!;
  const associationId = newId(context.random, "aclassoc");
  await inNetwork(context, async (tx) => {
    const to = await find(tx, context, kinds.networkAcl, input.NetworkAclId!);
    const from = (await networkAcls.list(tx, context)).find(({ associations }) =>
      associations.some((one) => one.associationId === oldId),
    );
    if (!from) throw associationNotFound(oldId);
    if (from.vpcId !== to.vpcId)
      throw invalidParameterValue(
        `Network ACL ${to.networkAclId} and network ACL ${from.networkAclId} belong to different networks`,
      );
    const { subnetId } = from.associations.find((one) => one.associationId === oldId)!;
    const left = {
      ...from,
      associations: from.associations.filter((one) => one.associationId !== oldId),
    };
    networkAcls.put(tx, context, [from.networkAclId], left);
    const target = from.networkAclId === to.networkAclId ? left : to;
    networkAcls.put(tx, context, [to.networkAclId], {
      ...target,
      associations: [...target.associations, { associationId, subnetId }],
    });
  });
  return { NewAssociationId: associationId };
};

export const networkAclOperations: Ec2Operations = {
  CreateNetworkAcl: createNetworkAcl,
  DescribeNetworkAcls: describeNetworkAcls,
  DeleteNetworkAcl: deleteNetworkAcl,
  ReplaceNetworkAclAssociation: replaceAssociation,
};
