import type { Operation } from "#services/kit/service.ts";
import { changeAttributes, checkTargetGroupAttributes, describeAttributes } from "../attributes.ts";
import { groupAttributeNotSupported } from "../errors.ts";
import { findTargetGroup } from "../find.ts";
import { preservesClients } from "../health/reach-target.ts";
import { groupTable, isAttributeOfSomeGroup, isNetworkProtocol } from "../kinds.ts";
import { checkNetworkGroup, checkStickinessType } from "../network-load-balancers/attributes.ts";
import { targetGroups } from "../records.ts";
import type { State } from "../state.ts";

export const describeTargetGroupAttributes: Operation<
  "elbv2",
  "DescribeTargetGroupAttributes",
  State
> = async ({ TargetGroupArn }, context) => {
  const group = await context.store.transaction((tx) =>
    findTargetGroup(tx, context, TargetGroupArn),
  );
  return { Attributes: describeAttributes(groupTable(group), group.attributes) };
};

export const modifyTargetGroupAttributes: Operation<
  "elbv2",
  "ModifyTargetGroupAttributes",
  State
> = async ({ TargetGroupArn, Attributes }, context) => {
  const record = await context.store.transaction(async (tx) => {
    const group = await findTargetGroup(tx, context, TargetGroupArn);
    const table = groupTable(group);
    checkStickinessType(group, Attributes ?? []);
    for (const { Key = "" } of Attributes ?? [])
      if (!table[Key] && isAttributeOfSomeGroup(Key)) throw groupAttributeNotSupported(group, Key);
    const attributes = changeAttributes("target group", table, group.attributes, Attributes);
    if (!isNetworkProtocol(group.protocol)) checkTargetGroupAttributes(attributes);
    else checkNetworkGroup(group, attributes, preservesClients(context));
    const changed = { ...group, attributes };
    targetGroups.put(tx, context, [group.name], changed);
    return changed;
  });
  return { Attributes: describeAttributes(groupTable(record), record.attributes) };
};
