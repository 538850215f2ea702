/** Tags of every kind of resource, by ARN. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Principal } from "#services/kit/service.ts";
import { tagsFromList, type Tags } from "#services/kit/tags.ts";
import { kindOf } from "./arns.ts";
import { duplicateTagKeys, tooManyTags, validationError } from "./errors.ts";
import { findListener, findLoadBalancer, findRule, findTargetGroup } from "./find.ts";
import { limits } from "./limits.ts";
import { listeners, loadBalancers, rules, targetGroups, trustStores } from "./records.ts";
import { findTrustStore } from "./trust-stores.ts";
import { readArn } from "./arns.ts";

type TagList = readonly { Key?: string | undefined; Value?: string | undefined }[];

/** The tags of a request; throws for keys given twice, or reserved for AWS's services. */
export function readTags(list: TagList | undefined, { type }: Principal): Tags {
  const seen = new Set<string>();
  for (const { Key = "" } of list ?? []) {
    if (seen.has(Key)) throw duplicateTagKeys(Key);
    seen.add(Key);
    if (type !== "service" && /^aws:/i.test(Key))
      throw validationError(`Tag key '${Key}' cannot begin with 'aws:'`);
  }
  const tags = tagsFromList(list);
  checkCount(tags);
  return tags;
}

/** Reads the tags of a resource and, if the function gives others, writes them. */
export async function changeTags(
  tx: Transaction,
  scope: Scope,
  arn: string,
  change: (tags: Tags) => Tags,
): Promise<Tags> {
  switch (kindOf(arn)) {
    case "load balancer": {
      const record = await findLoadBalancer(tx, scope, arn);
      const tags = changed(record.tags, change);
      if (tags !== record.tags) loadBalancers.put(tx, scope, [record.name], { ...record, tags });
      return tags;
    }
    case "target group": {
      const record = await findTargetGroup(tx, scope, arn);
      const tags = changed(record.tags, change);
      if (tags !== record.tags) targetGroups.put(tx, scope, [record.name], { ...record, tags });
      return tags;
    }
    case "listener": {
      const record = await findListener(tx, scope, arn);
      const tags = changed(record.tags, change);
      if (tags !== record.tags)
        listeners.put(tx, scope, readArn("listener", arn), { ...record, tags });
      return tags;
    }
    case "trust store": {
      const record = await findTrustStore(tx, scope, arn);
      const tags = changed(record.tags, change);
      if (tags !== record.tags) trustStores.put(tx, scope, [record.name], { ...record, tags });
      return tags;
    }
    case "listener rule": {
      const found = await findRule(tx, scope, arn);
      if ("rule" in found) {
        const tags = changed(found.rule.tags, change);
        if (tags !== found.rule.tags) rules.put(tx, scope, found.id, { ...found.rule, tags });
        return tags;
      }
      const listener = found.defaultOf;
      const ruleTags = changed(listener.ruleTags, change);
      if (ruleTags !== listener.ruleTags)
        listeners.put(tx, scope, [listener.loadBalancerName, listener.id], {
          ...listener,
          ruleTags,
        });
      return ruleTags;
    }
    default:
      throw validationError(`'${arn}' is not a valid resource ARN`);
  }
}

function changed(tags: Tags, change: (tags: Tags) => Tags): Tags {
  const next = change(tags);
  checkCount(next);
  return next;
}

/** Those of AWS's services do not count. https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html */
function checkCount(tags: Tags): void {
  const own = Object.keys(tags).filter((key) => !key.startsWith("aws:"));
  if (own.length > limits.tagsPerResource) throw tooManyTags();
}
