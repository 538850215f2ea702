import type { Transaction } from "#store/store.ts";
import { AwsError } from "#model/error.ts";
import type { Ec2Operation, LaunchContext } from "../../context.ts";
import { insufficientInstanceCapacity, invalidParameterValue } from "../../errors.ts";
import { darkZones } from "../../faults/records.ts";
import { findByToken, rememberToken } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import type { InterfaceFacts } from "../../instance-network.ts";
import { instanceNetwork } from "../../network/instance-network.ts";
import { subnets } from "../../network/records.ts";
import { placementFor, reservationWish, reserve } from "../../placement/place.ts";
import { checkPrice, pricedOf } from "../../spot/market.ts";
import { spotRequests } from "../../spot/records.ts";
import { fulfilledRequest } from "../../spot/request.ts";
import { tagsFor } from "../../tags.ts";
import type { BlockDevice } from "../../volumes/block-devices.ts";
import { encryptsByDefault } from "../../volumes/encryption-by-default.ts";
import { makeVolumes } from "../../volumes/make-volumes.ts";
import { describeReservations, type InstanceRow } from "../describe.ts";
import { namedBy } from "../private-names.ts";
import { instances, type InstanceRecord } from "../records.ts";
import { blueprint, prepare, type Blueprint, type Preparation } from "../run/blueprint.ts";
import {
  interfaceRequests,
  notForSeveral,
  privateAddressLimitExceeded,
} from "../run/interfaces.ts";
import { checkCounts, launchRequest, type LaunchRequest } from "../run/launch-request.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html */
export const runInstances: Ec2Operation<"RunInstances"> = async (input, context) => {
  const counts = checkCounts(input);
  const request = await context.store.transaction((tx) => launchRequest(tx, context, input));
  const prepared = await prepare(context, request);
  const rows = await context.store.transaction(async (tx) => {
    const { ClientToken } = input;
    const earlier = await findByToken(tx, context, "RunInstances", ClientToken, input);
    if (earlier !== undefined) return readReservation(tx, context, earlier);
    const reservationId = newId(context.random, "r");
    const launched = await launch(tx, context, request, prepared, counts, reservationId);
    rememberToken(tx, context, "RunInstances", ClientToken, input, reservationId);
    return launched;
  });
  return { ...describeReservations(rows)[0] };
};

/** Launches all or none; `spotRequestId` names the Spot request that is fulfilled, where it was there before. */
export async function launch(
  tx: Transaction,
  context: LaunchContext,
  request: LaunchRequest,
  prepared: Preparation,
  { least, most }: { least: number; most: number },
  reservationId: string,
  spotRequestId?: string,
): Promise<InstanceRow[]> {
  const { base, devices: asked } = await blueprint(tx, context, request, prepared);
  const encrypts = await encryptsByDefault(tx, context);
  const devices = asked.map((device) => {
    const encrypted = encrypts || device.encrypted;
    const kmsKeyId = device.kmsKeyId ?? (encrypted ? prepared.volumeKey : undefined);
    return { ...device, encrypted, ...(kmsKeyId !== undefined && { kmsKeyId }) };
  });
  if (most > 1 && request.PrivateIpAddress) throw notForSeveral("privateIpAddress");
  const interfaceCount = request.NetworkInterfaces?.length ?? 1;
  if (interfaceCount > prepared.facts.maximumInterfaces)
    throw invalidParameterValue(
      `Interface count ${interfaceCount} exceeds the limit for ${prepared.instanceType}`,
    );
  const rows: InstanceRow[] = [];
  for (let index = 0; index < most; index++)
    try {
      const name = { reservationId, launchIndex: index };
      rows.push(
        await launchOne(
          tx,
          context,
          request,
          prepared,
          { ...base, ...name },
          devices,
          spotRequestId,
        ),
      );
    } catch (error) {
      // AWS launches as many as it can, once the minimum is reached.
      const full = error instanceof AwsError && error.code === "InsufficientFreeAddressesInSubnet";
      if (full && rows.length >= least) break;
      throw error;
    }
  return rows;
}

/** The tags that one request may carry for the things a launch makes. */
const taggable = ["instance", "volume", "network-interface", "spot-instances-request"];

