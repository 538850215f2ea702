/** Opening and closing security groups. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html */
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, missingParameter } from "../../errors.ts";
import { newId } from "../../ids.ts";
import { tagsFor } from "../../tags.ts";
import {
  duplicateRule,
  parsePermission,
  permissionsOf,
  ruleNotFound,
  sameRule,
  type FlatPermission,
} from "../group-permissions.ts";
import { inNetwork } from "../in-network.ts";
import { kinds } from "../kinds.ts";
import { groupRules, type SecurityGroupRecord, type SecurityGroupRuleRecord } from "../records.ts";
import { checkPrefixList } from "../routes.ts";
import { findGroup, peerFinder, rulesOf } from "../security-groups.ts";
import { ec2Arn, tagsShape } from "../shapes.ts";

/** Inbound or outbound rules per group. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const mostRules = 60;

interface GroupInput extends FlatPermission {
  GroupId?: string | undefined;
  GroupName?: string | undefined;
}

export function ruleShape(context: Ec2Context, rule: SecurityGroupRuleRecord) {
  const { peerGroup } = rule;
  return {
    SecurityGroupRuleId: rule.ruleId,
    SecurityGroupRuleArn: ec2Arn(context, `security-group-rule/${rule.ruleId}`),
    GroupId: rule.groupId,
    GroupOwnerId: context.account,
    IsEgress: rule.isEgress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    CidrIpv4: rule.cidrIpv4,
    CidrIpv6: rule.cidrIpv6,
    PrefixListId: rule.prefixListId,
    ...(peerGroup && {
      ReferencedGroupInfo: { GroupId: peerGroup.groupId, UserId: peerGroup.account },
    }),
    Description: rule.description,
    ...tagsShape(rule.tags),
  };
}

async function rulesAsked(
  tx: Transaction,
  context: Ec2Context,
  group: SecurityGroupRecord,
  input: GroupInput,
) {
  const permissions = permissionsOf(input);
  if (permissions.length === 0) throw missingParameter("ipPermissions");
  const findPeer = await peerFinder(tx, context, group.vpcId);
  return permissions.flatMap((permission) => parsePermission(permission, findPeer));
}

async function authorize(context: Ec2Context, input: GroupInput, isEgress: boolean, tags: Tags) {
  const added = await inNetwork(context, async (tx) => {
    const group = await findGroup(tx, context, input);
    const all = await rulesOf(tx, context, group.groupId);
    const present = all.filter((rule) => rule.isEgress === isEgress);
    let order = all.at(-1)?.order ?? 0;
    const records: SecurityGroupRuleRecord[] = [];
    const asked = await rulesAsked(tx, context, group, input);
    if (present.length + asked.length > mostRules)
      throw ec2Error(
        "RulesPerSecurityGroupLimitExceeded",
        "The maximum number of rules per security group has been reached.",
      );
    for (const { prefixListId } of asked)
      if (prefixListId !== undefined) await checkPrefixList(tx, context, prefixListId);
    for (const rule of asked) {
      if ([...present, ...records].some((other) => sameRule(other, rule)))
        throw duplicateRule(rule);
      const ruleId = newId(context.random, "sgr");
      order += 1;
      records.push({ ruleId, groupId: group.groupId, order, isEgress, ...rule, tags });
    }
    for (const record of records) groupRules.put(tx, context, [record.ruleId], record);
    return records;
  });
  return { Return: true, SecurityGroupRules: added.map((rule) => ruleShape(context, rule)) };
}

interface RevokeInput extends GroupInput {
  SecurityGroupRuleIds?: string[] | undefined;
}

/** Descriptions play no part in finding the rules to revoke. */
async function revoke(context: Ec2Context, input: RevokeInput, isEgress: boolean) {
  const revoked = await inNetwork(context, async (tx) => {
    const group = await findGroup(tx, context, input);
    const present = (await rulesOf(tx, context, group.groupId)).filter(
      (rule) => rule.isEgress === isEgress,
    );
    const ids = input.SecurityGroupRuleIds;
    const found = ids?.length
      ? ids.map((id) => {
          const rule = present.find(({ ruleId }) => ruleId === id);
          if (!rule) throw kinds.groupRule.notFound(id);
          return rule;
        })
      : (await rulesAsked(tx, context, group, input)).map((wanted) => {
          const rule = present.find((one) => sameRule(one, wanted));
          if (!rule) throw ruleNotFound();
          return rule;
        });
    for (const { ruleId } of found) groupRules.delete(tx, context, ruleId);
    return found;
  });
  return {
    Return: true,
    RevokedSecurityGroupRules: revoked.map((rule) => ({
      SecurityGroupRuleId: rule.ruleId,
      GroupId: rule.groupId,
      IsEgress: rule.isEgress,
      IpProtocol: rule.protocol,
      FromPort: rule.fromPort,
      ToPort: rule.toPort,
      CidrIpv4: rule.cidrIpv4,
      CidrIpv6: rule.cidrIpv6,
      PrefixListId: rule.prefixListId,
      ReferencedGroupId: rule.peerGroup?.groupId,
      Description: rule.description,
    })),
  };
}

const ruleTags = (context: Ec2Context, specifications: Parameters<typeof tagsFor>[1]) =>
  tagsFor("security-group-rule", specifications, context.principal);

const authorizeIngress: Ec2Operation<"AuthorizeSecurityGroupIngress"> = async (input, context) =>
  authorize(context, input, false, ruleTags(context, input.TagSpecifications));
const authorizeEgress: Ec2Operation<"AuthorizeSecurityGroupEgress"> = async (input, context) =>
  authorize(context, input, true, ruleTags(context, input.TagSpecifications));
const revokeIngress: Ec2Operation<"RevokeSecurityGroupIngress"> = async (input, context) =>
  revoke(context, input, false);
const revokeEgress: Ec2Operation<"RevokeSecurityGroupEgress"> = async (input, context) =>
  revoke(context, input, true);

export const groupRuleOperations: Ec2Operations = {
  AuthorizeSecurityGroupIngress: authorizeIngress,
  AuthorizeSecurityGroupEgress: authorizeEgress,
  RevokeSecurityGroupIngress: revokeIngress,
  RevokeSecurityGroupEgress: revokeEgress,
};
