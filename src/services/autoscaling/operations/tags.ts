import type { Tag } from "@aws-sdk/client-auto-scaling";
import type { Operation } from "#services/kit/service.ts";
import { unsupported, validationError } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { describeTags } from "../groups/describe.ts";
import { sortTags, tagsFrom } from "../groups/tags.ts";
import { page } from "../paging.ts";
import { groups } from "../records.ts";
import type { State } from "../state.ts";

function byGroup(tags: readonly Tag[] | undefined): Map<string, Tag[]> {
  for (const { ResourceId, ResourceType = "auto-scaling-group" } of tags ?? []) {
    if (ResourceType !== "auto-scaling-group")
      throw validationError(`Invalid resource type ${ResourceType}`);
    if (ResourceId === undefined) throw validationError("ResourceId is required");
  }
  return Map.groupBy(tags ?? [], ({ ResourceId }) => ResourceId!);
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateOrUpdateTags.html */
export const createOrUpdateTags: Operation<"autoscaling", "CreateOrUpdateTags", State> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    for (const [name, tags] of byGroup(input.Tags)) {
      const group = await getGroup(tx, context, name);
      const fresh = tagsFrom(tags, name, context.principal);
      const kept = group.tags.filter(({ key }) => !fresh.some((tag) => tag.key === key));
      groups.put(tx, context, [name], { ...group, tags: sortTags([...kept, ...fresh]) });
    }
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteTags.html */
export const deleteTags: Operation<"autoscaling", "DeleteTags", State> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    for (const [name, tags] of byGroup(input.Tags)) {
      const group = await getGroup(tx, context, name);
      const keys = tags.map(({ Key }) => Key);
      const kept = group.tags.filter(({ key }) => !keys.includes(key));
      groups.put(tx, context, [name], { ...group, tags: kept });
    }
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeTags.html */
export const describeTagsOperation: Operation<"autoscaling", "DescribeTags", State> = async (
  input,
  context,
) => {
  const all = await context.store.transaction((tx) => groups.list(tx, context));
  let tags = all.flatMap(describeTags);
  for (const { Name = "", Values = [] } of input.Filters ?? []) {
    const member = {
      "auto-scaling-group": "ResourceId",
      key: "Key",
      value: "Value",
      "propagate-at-launch": "PropagateAtLaunch",
    }[Name] as keyof (typeof tags)[number] | undefined;
    if (!member) throw unsupported(`filter ${Name}`);
    // "Accepts a Boolean value", as clients write them: true or True.
    const wanted = member === "PropagateAtLaunch" ? Values.map((one) => one.toLowerCase()) : Values;
    tags = tags.filter((tag) => wanted.includes(String(tag[member])));
  }
  const { items, next } = page(tags, input, ({ ResourceId, Key }) => `${ResourceId}/${Key}`);
  return { Tags: items, ...next };
};
