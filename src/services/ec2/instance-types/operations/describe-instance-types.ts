import type { Ec2Operation } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { applyFilters } from "../../filters.ts";
import { pageOf, refuseIdsWithPages } from "../../paging.ts";

/** Answers at most a hundred types at a time, as AWS does without MaxResults too. */
const page = { least: 5, most: 100, usual: 100 };

export const describeInstanceTypes: Ec2Operation<"DescribeInstanceTypes"> = async (input) => {
  const { instanceTypeNamed, instanceTypeNames } = await import("../catalog.ts");
  const { instanceTypeFilters } = await import("../filters.ts");
  refuseIdsWithPages(input.InstanceTypes, input, "InstanceTypes");
  const unknown = (input.InstanceTypes ?? []).filter((name) => !instanceTypeNamed(name));
  if (unknown.length > 0)
    throw ec2Error(
      "InvalidInstanceType",
      `The following supplied instance types do not exist: [${unknown.join(", ")}]`,
    );
  const names = input.InstanceTypes?.length ? new Set(input.InstanceTypes) : instanceTypeNames;
  const infos = applyFilters(
    [...names].map((name) => instanceTypeNamed(name)!),
    input.Filters,
    instanceTypeFilters,
  );
  const { items, NextToken } = pageOf(infos, input, (info) => info.InstanceType!, page);
  return { InstanceTypes: items, NextToken };
};
