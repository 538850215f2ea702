/**
 * Keeps expensive types out of what attributes find: thresholds over the cheapest current type of the
 * C, M and R families. Pure.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-fleet-attribute-based-instance-type-selection.html#ec2fleet-abs-price-protection
 */
import type { InstanceRequirements, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { onDemandPrice, spotPrice } from "#services/kit/facts/prices.ts";

type Thresholds = Pick<
  InstanceRequirements,
  | "OnDemandMaxPricePercentageOverLowestPrice"
  | "SpotMaxPricePercentageOverLowestPrice"
  | "MaxSpotPriceAsPercentageOfOptimalOnDemandPrice"
>;

/** From this on a threshold means none. */
const noProtection = 999_999;

export interface Protected {
  onDemand: boolean;
  spot: boolean;
}

/** By type: whether it may be bought on demand and on the Spot market of the zone. */
export function protectPrices(
  types: readonly InstanceTypeInfo[],
  rules: Thresholds,
  zone: string,
): Map<string, Protected> {
  const priced = types.map((info) => {
    const type = {
      instanceType: info.InstanceType!,
      vcpus: info.VCpuInfo!.DefaultVCpus!,
      memoryMiB: info.MemoryInfo!.SizeInMiB!,
    };
    return {
      name: type.instanceType,
      current: info.CurrentGeneration ?? false,
      onDemand: onDemandPrice(type),
      spot: spotPrice(type, zone),
    };
  });
  const current = priced.filter((one) => one.current);
  const usual = current.filter(({ name }) => /^[cmr]\d/.test(name));
  const base = [usual, current, priced].find((list) => list.length > 0) ?? [];
  const lowest = Math.min(...base.map(({ onDemand }) => onDemand));
  const lowestSpot = Math.min(...base.map(({ spot }) => spot));
  const limit = (percent: number, of: number) =>
    percent >= noProtection ? Infinity : of * (1 + percent / 100);
  const onDemandLimit = limit(rules.OnDemandMaxPricePercentageOverLowestPrice ?? 20, lowest);
  const ofOptimal = rules.MaxSpotPriceAsPercentageOfOptimalOnDemandPrice;
  const spotLimit =
    ofOptimal === undefined
      ? limit(rules.SpotMaxPricePercentageOverLowestPrice ?? 100, lowestSpot)
      : ofOptimal >= noProtection
        ? Infinity
        : (lowest * ofOptimal) / 100;
  return new Map(
    priced.map(({ name, onDemand, spot }) => [
      name,
      { onDemand: onDemand <= onDemandLimit, spot: spot <= spotLimit },
    ]),
  );
}
