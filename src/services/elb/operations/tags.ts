import type { Context, Operation } from "#services/kit/service.ts";
import { tagsToList, withoutTags, withTags, type Tags } from "#services/kit/tags.ts";
import { validationError } from "../errors.ts";
import { changeLoadBalancer, findLoadBalancer } from "../find.ts";
import type { State } from "../state.ts";
import { checkCount, readTags } from "../tagging.ts";

async function change(
  context: Context<State>,
  names: readonly string[],
  tagsFrom: (present: Tags) => Tags,
) {
  if (names.length !== 1) throw validationError("You can specify one load balancer only");
  await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, names[0], (balancer) => ({
      ...balancer,
      tags: tagsFrom(balancer.tags),
    })),
  );
  return {};
}

export const addTags: Operation<"elb", "AddTags", State> = async (
  { LoadBalancerNames, Tags },
  context,
) => {
  const added = readTags(Tags);
  return change(context, LoadBalancerNames ?? [], (tags) => checkCount(withTags(tags, added)));
};

export const removeTags: Operation<"elb", "RemoveTags", State> = async (
  { LoadBalancerNames, Tags },
  context,
) => {
  const keys = (Tags ?? []).map(({ Key = "" }) => Key);
  return change(context, LoadBalancerNames ?? [], (tags) => withoutTags(tags, keys));
};

/** Of at most 20 load balancers. */
export const describeTags: Operation<"elb", "DescribeTags", State> = async (
  { LoadBalancerNames },
  context,
) => {
  const names = LoadBalancerNames ?? [];
  if (names.length > 20)
    throw validationError("You can specify up to 20 load balancers in one call");
  const TagDescriptions = await context.store.transaction(async (tx) => {
    const found = [];
    for (const LoadBalancerName of names) {
      const { tags } = await findLoadBalancer(tx, context, LoadBalancerName);
      found.push({ LoadBalancerName, Tags: tagsToList(tags) });
    }
    return found;
  });
  return { TagDescriptions };
};
