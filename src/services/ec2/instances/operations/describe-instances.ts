import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Operation } from "../../context.ts";
import { applyFilters, type Filter } from "../../filters.ts";
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
    const filtered = ids?.length ? undefined : idsFiltered(Filters);
    const few = ids?.length === 1 || filtered !== undefined;
    const records = ids?.length
      ? await findInstances(tx, context, ids)
      : filtered
        ? await presentOf(tx, context, filtered)
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

/** So few are read one by one rather than all that there are. */
const fewIds = 50;

/** The ids that a filter names one by one; undefined when it leaves open which are meant. */
function idsFiltered(filters: readonly Filter[] | undefined): readonly string[] | undefined {
  const values = filters?.find(({ Name }) => Name === "instance-id")?.Values ?? [];
  const plain = values.length > 0 && values.length <= fewIds;
  return plain && values.every((value) => /^i-[0-9a-f]+$/.test(value)) ? values : undefined;
}

async function presentOf(tx: Transaction, scope: Scope, ids: readonly string[]) {
  const found = [];
  for (const id of new Set(ids)) {
    const record = await instances.get(tx, scope, id);
    if (record) found.push(record);
  }
  return found;
}
