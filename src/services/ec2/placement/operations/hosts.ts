import type { Host } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import { zoneNamed, zonesOf } from "#services/kit/facts/zones.ts";
import type { Ec2Context, Ec2Operation } from "../../context.ts";
import {
  invalidParameterCombination,
  invalidParameterValue,
  invalidValueFor,
  invalidZone,
  missingParameter,
  unsupportedParameter,
} from "../../errors.ts";
import { applyFilters } from "../../filters.ts";
import { newId } from "../../ids.ts";
import type { InstanceRecord } from "../../instances/records.ts";
import { pageOf } from "../../paging.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import { hostNotFound, hosts, instancesOn, type HostRecord } from "../records.ts";

/** The whole machine under a family is as large as the largest size of it. */
async function sizeOf(asked: { InstanceType?: string; InstanceFamily?: string }) {
  const { instanceTypeNamed, instanceTypeNames } = await import("../../instance-types/catalog.ts");
  const family = asked.InstanceFamily ?? asked.InstanceType?.split(".")[0];
  const sizes = instanceTypeNames.filter((name) => name.startsWith(`${family}.`));
  const infos = sizes.map((name) => instanceTypeNamed(name)!);
  const supported = infos.filter(({ DedicatedHostsSupported }) => DedicatedHostsSupported);
  if (!family || supported.length === 0)
    throw asked.InstanceType
      ? invalidValueFor("instanceType", asked.InstanceType, "Invalid instance type.")
      : invalidValueFor("instanceFamily", family, "Invalid instance family.");
  if (asked.InstanceType && !sizes.includes(asked.InstanceType))
    throw invalidValueFor("instanceType", asked.InstanceType, "Invalid instance type.");
  const largest = supported.reduce((a, b) =>
    a.VCpuInfo!.DefaultVCpus! >= b.VCpuInfo!.DefaultVCpus! ? a : b,
  );
  return {
    instanceFamily: family,
    totalVcpus: largest.VCpuInfo!.DefaultVCpus!,
    cores: largest.VCpuInfo!.DefaultCores ?? largest.VCpuInfo!.DefaultVCpus!,
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AllocateHosts.html */
export const allocateHosts: Ec2Operation<"AllocateHosts"> = async (input, context) => {
  const { InstanceType, InstanceFamily, Quantity = 1 } = input;
  if (input.OutpostArn || input.AssetIds?.length) throw unsupportedParameter("OutpostArn");
  if (Boolean(InstanceType) === Boolean(InstanceFamily))
    throw invalidParameterCombination("Specify either InstanceType or InstanceFamily.");
  const zone =
    input.AvailabilityZone ??
    zonesOf(context.region).find(({ zoneId }) => zoneId === input.AvailabilityZoneId)?.zoneName;
  if (!zone) throw missingParameter("AvailabilityZone");
  if (!zoneNamed(context.region, zone)) throw invalidZone(zone);
  if (Quantity < 1)
    throw invalidParameterValue(`Value (${Quantity}) for parameter quantity is invalid.`);
  const size = await sizeOf({
    ...(InstanceType && { InstanceType }),
    ...(InstanceFamily && { InstanceFamily }),
  });
  const tags = tagsFor("dedicated-host", input.TagSpecifications, context.principal);
  const HostIds = Array.from({ length: Quantity }, () => newId(context.random, "h"));
  await context.store.transaction((tx) => {
    for (const hostId of HostIds)
      hosts.put(tx, context, [hostId], {
        hostId,
        zone,
        ...(InstanceType && { instanceType: InstanceType }),
        ...size,
        autoPlacement: input.AutoPlacement ?? "off",
        hostRecovery: input.HostRecovery ?? "off",
        hostMaintenance: input.HostMaintenance ?? "off",
        ...(input.ClientToken && { clientToken: input.ClientToken }),
        allocatedMs: context.clock.now(),
        tags,
      });
  });
  return { HostIds };
};

function describe(context: Ec2Context, host: HostRecord, on: readonly InstanceRecord[]): Host {
  const used = on.reduce((sum, { vcpus }) => sum + vcpus, 0);
  return {
    HostId: host.hostId,
    AutoPlacement: host.autoPlacement,
    AvailabilityZone: host.zone,
    AvailabilityZoneId: zoneNamed(context.region, host.zone)?.zoneId,
    AvailableCapacity: { AvailableVCpus: host.totalVcpus - used },
    ClientToken: host.clientToken,
    HostProperties: {
      Cores: host.cores,
      TotalVCpus: host.totalVcpus,
      ...(host.instanceType
        ? { InstanceType: host.instanceType }
        : { InstanceFamily: host.instanceFamily }),
    },
    Instances: on.map(({ instanceId, instanceType, ownerId }) => ({
      InstanceId: instanceId,
      InstanceType: instanceType,
      OwnerId: ownerId,
    })),
    State: host.releasedMs === undefined ? "available" : "released",
    AllocationTime: dateOf(host.allocatedMs),
    ReleaseTime: host.releasedMs === undefined ? undefined : dateOf(host.releasedMs),
    HostRecovery: host.hostRecovery,
    HostMaintenance: host.hostMaintenance,
    AllowsMultipleInstanceTypes: host.instanceType ? "off" : "on",
    OwnerId: context.account,
    Tags: shownTags(host.tags),
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeHosts.html */
export const describeHosts: Ec2Operation<"DescribeHosts"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const ids = input.HostIds ?? [];
    const all = await hosts.list(tx, context);
    for (const id of ids) if (!all.some(({ hostId }) => hostId === id)) throw hostNotFound(id);
    const wanted = applyFilters(
      ids.length === 0 ? all : all.filter(({ hostId }) => ids.includes(hostId)),
      input.Filter,
      {
        "auto-placement": (host) => host.autoPlacement,
        "availability-zone": (host) => host.zone,
        "client-token": (host) => host.clientToken,
        "host-reservation-id": () => undefined,
        "instance-type": (host) => host.instanceType,
        state: (host) => (host.releasedMs === undefined ? "available" : "released"),
      },
      (host) => host.tags,
    );
    const { items, NextToken } = pageOf(wanted, input, ({ hostId }) => hostId, { most: 500 });
    const Hosts = [];
    for (const host of items)
      Hosts.push(describe(context, host, await instancesOn(tx, context, host.hostId)));
    return { Hosts, NextToken };
  });

const unsuccessful = (ResourceId: string, Code: string, Message: string) => ({
  ResourceId,
  Error: { Code, Message },
});

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyHosts.html */
export const modifyHosts: Ec2Operation<"ModifyHosts"> = async (input, context) => {
  const { InstanceType, InstanceFamily } = input;
  const size =
    InstanceType || InstanceFamily
      ? await sizeOf({
          ...(InstanceType && { InstanceType }),
          ...(InstanceFamily && { InstanceFamily }),
        })
      : undefined;
  return context.store.transaction(async (tx) => {
    const Successful = [];
    const Unsuccessful = [];
    for (const id of input.HostIds ?? []) {
      const host = await hosts.get(tx, context, id);
      if (!host || host.releasedMs !== undefined) {
        const { code, message } = hostNotFound(id);
        Unsuccessful.push(unsuccessful(id, code, message));
        continue;
      }
      const { instanceType, ...rest } = host;
      const type = size ? InstanceType : instanceType;
      hosts.put(tx, context, [id], {
        ...rest,
        ...size,
        ...(type && { instanceType: type }),
        autoPlacement: input.AutoPlacement ?? host.autoPlacement,
        hostRecovery: input.HostRecovery ?? host.hostRecovery,
        hostMaintenance: input.HostMaintenance ?? host.hostMaintenance,
      });
      Successful.push(id);
    }
    return { Successful, Unsuccessful };
  });
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseHosts.html */
export const releaseHosts: Ec2Operation<"ReleaseHosts"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const Successful = [];
    const Unsuccessful = [];
    for (const id of input.HostIds ?? []) {
      const host = await hosts.get(tx, context, id);
      if (!host) {
        const { code, message } = hostNotFound(id);
        Unsuccessful.push(unsuccessful(id, code, message));
      } else if ((await instancesOn(tx, context, id)).length > 0)
        Unsuccessful.push(
          unsuccessful(
            id,
            "Client.InvalidHost.Occupied",
            `Dedicated host ${id} cannot be released as it is occupied.`,
          ),
        );
      else {
        hosts.put(tx, context, [id], { ...host, releasedMs: context.clock.now() });
        Successful.push(id);
      }
    }
    return { Successful, Unsuccessful };
  });
