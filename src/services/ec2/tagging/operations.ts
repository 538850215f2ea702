/** CreateTags, DeleteTags and DescribeTags over every kind of resource that has an owner. */
import { withTags, withoutTags, tagsFromList, type Tags } from "#services/kit/tags.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Operation, Ec2Operations } from "../context.ts";
import { invalidId, missingParameter } from "../errors.ts";
import { applyFilters, type FilterTable } from "../filters.ts";
import { hasIdForm } from "../ids.ts";
import { pageOf } from "../paging.ts";
import { checkTags, type TagOwner } from "../tags.ts";

interface TagRow {
  resourceId: string;
  resourceType: string;
  key: string;
  value: string;
}

const filters: FilterTable<TagRow> = {
  "resource-id": (row) => row.resourceId,
  "resource-type": (row) => row.resourceType,
  key: (row) => row.key,
  value: (row) => row.value,
};

/** The three operations over the owners given. */
export function tagOperations(owners: readonly TagOwner[]): Ec2Operations {
  const CreateTags: Ec2Operation<"CreateTags"> = async (input, context) => {
    const added = tagsFromList(input.Tags);
    if (!input.Tags?.length) throw missingParameter("Tag");
    await context.store.transaction(async (tx) => {
      for (const { owner, id, tags } of await read(tx, context, input.Resources)) {
        const merged = withTags(tags, added);
        checkTags(added, context.principal);
        checkTags(merged, asKept);
        await owner.write(tx, context, id, merged);
      }
    });
    return {};
  };

  const DeleteTags: Ec2Operation<"DeleteTags"> = async (input, context) => {
    await context.store.transaction(async (tx) => {
      for (const { owner, id, tags } of await read(tx, context, input.Resources))
        await owner.write(tx, context, id, remaining(tags, input.Tags));
    });
    return {};
  };

  const DescribeTags: Ec2Operation<"DescribeTags"> = async (input, context) => {
    const rows = await context.store.transaction(async (tx) => {
      const found: TagRow[] = [];
      for (const owner of owners)
        for (const { id, tags } of await owner.list(tx, context))
          for (const [key, value] of Object.entries(tags))
            found.push({ resourceId: id, resourceType: owner.resourceType, key, value });
      return found;
    });
    const page = pageOf(
      applyFilters(rows, nameTagFilters(input.Filters), filters),
      input,
      (row) => `${row.resourceId}/${row.key}`,
    );
    return {
      Tags: page.items.map((row) => ({
        ResourceId: row.resourceId,
        ResourceType: row.resourceType as "instance",
        Key: row.key,
        Value: row.value,
      })),
      NextToken: page.NextToken,
    };
  };

  const read = async (tx: Transaction, scope: Scope, ids: readonly string[] | undefined) => {
    if (!ids?.length) throw missingParameter("ResourceId");
    const found: { owner: TagOwner; id: string; tags: Tags }[] = [];
    for (const id of ids) {
      const owner = owners.find(
        ({ prefix }) => id.startsWith(`${prefix}-`) && hasIdForm(id, prefix),
      );
      if (!owner) throw invalidId(id);
      const tags = await owner.read(tx, scope, id);
      if (!tags) throw owner.notFound(id);
      found.push({ owner, id, tags });
    }
    return found;
  };
  return { CreateTags, DeleteTags, DescribeTags };
}

/** Tags that services set stay where they are when a user adds others. */
const asKept = { type: "service", account: "", arn: "", userId: "" } as const;

/** DescribeTags knows tag:KEY as a pair of key and value. */
function nameTagFilters(given: readonly { Name?: string; Values?: string[] }[] | undefined) {
  return given?.flatMap(({ Name, Values }) =>
    Name?.startsWith("tag:")
      ? [
          { Name: "key", Values: [Name.slice(4)] },
          { Name: "value", Values },
        ]
      : [{ Name, Values }],
  );
}

/**
 * A tag without a value goes whatever its value; one with a value (the empty one too) only if that
 * is its value; without any tags all user tags go.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html
 */
function remaining(
  tags: Tags,
  removed: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Tags {
  if (!removed?.length)
    return Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith("aws:")));
  const keys = removed.flatMap(({ Key, Value }) =>
    Key !== undefined && (Value === undefined || tags[Key] === Value) ? [Key] : [],
  );
  return withoutTags(tags, keys);
}
