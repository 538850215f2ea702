import type { InstanceTypeOffering } from "@aws-sdk/client-ec2";
import type { Ec2Operation } from "../../context.ts";
import { applyFilters } from "../../filters.ts";
import { pageOf } from "../../paging.ts";
import { zonesOf } from "#services/kit/facts/zones.ts";

/** Every type is offered everywhere; on AWS some zones lack some. */
export const describeInstanceTypeOfferings: Ec2Operation<"DescribeInstanceTypeOfferings"> = async (
  input,
  context,
) => {
  const { instanceTypeNames } = await import("../catalog.ts");
  const LocationType = input.LocationType ?? "region";
  const zones = zonesOf(context.region);
  const locations =
    LocationType === "availability-zone"
      ? zones.map((zone) => zone.zoneName)
      : LocationType === "availability-zone-id"
        ? zones.map((zone) => zone.zoneId)
        : LocationType === "region"
          ? [context.region]
          : [];
  const offerings = locations.flatMap((Location) =>
    instanceTypeNames.map(
      (InstanceType) => ({ InstanceType, LocationType, Location }) as InstanceTypeOffering,
    ),
  );
  const { items, NextToken } = pageOf(
    applyFilters(offerings, input.Filters, {
      "instance-type": (offering) => offering.InstanceType,
      location: (offering) => offering.Location,
    }),
    input,
    (offering) => `${offering.Location}/${offering.InstanceType}`,
    { least: 5, most: 1000, usual: 1000 },
  );
  return { InstanceTypeOfferings: items, NextToken };
};
