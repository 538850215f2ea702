import type { Ec2Operation } from "../../context.ts";
import { applyFilters } from "../../filters.ts";
import { pageOf, refuseIdsWithPages } from "../../paging.ts";
import { findInstances, instances } from "../records.ts";

/** Burstable instances that are named, or those with unlimited credits when none is named. */
export const describeInstanceCreditSpecifications: Ec2Operation<
  "DescribeInstanceCreditSpecifications"
> = async (input, context) => {
  const { InstanceIds: ids } = input;
  refuseIdsWithPages(ids, input, "instancesSet");
  const records = await context.store.transaction((tx) =>
    ids?.length ? findInstances(tx, context, ids) : instances.list(tx, context),
  );
  const shown = records.filter(({ cpuCredits, state }) =>
    ids?.length ? cpuCredits : cpuCredits === "unlimited" && state !== "terminated",
  );
  const { items, NextToken } = pageOf(
    applyFilters(shown, input.Filters, { "instance-id": (record) => record.instanceId }),
    input,
    (record) => record.instanceId,
  );
  return {
    InstanceCreditSpecifications: items.map((record) => ({
      InstanceId: record.instanceId,
      CpuCredits: record.cpuCredits,
    })),
    NextToken,
  };
};
