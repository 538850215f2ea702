import type { SpotPrice } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import { spotPrice } from "#services/kit/facts/prices.ts";
import { zonesOf } from "#services/kit/facts/zones.ts";
import type { Ec2Operation } from "../context.ts";
import { applyFilters } from "../filters.ts";
import { pageOf } from "../paging.ts";

const hourMs = 3_600_000;

/** Prices stand still here, so there is one entry per pool. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html */
export const describeSpotPriceHistory: Ec2Operation<"DescribeSpotPriceHistory"> = async (
  input,
  context,
) => {
  const { instanceTypeNames, instanceTypeNamed } = await import("../instance-types/catalog.ts");
  const nowMs = context.clock.now();
  const wanted = input.InstanceTypes?.length ? input.InstanceTypes : instanceTypeNames;
  const zones = zonesOf(context.region)
    .map(({ zoneName }) => zoneName)
    .filter((zone) => input.AvailabilityZone === undefined || zone === input.AvailabilityZone);
  const products = input.ProductDescriptions ?? [];
  const sold = products.length === 0 || products.some((one) => one.startsWith("Linux/UNIX"));
  const prices: SpotPrice[] = [];
  for (const name of sold ? wanted : []) {
    const info = instanceTypeNamed(name);
    if (!info?.SupportedUsageClasses?.includes("spot")) continue;
    const type = {
      instanceType: name,
      vcpus: info.VCpuInfo!.DefaultVCpus!,
      memoryMiB: info.MemoryInfo!.SizeInMiB!,
    };
    for (const AvailabilityZone of zones)
      prices.push({
        AvailabilityZone,
        InstanceType: name as SpotPrice["InstanceType"],
        ProductDescription: "Linux/UNIX",
        SpotPrice: spotPrice(type, AvailabilityZone).toFixed(6),
        Timestamp: dateOf(nowMs - (nowMs % hourMs)),
      });
  }
  const filtered = applyFilters(prices, input.Filters, {
    "availability-zone": (price) => price.AvailabilityZone,
    "instance-type": (price) => price.InstanceType,
    "product-description": (price) => price.ProductDescription,
    "spot-price": (price) => price.SpotPrice,
    timestamp: (price) => price.Timestamp?.toISOString(),
  });
  const { items, NextToken } = pageOf(
    filtered,
    input,
    ({ InstanceType, AvailabilityZone }) => `${InstanceType}/${AvailabilityZone}`,
    { least: 1, usual: 1000 },
  );
  return { SpotPriceHistory: items, NextToken: NextToken ?? "" };
};
