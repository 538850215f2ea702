import type { Ec2Operation } from "../../context.ts";
import { applyFilters, filterTime } from "../../filters.ts";
import { checkIdForm } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { describeTemplate } from "../describe.ts";
import { launchTemplates, someTemplateNotFound } from "../records.ts";

export const describeLaunchTemplates: Ec2Operation<"DescribeLaunchTemplates"> = async (
  input,
  context,
) => {
  const all = await context.store.transaction((tx) => launchTemplates.list(tx, context));
  const ids = new Set(input.LaunchTemplateIds);
  const names = new Set(input.LaunchTemplateNames);
  for (const id of ids) {
    checkIdForm(id, "lt", "InvalidLaunchTemplateId.Malformed");
    if (!all.some((one) => one.launchTemplateId === id)) throw someTemplateNotFound("Id");
  }
  for (const name of names)
    if (!all.some((one) => one.name === name)) throw someTemplateNotFound("Name");
  const wanted = all.filter(
    (one) =>
      (ids.size === 0 && names.size === 0) || ids.has(one.launchTemplateId) || names.has(one.name),
  );
  const { items, NextToken } = pageOf(
    applyFilters(
      wanted,
      input.Filters,
      {
        "create-time": (one) => filterTime(one.createdMs),
        "launch-template-name": (one) => one.name,
      },
      (one) => one.tags,
    ),
    input,
    (one) => one.launchTemplateId,
    { least: 1, most: 200, usual: 200 },
  );
  return { LaunchTemplates: items.map(describeTemplate), NextToken };
};