async function launchOne(
  tx: Transaction,
  context: LaunchContext,
  request: LaunchRequest,
  { profile, market, instanceType, facts }: Preparation,
  base: Blueprint & Pick<InstanceRecord, "reservationId" | "launchIndex">,
  devices: readonly BlockDevice[],
  fulfilled: string | undefined,
): Promise<InstanceRow> {
  const { random, principal } = context;
  const instanceId = newId(random, "i");
  const now = base.launchedMs;
  const tags = (kind: string) => tagsFor(kind, request.TagSpecifications, principal, taggable);
  const interfaces = await instanceNetwork.attach(
    tx,
    context,
    { random, now },
    interfaceRequests(request, instanceId, tags("network-interface")),
  );
  if (interfaces.some((one) => one.secondaryPrivateIps.length >= facts.addressesPerInterface))
    throw privateAddressLimitExceeded();
  const primary = interfaces.find((one) => one.deviceIndex === 0)!;
  const zone = request.Placement?.AvailabilityZone;
  if (zone && zone !== primary.availabilityZone)
    throw invalidParameterValue(
      `Value (${zone}) for parameter availabilityZone is invalid. Subnet '${primary.subnetId}' is in the availability zone ${primary.availabilityZone}`,
    );
  if ((await darkZones(tx, context)).has(primary.availabilityZone))
    throw insufficientInstanceCapacity(base.instanceType, primary.availabilityZone);
  if (market)
    await checkPrice(tx, context, market, pricedOf(instanceType, facts), primary.availabilityZone);
  const standing = { ...base, zone: primary.availabilityZone };
  const placement = await placementFor(tx, context, request.Placement ?? {}, standing);
  const wish = reservationWish(request.CapacityReservationSpecification);
  const capacityReservationId = await reserve(
    tx,
    context,
    wish,
    { ...standing, spot: market !== undefined },
    now,
  );
  const spotRequestId = market && (fulfilled ?? newId(random, "sir"));
  const record: InstanceRecord = {
    ...base,
    instanceId,
    ...(spotRequestId !== undefined && {
      spotRequestId,
      ...(market?.persistent && { spotPersistent: true }),
    }),
    ...(profile && {
      profile: { ...profile, associationId: newId(random, "iip-assoc"), associatedMs: now },
    }),
    zone: primary.availabilityZone,
    ...(placement && { placement }),
    ...(wish && { reservationWish: wish }),
    ...(capacityReservationId !== undefined && { capacityReservationId }),
    subnetId: primary.subnetId,
    vpcId: primary.vpcId,
    privateIp: primary.privateIp,
    ...(await namesFor(tx, context, request, primary, instanceId)),
    blockDevices: await makeVolumes(tx, context, devices, {
      instanceId,
      rootDeviceName: base.rootDeviceName,
      zone: primary.availabilityZone,
      now,
      tags: tags("volume"),
    }),
    tags: {
      ...(request.template && {
        "aws:ec2launchtemplate:id": request.template.id,
        "aws:ec2launchtemplate:version": String(request.template.version),
      }),
      ...tags("instance"),
    },
  };
  instances.put(tx, context, [instanceId], record);
  if (market && spotRequestId !== undefined && fulfilled === undefined)
    spotRequests.put(tx, context, [spotRequestId], {
      ...fulfilledRequest(spotRequestId, request, market, record, now),
      tags: tags("spot-instances-request"),
    });
  return { record, interfaces };
}

/** Where nothing is asked for, the subnet has an opinion. */
async function namesFor(
  tx: Transaction,
  context: LaunchContext,
  { PrivateDnsNameOptions: wanted }: LaunchRequest,
  { subnetId, privateIp }: InterfaceFacts,
  instanceId: string,
) {
  const subnet = await subnets.get(tx, context, subnetId);
  return namedBy(
    context.region,
    { instanceId, privateIp },
    {
      hostnameType: wanted?.HostnameType ?? subnet?.hostnameType ?? "ip-name",
      aRecord: wanted?.EnableResourceNameDnsARecord ?? subnet?.resourceNameARecord ?? false,
      aaaaRecord:
        wanted?.EnableResourceNameDnsAAAARecord ?? subnet?.resourceNameAaaaRecord ?? false,
    },
  );
}

async function readReservation(
  tx: Transaction,
  context: LaunchContext,
  reservationId: string,
): Promise<InstanceRow[]> {
  const rows: InstanceRow[] = [];
  for (const record of await instances.list(tx, context))
    if (record.reservationId === reservationId)
      rows.push({
        record,
        interfaces: await instanceNetwork.interfacesOf(tx, context, record.instanceId),
      });
  return rows.sort((a, b) => a.record.launchIndex - b.record.launchIndex);
}
