/** Security groups. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
import { tagsToList } from "#services/kit/tags.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import {
  dependencyViolation,
  ec2Error,
  invalidParameterValue,
  missingParameter,
} from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { findDefaultVpc } from "../default-vpc.ts";
import { groupNameNotFound, noDefaultVpc } from "../errors.ts";
import { permissionShapes } from "../group-permissions.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import {
  groupRules,
  interfaces,
  securityGroups,
  type SecurityGroupRecord,
  type SecurityGroupRuleRecord,
} from "../records.ts";
import { findGroup } from "../security-groups.ts";
import { ec2Arn, tagsShape } from "../shapes.ts";
import { putOpenEgress } from "../vpc-parts.ts";

interface GroupWithRules extends SecurityGroupRecord {
  rules: SecurityGroupRuleRecord[];
}

/** The filters of one direction: "ip-permission.cidr" and, for egress, "egress.ip-permission.cidr". */
function permissionFilters(prefix: string, isEgress: boolean): FilterTable<GroupWithRules> {
  const over =
    (value: (rule: SecurityGroupRuleRecord) => string | number | undefined) =>
    (group: GroupWithRules) =>
      group.rules.filter((rule) => rule.isEgress === isEgress).map(value);
  return {
    [`${prefix}.cidr`]: over((rule) => rule.cidrIpv4),
    [`${prefix}.ipv6-cidr`]: over((rule) => rule.cidrIpv6),
    [`${prefix}.from-port`]: over((rule) => rule.fromPort),
    [`${prefix}.to-port`]: over((rule) => rule.toPort),
    [`${prefix}.protocol`]: over((rule) => rule.protocol),
    [`${prefix}.prefix-list-id`]: over((rule) => rule.prefixListId),
    [`${prefix}.group-id`]: over((rule) => rule.peerGroup?.groupId),
    [`${prefix}.user-id`]: over((rule) => rule.peerGroup?.account),
    // AWS finds no rule by its group's name that was made with the group's id.
    [`${prefix}.group-name`]: over((rule) => rule.peerGroup?.groupName),
  };
}

function filtersIn({ account }: Ec2Context): FilterTable<GroupWithRules> {
  return {
    description: (group) => group.description,
    "group-id": (group) => group.groupId,
    "group-name": (group) => group.groupName,
    "owner-id": () => account,
    "vpc-id": (group) => group.vpcId,
    ...permissionFilters("ip-permission", false),
    ...permissionFilters("egress.ip-permission", true),
  };
}

function checkName(name: string, what: string): void {
  if (name.length > 255 || !/^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/.test(name))
    throw invalidParameterValue(
      `Value (${name}) for parameter ${what} is invalid. Character sets beyond ASCII are not supported.`,
    );
}

const createSecurityGroup: Ec2Operation<"CreateSecurityGroup"> = async (input, context) => {
  const groupName = input.GroupName!;
  if (groupName === "") throw missingParameter("GroupName");
  if (input.Description === "") throw missingParameter("GroupDescription");
  checkName(groupName, "GroupName");
  checkName(input.Description!, "GroupDescription");
  if (groupName.startsWith("sg-"))
    throw invalidParameterValue(
      `Value (${groupName}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`,
    );
  if (groupName === "default")
    throw invalidParameterValue("Cannot use reserved security group name: default");
  const tags = tagsFor("security-group", input.TagSpecifications, context.principal);
  const groupId = newId(context.random, "sg");
  await inNetwork(context, async (tx) => {
    const vpc = input.VpcId
      ? await find(tx, context, kinds.vpc, input.VpcId)
      : await findDefaultVpc(tx, context);
    if (!vpc) throw noDefaultVpc();
    const { vpcId } = vpc;
    const all = await securityGroups.list(tx, context);
    if (all.some((group) => group.vpcId === vpcId && group.groupName === groupName))
      throw ec2Error(
        "InvalidGroup.Duplicate",
        `The security group '${groupName}' already exists for VPC '${vpcId}'`,
      );
    const group = { groupId, groupName, description: input.Description!, vpcId, tags };
    securityGroups.put(tx, context, [groupId], group);
    putOpenEgress(tx, context, newId(context.random, "sgr"), groupId);
    // https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html: IPv6, too, where the VPC has it.
    if (vpc.ipv6Cidrs?.length)
      putOpenEgress(tx, context, newId(context.random, "sgr"), groupId, { cidrIpv6: "::/0" });
  });
  return {
    GroupId: groupId,
    SecurityGroupArn: ec2Arn(context, `security-group/${groupId}`),
    ...(Object.keys(tags).length > 0 && { Tags: tagsToList(tags) }),
  };
};

const describeSecurityGroups: Ec2Operation<"DescribeSecurityGroups"> = async (input, context) => {
  const groups = await inNetwork(context, async (tx) => {
    const everything = await securityGroups.list(tx, context);
    let selected = await select(tx, context, kinds.securityGroup, input.GroupIds);
    if (input.GroupNames?.length) {
      const vpcId = (await findDefaultVpc(tx, context))?.vpcId;
      const inDefault = everything.filter((group) => group.vpcId === vpcId);
      const named = input.GroupNames.map((name) => {
        const group = inDefault.find(({ groupName }) => groupName === name);
        if (!group) throw groupNameNotFound(name, vpcId);
        return group;
      });
      selected = input.GroupIds?.length ? [...new Set([...selected, ...named])] : named;
    }
    const ordered = (await groupRules.list(tx, context)).sort((a, b) => a.order - b.order);
    const rules = Map.groupBy(ordered, ({ groupId }) => groupId);
    return selected.map((group) => ({ ...group, rules: rules.get(group.groupId) ?? [] }));
  });
  const found = applyFilters(groups, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ groupId }) => groupId);
  return {
    SecurityGroups: items.map((group) => ({
      GroupId: group.groupId,
      GroupName: group.groupName,
      Description: group.description,
      VpcId: group.vpcId,
      OwnerId: context.account,
      SecurityGroupArn: ec2Arn(context, `security-group/${group.groupId}`),
      IpPermissions: permissionShapes(group.rules.filter(({ isEgress }) => !isEgress)),
      IpPermissionsEgress: permissionShapes(group.rules.filter(({ isEgress }) => isEgress)),
      ...tagsShape(group.tags),
    })),
    NextToken,
  };
};

const deleteSecurityGroup: Ec2Operation<"DeleteSecurityGroup"> = async (input, context) => {
  const groupId = await inNetwork(context, async (tx) => {
    const { groupId: id, groupName } = await findGroup(tx, context, input);
    if (groupName === "default")
      throw ec2Error(
        "CannotDelete",
        `the specified group: "${id}" name: "default" cannot be deleted by a user`,
      );
    const rules = await groupRules.list(tx, context);
    const used =
      rules.some((rule) => rule.groupId !== id && rule.peerGroup?.groupId === id) ||
      (await interfaces.list(tx, context)).some(({ groups }) => groups.includes(id));
    if (used) throw dependencyViolation(`resource ${id} has a dependent object`);
    for (const rule of rules) if (rule.groupId === id) groupRules.delete(tx, context, rule.ruleId);
    securityGroups.delete(tx, context, id);
    return id;
  });
  return { Return: true, GroupId: groupId };
};

export const securityGroupOperations: Ec2Operations = {
  CreateSecurityGroup: createSecurityGroup,
  DescribeSecurityGroups: describeSecurityGroups,
  DeleteSecurityGroup: deleteSecurityGroup,
};
