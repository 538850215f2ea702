import { withoutTags, withTags } from "#services/kit/tags.ts";
import { readFunction } from "../arns.ts";
import { findFunction } from "../functions/find.ts";
import { functions } from "../records.ts";
import type { LambdaContext, LambdaOperation } from "../state.ts";
import { checkTags } from "../tags.ts";
import type { Tags } from "#services/kit/tags.ts";

async function change(
  context: LambdaContext,
  arn: string | undefined,
  next: (tags: Tags) => Tags,
): Promise<void> {
  const reference = readFunction(arn, context);
  await context.store.transaction(async (tx) => {
    const own = await findFunction(tx, reference);
    const tags = next(own.tags);
    checkTags(tags, context.principal);
    functions.put(tx, reference.scope, [own.name], { ...own, tags });
  });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html */
export const tagResource: LambdaOperation<"TagResource"> = async (input, context) => {
  await change(context, input.Resource, (tags) => withTags(tags, input.Tags ?? {}));
  return {};
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html */
export const untagResource: LambdaOperation<"UntagResource"> = async (input, context) => {
  await change(context, input.Resource, (tags) => withoutTags(tags, input.TagKeys ?? []));
  return {};
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html */
export const listTags: LambdaOperation<"ListTags"> = async (input, context) => {
  const reference = readFunction(input.Resource, context);
  const own = await context.store.transaction((tx) => findFunction(tx, reference));
  return { Tags: own.tags };
};
