/** What a fleet asks of RunInstances for one of its pools. */
import type { Transaction } from "#store/store.ts";
import type { LaunchContext } from "../context.ts";
import { launchRequest, type LaunchRequest } from "../instances/run/launch-request.ts";
import type { Pool } from "./allocate.ts";
import type { FleetOverride, FleetRecord } from "./records.ts";

export async function requestOf(
  tx: Transaction,
  context: LaunchContext,
  fleet: FleetRecord,
  pool: Pool,
  spot: boolean,
  count: number,
): Promise<LaunchRequest> {
  const { template, launch, overrides } = fleet.launches[pool.launch]!;
  const override: FleetOverride = overrides[pool.override] ?? {};
  const tag = fleet.kind === "ec2-fleet" ? "aws:ec2:fleet-id" : "aws:ec2spot:fleet-request-id";
  const tags = { [tag]: fleet.fleetId, ...fleet.instanceTags };
  const {
    InstanceMarketOptions: _market,
    TagSpecifications,
    ...merged
  } = await launchRequest(tx, context, {
    ...launch,
    MinCount: 1,
    MaxCount: count,
    InstanceType: pool.instanceType as LaunchRequest["InstanceType"],
    ...(template && { LaunchTemplate: template }),
    ...(override.ImageId && { ImageId: override.ImageId }),
    ...(override.BlockDeviceMappings && {
      BlockDeviceMappings: override.BlockDeviceMappings,
    }),
    ...placement(launch?.Placement, override, pool),
  });
  return {
    ...merged,
    TagSpecifications: withTags(TagSpecifications, tags),
    ...(spot && {
      InstanceMarketOptions: {
        MarketType: "spot",
        SpotOptions: {
          MaxPrice: String(pool.maxSpotPrice),
          InstanceInterruptionBehavior: fleet.spot.behavior,
          // Only what a persistent request brought can be stopped.
          SpotInstanceType: fleet.spot.behavior === "stop" ? "persistent" : "one-time",
        },
      },
    }),
  };
}

function placement(
  own: LaunchRequest["Placement"],
  { Placement }: FleetOverride,
  { zone, subnetId }: Pool,
): Pick<LaunchRequest, "Placement" | "SubnetId"> {
  return {
    ...(subnetId !== undefined && { SubnetId: subnetId }),
    Placement: { ...own, ...Placement, AvailabilityZone: zone },
  };
}

type Specifications = LaunchRequest["TagSpecifications"];

function withTags(specifications: Specifications, tags: Record<string, string>): Specifications {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const own = specifications?.find(({ ResourceType }) => ResourceType === "instance");
  const kept = own?.Tags?.filter(({ Key }) => Key === undefined || tags[Key] === undefined) ?? [];
  return [
    ...(specifications ?? []).filter((one) => one !== own),
    { ResourceType: "instance", Tags: [...kept, ...list] },
  ];
}
