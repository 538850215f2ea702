/** The instance types that a mixed instances policy may launch, with their weights and prices. */
import type { Caller, Clients } from "#services/kit/service.ts";
import {
  onDemandPrice,
  spotDepth,
  spotPrice,
  type PricedType,
} from "#services/kit/facts/prices.ts";
import { validationError } from "../errors.ts";
import { mostPerDescribeTypes } from "../limits.ts";
import type { Offer } from "../planning/allocation.ts";
import type { LaunchTemplateRef, MixedPolicy, Override } from "./launch-records.ts";
import type { GroupRecord } from "../records.ts";
import { resolveTemplate } from "./source.ts";

type Group = Pick<GroupRecord, "zones" | "desiredCapacityType">;

export async function offersOf(
  clients: Clients,
  caller: Caller,
  group: Group,
  policy: MixedPolicy,
): Promise<Offer[]> {
  const overrides = policy.overrides.length > 0 ? policy.overrides : [{}];
  const named: { instanceType: string; override: Override }[] = [];
  for (const override of overrides)
    for (const instanceType of await typesOf(clients, caller, policy, override))
      if (!named.some((one) => one.instanceType === instanceType))
        named.push({ instanceType, override });
  const types = await describeTypes(
    clients,
    caller,
    named.map(({ instanceType }) => instanceType),
  );
  const offers = named.flatMap(({ instanceType, override }, rank): Offer[] => {
    const type = types.get(instanceType);
    if (!type) return [];
    return [
      {
        instanceType,
        weight: override.weight ?? unitsPer(group, override, type),
        rank,
        ...(override.launchTemplate && { launchTemplate: override.launchTemplate }),
        ...(override.imageId !== undefined && { imageId: override.imageId }),
        onDemandPrice: onDemandPrice(type),
        onDemand: true,
        spot: new Map(
          group.zones.map((zone) => [
            zone,
            { price: spotPrice(type, zone), depth: spotDepth(instanceType, zone) },
          ]),
        ),
      },
    ];
  });
  return overrides.some(({ requirements }) => requirements)
    ? protectPrices(offers, named, types)
    : offers;
}

/** DesiredCapacityType counts vCPUs or memory instead of instances; it goes with attributes only. */
function unitsPer({ desiredCapacityType }: Group, override: Override, type: PricedType): number {
  if (!override.requirements) return 1;
  if (desiredCapacityType === "vcpu") return type.vcpus;
  return desiredCapacityType === "memory-mib" ? type.memoryMiB : 1;
}

async function typesOf(
  clients: Clients,
  caller: Caller,
  policy: MixedPolicy,
  { instanceType, requirements, launchTemplate }: Override,
): Promise<string[]> {
  if (instanceType !== undefined) return [instanceType];
  const template = await resolveTemplate(clients, caller, launchTemplate ?? policy.launchTemplate);
  if (!requirements) {
    const { InstanceType } = template.data;
    if (InstanceType === undefined)
      throw validationError("The launch template must name an instance type, or overrides must.");
    return [InstanceType];
  }
  const { InstanceTypes = [] } = await clients
    .ec2(caller)
    .GetInstanceTypesFromInstanceRequirements({
      ArchitectureTypes: [await architectureOf(clients, caller, template.data.ImageId)],
      VirtualizationTypes: ["hvm"],
      InstanceRequirements: requirements as never,
    });
  return InstanceTypes.map((one) => one.InstanceType!);
}

async function architectureOf(clients: Clients, caller: Caller, imageId: string | undefined) {
  if (!imageId?.startsWith("ami-")) return "x86_64";
  const { Images = [] } = await clients.ec2(caller).DescribeImages({ ImageIds: [imageId] });
  return Images[0]?.Architecture ?? "x86_64";
}

async function describeTypes(
  clients: Clients,
  caller: Caller,
  names: readonly string[],
): Promise<Map<string, PricedType & { current: boolean }>> {
  const found = new Map<string, PricedType & { current: boolean }>();
  for (let start = 0; start < names.length; start += mostPerDescribeTypes) {
    const wanted = names.slice(start, start + mostPerDescribeTypes);
    const { InstanceTypes = [] } = await clients
      .ec2(caller)
      .DescribeInstanceTypes({ Filters: [{ Name: "instance-type", Values: wanted }] });
    for (const info of InstanceTypes)
      found.set(info.InstanceType!, {
        instanceType: info.InstanceType!,
        vcpus: info.VCpuInfo!.DefaultVCpus!,
        memoryMiB: info.MemoryInfo!.SizeInMiB!,
        current: info.CurrentGeneration ?? false,
      });
  }
  return found;
}

interface Protection {
  OnDemandMaxPricePercentageOverLowestPrice?: number;
  SpotMaxPricePercentageOverLowestPrice?: number;
  MaxSpotPriceAsPercentageOfOptimalOnDemandPrice?: number;
}

/** From this on a threshold means none. */
const noProtection = 999_999;

/**
 * Price protection: "the lowest priced current generation C, M, or R instance type with your specified
 * attributes" sets what is too expensive.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/create-mixed-instances-group-attribute-based-instance-type-selection.html
 */
function protectPrices(
  offers: readonly Offer[],
  named: readonly { instanceType: string; override: Override }[],
  types: ReadonlyMap<string, { current: boolean }>,
): Offer[] {
  const overrideOf = new Map(named.map(({ instanceType, override }) => [instanceType, override]));
  return offers.map((offer) => {
    const override = overrideOf.get(offer.instanceType)!;
    if (!override.requirements) return offer;
    const rules = override.requirements as Protection;
    const peers = offers.filter((one) => overrideOf.get(one.instanceType) === override);
    const current = peers.filter((one) => types.get(one.instanceType)?.current);
    const usual = current.filter((one) => /^[cmr]\d/.test(one.instanceType));
    const base = [usual, current, peers].find((list) => list.length > 0)!;
    const price = (one: Offer) => one.onDemandPrice / one.weight;
    const lowest = Math.min(...base.map(price));
    const limit = (percent: number, of: number) =>
      percent >= noProtection ? Infinity : of * (1 + percent / 100);
    const onDemandLimit = limit(rules.OnDemandMaxPricePercentageOverLowestPrice ?? 20, lowest);
    const ofOptimal = rules.MaxSpotPriceAsPercentageOfOptimalOnDemandPrice;
    const spot = [...offer.spot].filter(([zone, pool]) => {
      const lowestSpot = Math.min(...base.map((one) => one.spot.get(zone)!.price / one.weight));
      const spotLimit =
        ofOptimal === undefined
          ? limit(rules.SpotMaxPricePercentageOverLowestPrice ?? 100, lowestSpot)
          : ofOptimal >= noProtection
            ? Infinity
            : (lowest * ofOptimal) / 100;
      return pool.price / offer.weight <= spotLimit;
    });
    return { ...offer, onDemand: price(offer) <= onDemandLimit, spot: new Map(spot) };
  });
}

/** The templates of a policy, each once; instances of others are outdated. */
export function templatesOf({ launchTemplate, overrides }: MixedPolicy): LaunchTemplateRef[] {
  return [launchTemplate, ...overrides.flatMap((one) => one.launchTemplate ?? [])];
}
