import type { SpotPrice } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import { spotPriceAt, type PricedType } from "#services/kit/facts/prices.ts";
import { zonesOf } from "#services/kit/facts/zones.ts";
import type { Ec2Input, Ec2Operation } from "../context.ts";
import { applyFilters } from "../filters.ts";
import { pageOf } from "../paging.ts";
import { currentQuote } from "./market.ts";
import { marketRules } from "./records.ts";

/** "Up to the past 90 days." */
const dayMs = 86_400_000;
const longestMs = 90 * dayMs;

/**
 * The prices between two moments and the one that was there before the first. Without a start these
 * are the present ones. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html
 */
export const describeSpotPriceHistory: Ec2Operation<"DescribeSpotPriceHistory"> = async (
  input,
  context,
) => {
  const { instanceTypeNames, instanceTypeNamed } = await import("../instance-types/catalog.ts");
  const nowMs = context.clock.now();
  const patterns = input.Filters?.find(({ Name }) => Name === "instance-type")?.Values;
  const listed = input.InstanceTypes?.length ? input.InstanceTypes : instanceTypeNames;
  const wanted = listed.filter(
    (name) => !patterns || patterns.some((one) => one === name || /[*?\\]/.test(one)),
  );
  const named = input.Filters?.find(({ Name }) => Name === "availability-zone")?.Values;
  const zones = zonesOf(context.region)
    .map(({ zoneName }) => zoneName)
    .filter((zone) => input.AvailabilityZone === undefined || zone === input.AvailabilityZone)
    .filter((zone) => !named || named.some((one) => one === zone || /[*?\\]/.test(one)));
  const products = input.ProductDescriptions ?? [];
  const sold = products.length === 0 || products.some((one) => one.startsWith("Linux/UNIX"));
  const endMs = Math.min(input.EndTime?.getTime() ?? nowMs, nowMs);
  // Of all types together there are twenty thousand prices a day.
  const narrow =
    input.InstanceTypes?.length || input.Filters?.some(({ Name }) => Name === "instance-type");
  const startMs = Math.max(startOf(input, nowMs), endMs - (narrow ? longestMs : dayMs));
  const prices: SpotPrice[] = [];
  for (const name of sold ? wanted : []) {
    const info = instanceTypeNamed(name);
    if (!info?.SupportedUsageClasses?.includes("spot")) continue;
    const type = {
      instanceType: name,
      vcpus: info.VCpuInfo!.DefaultVCpus!,
      memoryMiB: info.MemoryInfo!.SizeInMiB!,
    };
    for (const zone of zones) prices.push(...history(type, zone, startMs, endMs));
  }
  const ruled = await context.store.transaction((tx) => marketRules.list(tx, context));
  if (endMs === nowMs && ruled.some(({ price }) => price !== undefined))
    await context.store.transaction(async (tx) => {
      for (const entry of prices) {
        const info = instanceTypeNamed(entry.InstanceType!)!;
        const type = {
          instanceType: entry.InstanceType!,
          vcpus: info.VCpuInfo!.DefaultVCpus!,
          memoryMiB: info.MemoryInfo!.SizeInMiB!,
        };
        const own = spotPriceAt(type, entry.AvailabilityZone!, nowMs);
        if (entry.Timestamp!.getTime() !== own.sinceMs) continue;
        const quote = await currentQuote(tx, context, type, entry.AvailabilityZone!, nowMs);
        if (quote.sinceMs === own.sinceMs) continue;
        entry.SpotPrice = quote.price.toFixed(6);
        entry.Timestamp = dateOf(quote.sinceMs);
      }
    });
  const filtered = applyFilters(prices, input.Filters, {
    "availability-zone": (price) => price.AvailabilityZone,
    "instance-type": (price) => price.InstanceType,
    "product-description": (price) => price.ProductDescription,
    "spot-price": (price) => price.SpotPrice,
    timestamp: (price) => price.Timestamp?.toISOString(),
  });
  // The newest first, as AWS lists them.
  const { items, NextToken } = pageOf(
    filtered,
    input,
    ({ InstanceType, AvailabilityZone, Timestamp }) =>
      `${1e14 - Timestamp!.getTime()}/${InstanceType}/${AvailabilityZone}`,
    { least: 1, usual: 1000 },
  );
  return { SpotPriceHistory: items, NextToken: NextToken ?? "" };
};

function startOf({ StartTime, EndTime }: Ec2Input<"DescribeSpotPriceHistory">, nowMs: number) {
  return StartTime?.getTime() ?? EndTime?.getTime() ?? nowMs;
}

function history(type: PricedType, zone: string, startMs: number, endMs: number): SpotPrice[] {
  const found: SpotPrice[] = [];
  for (let atMs = endMs; ;) {
    const { price, sinceMs } = spotPriceAt(type, zone, atMs);
    found.push({
      AvailabilityZone: zone,
      InstanceType: type.instanceType as SpotPrice["InstanceType"],
      ProductDescription: "Linux/UNIX",
      SpotPrice: price.toFixed(6),
      Timestamp: dateOf(sinceMs),
    });
    if (sinceMs <= startMs) return found;
    atMs = sinceMs - 1;
  }
}
