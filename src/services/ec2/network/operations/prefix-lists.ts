/** AWS's own prefix lists. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeManagedPrefixLists.html */
import { partitionOf } from "#services/kit/arn.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { applyFilters } from "../../filters.ts";
import { pageOf } from "../../paging.ts";
import { inNetwork } from "../in-network.ts";
import { kinds, select } from "../kinds.ts";
import { prefixListShape } from "./managed-prefix-lists.ts";
import { managedPrefixLists, type ManagedPrefixList } from "../prefix-lists.ts";

function selectLists(region: string, ids: readonly string[] | undefined): ManagedPrefixList[] {
  const all = managedPrefixLists(region);
  for (const id of ids ?? [])
    if (!all.some((list) => list.id === id))
      throw ec2Error("InvalidPrefixListID.NotFound", `The prefix list ID '${id}' does not exist`);
  return ids?.length ? all.filter(({ id }) => ids.includes(id)) : all;
}

const describeManagedPrefixLists: Ec2Operation<"DescribeManagedPrefixLists"> = async (
  input,
  context,
) => {
  const { region } = context;
  const ids = input.PrefixListIds;
  const isAws = (id: string) => managedPrefixLists(region).some((list) => list.id === id);
  const own = ids?.filter((id) => !isAws(id));
  const records =
    own?.length === 0 && ids?.length
      ? []
      : await inNetwork(context, (tx) => select(tx, context, kinds.prefixList, own));
  const aws =
    own?.length === ids?.length && ids?.length ? [] : selectLists(region, ids?.filter(isAws));
  const shapes = [
    ...aws.map(({ id, name }) => ({
      PrefixListId: id,
      PrefixListName: name,
      PrefixListArn: `arn:${partitionOf(region)}:ec2:${region}:aws:prefix-list/${id}`,
      AddressFamily: "IPv4",
      OwnerId: "AWS",
      State: "create-complete" as const,
      Tags: [],
    })),
    ...records.map((record) => prefixListShape(context, record)),
  ];
  const found = applyFilters(
    shapes,
    input.Filters,
    {
      "owner-id": ({ OwnerId }) => OwnerId,
      "prefix-list-id": ({ PrefixListId }) => PrefixListId,
      "prefix-list-name": ({ PrefixListName }) => PrefixListName,
    },
    ({ Tags }) => tagsFromList(Tags),
  );
  const { items, NextToken } = pageOf(found, input, (one) => one.PrefixListId, {
    least: 1,
    most: 100,
  });
  return { PrefixLists: items, NextToken };
};

/** The addresses behind the lists are AWS's; none are known here. */
const describePrefixLists: Ec2Operation<"DescribePrefixLists"> = async (input, { region }) => {
  const found = applyFilters(selectLists(region, input.PrefixListIds), input.Filters, {
    "prefix-list-id": ({ id }) => id,
    "prefix-list-name": ({ name }) => name,
  });
  const { items, NextToken } = pageOf(found, input, ({ id }) => id);
  return {
    PrefixLists: items.map(({ id, name }) => ({
      PrefixListId: id,
      PrefixListName: name,
      Cidrs: [],
    })),
    NextToken,
  };
};

export const prefixListOperations: Ec2Operations = {
  DescribeManagedPrefixLists: describeManagedPrefixLists,
  DescribePrefixLists: describePrefixLists,
};
