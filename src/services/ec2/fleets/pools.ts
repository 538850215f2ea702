/** The pools that a fleet's launches and overrides name, with what they cost now. */
import type { InstanceRequirementsRequest, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { onDemandPrice, spotDepth } from "#services/kit/facts/prices.ts";
import type { Transaction } from "#store/store.ts";
import type { LaunchContext } from "../context.ts";
import { invalidParameterValue, invalidValueFor } from "../errors.ts";
import { findImage } from "../images/records.ts";
import { protectPrices, type Protected } from "../instance-types/price-protection.ts";
import { resolveImageId } from "../instances/run/image-id.ts";
import { findTemplate, findVersion } from "../launch-templates/records.ts";
import { ensureDefaultVpc, findDefaultVpc } from "../network/default-vpc.ts";
import { find, kinds } from "../network/kinds.ts";
import { subnets } from "../network/records.ts";
import { currentQuote } from "../spot/market.ts";
import type { SpotLaunch } from "../spot/records.ts";
import type { Pool } from "./allocate.ts";
import type { FleetLaunch, FleetOverride, FleetRecord } from "./records.ts";

interface Source {
  data: Partial<SpotLaunch>;
  requirements: InstanceRequirementsRequest | undefined;
}

interface Place {
  zone: string;
  subnetId?: string;
}

/** Throws AWS's errors for templates, types and subnets that are not there. */
export async function poolsOf(context: LaunchContext, fleet: FleetRecord): Promise<Pool[]> {
  const catalog = await import("../instance-types/catalog.ts");
  const { findTypes } = await import("../instance-types/find-types.ts");
  const sources: (Source & { architecture: string })[] = [];
  for (const launch of fleet.launches) {
    const source = await context.store.transaction((tx) => sourceOf(tx, context, launch));
    sources.push({ ...source, architecture: await architectureOf(context, source.data.ImageId) });
  }
  const typesOf = (launch: number, override: FleetOverride): InstanceTypeInfo[] => {
    const { data, requirements, architecture } = sources[launch]!;
    const wanted =
      override.InstanceRequirements ?? (override.InstanceType ? undefined : requirements);
    if (wanted) return findTypes([architecture], ["hvm"], wanted);
    const name = override.InstanceType ?? data.InstanceType;
    if (name === undefined)
      throw invalidParameterValue(
        "An instance type or instance requirements must be specified in the launch template or in the overrides.",
      );
    const info = catalog.instanceTypeNamed(name);
    if (!info) throw invalidValueFor("instanceType", name, "Invalid instance type.");
    return [info];
  };
  const nowMs = context.clock.now();
  return context.store.transaction(async (tx) => {
    const pools: Pool[] = [];
    for (const [launch, { overrides }] of fleet.launches.entries())
      for (const [index, override] of (overrides.length > 0 ? overrides : [{}]).entries()) {
        const { data, requirements } = sources[launch]!;
        const types = typesOf(launch, override);
        const wanted = override.InstanceType
          ? override.InstanceRequirements
          : (override.InstanceRequirements ?? requirements);
        for (const place of await placesOf(tx, context, override, data)) {
          const rules = wanted && protectPrices(types, wanted, place.zone);
          for (const info of types)
            pools.push(
              await poolOf(tx, context, fleet, info, {
                launch,
                index,
                override,
                place,
                allowed: rules?.get(info.InstanceType!),
                byAttributes: wanted !== undefined,
                nowMs,
              }),
            );
        }
      }
    return pools;
  });
}

async function poolOf(
  tx: Transaction,
  context: LaunchContext,
  fleet: FleetRecord,
  info: InstanceTypeInfo,
  at: {
    launch: number;
    index: number;
    override: FleetOverride;
    place: Place;
    allowed: Protected | undefined;
    byAttributes: boolean;
    nowMs: number;
  },
): Promise<Pool> {
  const { override, place, allowed } = at;
  const type = {
    instanceType: info.InstanceType!,
    vcpus: info.VCpuInfo!.DefaultVCpus!,
    memoryMiB: info.MemoryInfo!.SizeInMiB!,
  };
  const unit = !at.byAttributes
    ? 1
    : fleet.unit === "vcpu"
      ? type.vcpus
      : fleet.unit === "memory-mib"
        ? type.memoryMiB
        : 1;
  const weight = override.WeightedCapacity ?? unit;
  const quote = await currentQuote(tx, context, type, place.zone, at.nowMs);
  const listed = onDemandPrice(type);
  const own = override.MaxPrice ? Number(override.MaxPrice) : undefined;
  // A price is meant for an instance, and with weights for a unit.
  const perUnit = own ?? fleet.spot.maxPrice;
  const usages = info.SupportedUsageClasses ?? [];
  return {
    launch: at.launch,
    override: at.index,
    instanceType: type.instanceType,
    zone: place.zone,
    ...(place.subnetId !== undefined && { subnetId: place.subnetId }),
    weight,
    priority: override.Priority ?? Number.MAX_SAFE_INTEGER,
    onDemandPrice: listed,
    spotPrice: quote.price,
    depth: spotDepth(type.instanceType, place.zone),
    maxSpotPrice: perUnit === undefined ? listed : perUnit * weight,
    onDemand: (allowed?.onDemand ?? true) && usages.includes("on-demand"),
    spot: (allowed?.spot ?? true) && usages.includes("spot"),
  };
}

async function sourceOf(
  tx: Transaction,
  context: LaunchContext,
  { template, launch }: FleetLaunch,
): Promise<Source> {
  if (!template) return { data: launch ?? {}, requirements: undefined };
  const found = await findTemplate(tx, context, template);
  const { data } = await findVersion(tx, context, found, template.Version);
  return { data: data as Partial<SpotLaunch>, requirements: data.InstanceRequirements };
}

async function architectureOf(context: LaunchContext, imageId: string | undefined) {
  if (!imageId) return "x86_64";
  const id = await resolveImageId(context, imageId);
  return (await context.store.transaction((tx) => findImage(tx, context, id))).architecture;
}

/** Subnets, zones, or the default subnets of all zones; several of them stand in one text. */
async function placesOf(
  tx: Transaction,
  context: LaunchContext,
  override: FleetOverride,
  data: Partial<SpotLaunch>,
): Promise<Place[]> {
  await ensureDefaultVpc(tx, context);
  const list = (text: string | undefined) => text?.split(/\s*,\s*/).filter(Boolean) ?? [];
  const own = list(override.SubnetId);
  const zones = list(override.AvailabilityZone ?? override.Placement?.AvailabilityZone);
  const inherited = [data.SubnetId ?? data.NetworkInterfaces?.[0]?.SubnetId].flatMap(list);
  const subnetIds = own.length > 0 ? own : zones.length > 0 ? [] : inherited;
  const places: Place[] = [];
  for (const subnetId of subnetIds)
    places.push({ zone: (await find(tx, context, kinds.subnet, subnetId)).zoneName, subnetId });
  if (places.length > 0) return places;
  const wanted = zones.length > 0 ? zones : list(data.Placement?.AvailabilityZone);
  const vpc = await findDefaultVpc(tx, context);
  const defaults = (await subnets.list(tx, context)).filter(
    (subnet) => subnet.vpcId === vpc?.vpcId && subnet.defaultForAz,
  );
  const zoneNames = defaults.map(({ zoneName }) => zoneName).sort();
  return (wanted.length > 0 ? wanted : zoneNames).map((zone) => ({ zone }));
}
