import type { Operation } from "#services/kit/service.ts";
import {
  changeAttributes,
  checkTargetGroupAttributes,
  describeAttributes,
  targetGroupAttributes,
} from "../attributes.ts";
import { findTargetGroup } from "../find.ts";
import { targetGroups } from "../records.ts";
import type { State } from "../state.ts";

export const describeTargetGroupAttributes: Operation<
  "elbv2",
  "DescribeTargetGroupAttributes",
  State
> = async ({ TargetGroupArn }, context) => {
  const { attributes } = await context.store.transaction((tx) =>
    findTargetGroup(tx, context, TargetGroupArn),
  );
  return { Attributes: describeAttributes(targetGroupAttributes, attributes) };
};

export const modifyTargetGroupAttributes: Operation<
  "elbv2",
  "ModifyTargetGroupAttributes",
  State
> = async ({ TargetGroupArn, Attributes }, context) => {
  const attributes = await context.store.transaction(async (tx) => {
    const group = await findTargetGroup(tx, context, TargetGroupArn);
    const { attributes: before } = group;
    const changed = changeAttributes("target group", targetGroupAttributes, before, Attributes);
    checkTargetGroupAttributes(changed);
    targetGroups.put(tx, context, [group.name], { ...group, attributes: changed });
    return changed;
  });
  return { Attributes: describeAttributes(targetGroupAttributes, attributes) };
};
