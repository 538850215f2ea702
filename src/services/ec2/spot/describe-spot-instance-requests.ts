import type { SpotInstanceRequest } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation } from "../context.ts";
import { applyFilters } from "../filters.ts";
import { instances, type InstanceRecord } from "../instances/records.ts";
import { pageOf } from "../paging.ts";
import { shownTags } from "../tags.ts";
import { spotRequestNotFound, spotRequests, type SpotRequestRecord } from "./records.ts";

interface Row {
  record: SpotRequestRecord;
  instance: InstanceRecord | undefined;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-request-status.html */
function statusOf({ record, instance }: Row): {
  state: "active" | "closed" | "cancelled";
  code: string;
} {
  const ended = !instance || ["shutting-down", "terminated"].includes(instance.state);
  if (record.cancelled)
    return {
      state: "cancelled",
      code: ended ? "request-canceled" : "request-canceled-and-instance-running",
    };
  return ended
    ? { state: "closed", code: "instance-terminated-by-user" }
    : { state: "active", code: "fulfilled" };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotInstanceRequests.html */
export const describeSpotInstanceRequests: Ec2Operation<"DescribeSpotInstanceRequests"> = async (
  input,
  context,
) => {
  const ids = input.SpotInstanceRequestIds ?? [];
  const rows = await context.store.transaction(async (tx) => {
    const all = await spotRequests.list(tx, context);
    for (const id of ids)
      if (!all.some(({ requestId }) => requestId === id)) throw spotRequestNotFound(id);
    const found: Row[] = [];
    for (const record of all)
      if (ids.length === 0 || ids.includes(record.requestId))
        found.push({ record, instance: await instances.get(tx, context, record.instanceId) });
    return found;
  });
  const wanted = applyFilters(
    rows,
    input.Filters,
    {
      "spot-instance-request-id": ({ record }) => record.requestId,
      "instance-id": ({ record }) => record.instanceId,
      "launch.instance-type": ({ record }) => record.instanceType,
      "launch.image-id": ({ record }) => record.imageId,
      "launched-availability-zone": ({ record }) => record.zone,
      "network-interface.subnet-id": ({ record }) => record.subnetId,
      "spot-price": ({ record }) => record.maxPrice,
      "status-code": (row) => statusOf(row).code,
      state: (row) => statusOf(row).state,
      type: () => "one-time",
    },
    ({ record }) => record.tags,
  );
  const { items, NextToken } = pageOf(wanted, input, ({ record }) => record.requestId);
  return { SpotInstanceRequests: items.map(describeRequest), NextToken };
};

function describeRequest(row: Row): SpotInstanceRequest {
  const { record } = row;
  const { state, code } = statusOf(row);
  return {
    SpotInstanceRequestId: record.requestId,
    InstanceId: record.instanceId,
    CreateTime: dateOf(record.createdMs),
    State: state,
    Status: {
      Code: code,
      Message:
        code === "fulfilled"
          ? "Your Spot request is fulfilled."
          : code === "instance-terminated-by-user"
            ? "Your Spot Instance was terminated by user."
            : "Your Spot request is canceled.",
      UpdateTime: dateOf(row.instance?.terminatedMs ?? record.createdMs),
    },
    SpotPrice: record.maxPrice,
    Type: "one-time",
    InstanceInterruptionBehavior: "terminate",
    LaunchedAvailabilityZone: record.zone,
    ProductDescription: "Linux/UNIX",
    LaunchSpecification: {
      ImageId: record.imageId,
      InstanceType: record.instanceType as "t3.micro",
      Placement: { AvailabilityZone: record.zone },
      SubnetId: record.subnetId,
    },
    Tags: shownTags(record.tags),
  };
}

/** Cancelling leaves the instance running. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CancelSpotInstanceRequests.html */
export const cancelSpotInstanceRequests: Ec2Operation<"CancelSpotInstanceRequests"> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const ids = input.SpotInstanceRequestIds ?? [];
    for (const id of ids) {
      const record = await spotRequests.get(tx, context, id);
      if (!record) throw spotRequestNotFound(id);
      spotRequests.put(tx, context, [id], { ...record, cancelled: true });
    }
    return {
      CancelledSpotInstanceRequests: ids.map((SpotInstanceRequestId) => ({
        SpotInstanceRequestId,
        State: "cancelled" as const,
      })),
    };
  });
