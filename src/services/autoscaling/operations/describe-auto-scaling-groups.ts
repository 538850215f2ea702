import type { Filter } from "@aws-sdk/client-auto-scaling";
import type { Operation } from "#services/kit/service.ts";
import { groupNameOf } from "../arns.ts";
import { validationError } from "../errors.ts";
import { membersOf } from "../groups/capacity.ts";
import { describeGroup, describeInstanceDetails } from "../groups/describe.ts";
import { page } from "../paging.ts";
import { groups, memberIndex, members, type GroupRecord, type MemberRecord } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html */
export const describeAutoScalingGroups: Operation<
  "autoscaling",
  "DescribeAutoScalingGroups",
  State
> = (input, context) =>
  context.store.transaction(async (tx) => {
    const names = input.AutoScalingGroupNames?.map(groupNameOf);
    const matches = groupFilter(input.Filters ?? []);
    const all = await groups.list(tx, context);
    const wanted = all.filter(
      (group) => (!names?.length || names.includes(group.name)) && matches(group),
    );
    const { items, next } = page(wanted, input, ({ name }) => name);
    const described = [];
    for (const group of items)
      described.push(describeGroup(group, await membersOf(tx, context, group.name), context));
    return { AutoScalingGroups: described, ...next };
  });

function groupFilter(filters: readonly Filter[]): (group: GroupRecord) => boolean {
  const tests = filters.map(({ Name = "", Values = [] }) => {
    const has = (text: string) => Values.includes(text);
    if (Name === "tag-key") return ({ tags }: GroupRecord) => tags.some(({ key }) => has(key));
    if (Name === "tag-value")
      return ({ tags }: GroupRecord) => tags.some(({ value }) => has(value));
    if (!Name.startsWith("tag:"))
      throw validationError(
        `Filter type ${Name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>`,
      );
    return ({ tags }: GroupRecord) =>
      tags.some(({ key, value }) => key === Name.slice(4) && has(value));
  });
  return (group) => tests.every((test) => test(group));
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingInstances.html */
export const describeAutoScalingInstances: Operation<
  "autoscaling",
  "DescribeAutoScalingInstances",
  State
> = (input, context) =>
  context.store.transaction(async (tx) => {
    let found: MemberRecord[] = [];
    if (!input.InstanceIds?.length) found = await members.list(tx, context);
    for (const id of input.InstanceIds ?? []) {
      const entry = await memberIndex.get(tx, context, id);
      const member = entry && (await members.get(tx, context, entry.group, entry.memberId));
      if (member) found.push(member);
    }
    const details = found
      .flatMap((member) => describeInstanceDetails(member) ?? [])
      .sort((a, b) => (a.InstanceId! < b.InstanceId! ? -1 : 1));
    const { items, next } = page(details, input, ({ InstanceId }) => InstanceId!);
    return { AutoScalingInstances: items, ...next };
  });
