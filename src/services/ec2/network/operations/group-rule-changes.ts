/** Rules one by one. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html */
import type { Transaction } from "#store/store.ts";
import type { IpPermission, SecurityGroupRuleRequest } from "@aws-sdk/client-ec2";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, missingParameter } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { pageOf } from "../../paging.ts";
import {
  duplicateRule,
  parsePermission,
  ruleNotFound,
  sameRule,
  type ParsedRule,
} from "../group-permissions.ts";
import { inNetwork } from "../in-network.ts";
import { kinds, select } from "../kinds.ts";
import { groupRules, type SecurityGroupRuleRecord } from "../records.ts";
import { findGroup, peerFinder, rulesOf } from "../security-groups.ts";
import { ruleShape } from "./group-rules.ts";

const filters: FilterTable<SecurityGroupRuleRecord> = {
  "group-id": (rule) => rule.groupId,
  "security-group-rule-id": (rule) => rule.ruleId,
};

const describeSecurityGroupRules: Ec2Operation<"DescribeSecurityGroupRules"> = async (
  input,
  context,
) => {
  for (const { Name, Values = [] } of input.Filters ?? [])
    if (Name === "group-id") for (const id of Values) checkGroupId(id);
  const all = await inNetwork(context, (tx) =>
    select(tx, context, kinds.groupRule, input.SecurityGroupRuleIds),
  );
  const found = applyFilters(all, input.Filters, filters, ({ tags }) => tags);
  const { items, NextToken } = pageOf(
    found,
    input,
    ({ groupId, order, ruleId }) => `${groupId}/${String(order).padStart(9, "0")}/${ruleId}`,
  );
  return { SecurityGroupRules: items.map((rule) => ruleShape(context, rule)), NextToken };
};

/** AWS looks at the form of the ids in this operation's filter. */
function checkGroupId(id: string): void {
  if (/^sg-|[*?]/.test(id)) return;
  throw ec2Error("InvalidGroupId.Malformed", `The security group ID '${id}' is malformed`);
}

/** A rule's request as the permission that says the same. */
function permissionOf(request: SecurityGroupRuleRequest): IpPermission {
  const { IpProtocol, FromPort, ToPort, Description } = request;
  const { CidrIpv4: CidrIp, CidrIpv6, PrefixListId, ReferencedGroupId: GroupId } = request;
  return {
    IpProtocol,
    FromPort,
    ToPort,
    IpRanges: CidrIp === undefined ? [] : [{ CidrIp, Description }],
    Ipv6Ranges: CidrIpv6 === undefined ? [] : [{ CidrIpv6, Description }],
    PrefixListIds: PrefixListId === undefined ? [] : [{ PrefixListId, Description }],
    UserIdGroupPairs: GroupId === undefined ? [] : [{ GroupId, Description }],
  };
}

const modifySecurityGroupRules: Ec2Operation<"ModifySecurityGroupRules"> = async (
  input,
  context,
) => {
  await inNetwork(context, async (tx) => {
    const group = await findGroup(tx, context, input);
    let present = await rulesOf(tx, context, group.groupId);
    const findPeer = await peerFinder(tx, context, group.vpcId);
    for (const {
      SecurityGroupRuleId: id,
      SecurityGroupRule: request,
    } of input.SecurityGroupRules!) {
      const old = present.find(({ ruleId }) => ruleId === id);
      if (!old) throw kinds.groupRule.notFound(id!);
      const [rule, ...more] = parsePermission(permissionOf(request ?? {}), findPeer);
      if (more.length > 0)
        throw ec2Error(
          "InvalidParameterCombination",
          "Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified",
        );
      if (!rule)
        throw ec2Error(
          "MissingParameter",
          "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId",
        );
      const others = present.filter((one) => one !== old);
      if (others.some((one) => one.isEgress === old.isEgress && sameRule(one, rule)))
        throw duplicateRule(rule);
      const { ruleId, groupId, order, isEgress, tags } = old;
      const changed = { ruleId, groupId, order, isEgress, tags, ...rule };
      groupRules.put(tx, context, [ruleId], changed);
      present = [...others, changed];
    }
  });
  return { Return: true };
};

interface DescriptionsInput {
  GroupId?: string | undefined;
  GroupName?: string | undefined;
  IpPermissions?: IpPermission[] | undefined;
  SecurityGroupRuleDescriptions?:
    | { SecurityGroupRuleId?: string | undefined; Description?: string | undefined }[]
    | undefined;
}

/** A rule that is named without a description loses its own. */
async function updateDescriptions(
  context: Ec2Context,
  input: DescriptionsInput,
  isEgress: boolean,
) {
  const describe = (tx: Transaction, rule: SecurityGroupRuleRecord, text: string | undefined) => {
    const { description: _old, ...rest } = rule;
    const changed = text === undefined ? rest : { ...rest, description: text };
    groupRules.put(tx, context, [rule.ruleId], changed);
  };
  await inNetwork(context, async (tx) => {
    const group = await findGroup(tx, context, input);
    const present = (await rulesOf(tx, context, group.groupId)).filter(
      (rule) => rule.isEgress === isEgress,
    );
    const byId = input.SecurityGroupRuleDescriptions ?? [];
    for (const { SecurityGroupRuleId: id, Description } of byId) {
      const rule = present.find(({ ruleId }) => ruleId === id);
      if (!rule) throw kinds.groupRule.notFound(id!);
      describe(tx, rule, Description);
    }
    const findPeer = await peerFinder(tx, context, group.vpcId);
    const wanted: ParsedRule[] = (input.IpPermissions ?? []).flatMap((permission) =>
      parsePermission(permission, findPeer),
    );
    if (byId.length === 0 && wanted.length === 0) throw missingParameter("ipPermissions");
    for (const one of wanted) {
      const rule = present.find((other) => sameRule(other, one));
      if (!rule) throw ruleNotFound();
      describe(tx, rule, one.description);
    }
  });
  return { Return: true };
}

const updateIngress: Ec2Operation<"UpdateSecurityGroupRuleDescriptionsIngress"> = async (
  input,
  context,
) => updateDescriptions(context, input, false);
const updateEgress: Ec2Operation<"UpdateSecurityGroupRuleDescriptionsEgress"> = async (
  input,
  context,
) => updateDescriptions(context, input, true);

export const groupRuleChangeOperations: Ec2Operations = {
  DescribeSecurityGroupRules: describeSecurityGroupRules,
  ModifySecurityGroupRules: modifySecurityGroupRules,
  UpdateSecurityGroupRuleDescriptionsIngress: updateIngress,
  UpdateSecurityGroupRuleDescriptionsEgress: updateEgress,
};
