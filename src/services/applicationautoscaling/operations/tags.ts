import type { Operation } from "#services/kit/service.ts";
import { withoutTags, withTags } from "#services/kit/tags.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { resourceNotFound, tooManyTags } from "../errors.ts";
import { limits } from "../limits.ts";
import { targetKey, targets, type TargetRecord } from "../records.ts";
import type { ScalingState } from "../state.ts";

async function byArn(tx: Transaction, scope: Scope, arn: string): Promise<TargetRecord> {
  const found = (await targets.list(tx, scope)).find((target) => target.arn === arn);
  if (!found) throw resourceNotFound(arn);
  return found;
}

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TagResource.html */
export const tagResource: Operation<"applicationautoscaling", "TagResource", ScalingState> = async (
  input,
  context,
) => {
  const arn = input.ResourceARN!;
  await context.store.transaction(async (tx) => {
    const target = await byArn(tx, context, arn);
    const tags = withTags(target.tags, input.Tags ?? {});
    if (Object.keys(tags).length > limits.tags) throw tooManyTags(arn);
    targets.put(tx, context, targetKey(target), { ...target, tags });
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_UntagResource.html */
export const untagResource: Operation<
  "applicationautoscaling",
  "UntagResource",
  ScalingState
> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const target = await byArn(tx, context, input.ResourceARN!);
    const tags = withoutTags(target.tags, input.TagKeys ?? []);
    targets.put(tx, context, targetKey(target), { ...target, tags });
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ListTagsForResource.html */
export const listTagsForResource: Operation<
  "applicationautoscaling",
  "ListTagsForResource",
  ScalingState
> = async (input, context) => {
  const { tags } = await context.store.transaction((tx) => byArn(tx, context, input.ResourceARN!));
  return { Tags: tags };
};
