import type { Ec2Operation } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { applyFilters } from "../../filters.ts";
import { regions } from "#services/kit/facts/zones.ts";

/** All regions are enabled here, so AllRegions adds none. */
export const describeRegions: Ec2Operation<"DescribeRegions"> = async (input) => {
  const named = new Set(input.RegionNames);
  for (const name of named)
    if (!regions.some((region) => region.regionName === name))
      throw ec2Error("InvalidParameterValue", `Invalid region names: [${name}]`);
  const wanted = regions
    .filter((region) => named.size === 0 || named.has(region.regionName))
    .map((region) => ({
      RegionName: region.regionName,
      Endpoint: `ec2.${region.regionName}.amazonaws.com`,
      OptInStatus: region.optIn ? "opted-in" : "opt-in-not-required",
    }));
  return {
    Regions: applyFilters(wanted, input.Filters, {
      endpoint: (region) => region.Endpoint,
      "opt-in-status": (region) => region.OptInStatus,
      "region-name": (region) => region.RegionName,
    }),
  };
};
