import type { Ec2Operation } from "../../context.ts";
import { applyFilters } from "../../filters.ts";
import { instanceNetwork } from "../../network/instance-network.ts";
import { pageOf, refuseIdsWithPages } from "../../paging.ts";
import { describeReservations } from "../describe.ts";
import { instanceFilters } from "../filters.ts";
import { findInstances, instances } from "../records.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
export const describeInstances: Ec2Operation<"DescribeInstances"> = async (input, context) => {
  const { InstanceIds: ids, Filters } = input;
  refuseIdsWithPages(ids, input, "instancesSet");
  const rows = await context.store.transaction(async (tx) => {
    const few = ids?.length === 1;
    const records = ids?.length
      ? await findInstances(tx, context, ids)
      : await instances.list(tx, context);
    const all = few ? undefined : await instanceNetwork.allInterfaces(tx, context);
    const found = [];
    for (const record of records) {
      const { instanceId } = record;
      const interfaces = all
        ? (all.get(instanceId) ?? [])
        : await instanceNetwork.interfacesOf(tx, context, instanceId);
      found.push({ record, interfaces });
    }
    return found;
  });
  const filtered = applyFilters(rows, Filters, instanceFilters, ({ record }) => record.tags);
  // Instances of one launch stand together, in the order of their launch index.
  const { items, NextToken } = pageOf(
    filtered,
    input,
    ({ record }) =>
      `${record.reservationId}/${String(record.launchIndex).padStart(6, "0")}/${record.instanceId}`,
  );
  return { Reservations: describeReservations(items), NextToken };
};
