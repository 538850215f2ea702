/** Metadata facts from EC2's own records. */
import type { Store, Transaction } from "#store/store.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import type { InterfaceFacts } from "../instance-network.ts";
import { eventsOf } from "../instance-events/records.ts";
import { instances } from "../instances/records.ts";
import { instanceNetwork } from "../network/instance-network.ts";
import { subnets, vpcs } from "../network/records.ts";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import { interruptions, type InterruptionRecord } from "../spot/records.ts";
import type { MetadataInterface, MetadataSource, MetadataSpot } from "./metadata-source.ts";

export function createRecordSource(store: Store): MetadataSource {
  return {
    describe: (scope, instanceId) =>
      store.transaction(async (tx) => {
        const record = await instances.get(tx, scope, instanceId);
        if (!record || record.state === "terminated") return undefined;
        const attached = await instanceNetwork.interfacesOf(tx, scope, instanceId);
        const interfaces: MetadataInterface[] = [];
        for (const one of attached) interfaces.push(await describeInterface(tx, scope, one));
        const { keyName, publicKey, rootDeviceName } = record;
        return {
          instanceId,
          accountId: record.ownerId,
          region: scope.region,
          zone: record.zone,
          zoneId: zoneNamed(scope.region, record.zone)?.zoneId,
          imageId: record.imageId,
          launchIndex: record.launchIndex,
          launchedMs: record.launchedMs,
          instanceType: record.instanceType,
          architecture: record.architecture,
          reservationId: record.reservationId,
          privateIp: record.privateIp,
          privateDnsName: record.privateDnsName,
          interfaces,
          rootDeviceName,
          otherDeviceNames: record.blockDevices
            .map(({ deviceName }) => deviceName)
            .filter((name) => name !== rootDeviceName),
          publicKey:
            keyName === undefined || publicKey === undefined
              ? undefined
              : { name: keyName, line: publicKey },
          profile: record.profile,
          userData: record.userData,
          tags: record.tags,
          events: await eventsOf(tx, scope, instanceId),
          placement: record.placement,
          hypervisor: record.hypervisor,
          monitoring: record.monitoring,
          spot:
            record.spotRequestId === undefined
              ? undefined
              : spotFacts(await interruptions.get(tx, scope, instanceId)),
          options: record.metadataOptions,
        };
      }),
    list: () =>
      store.transaction(async (tx) => {
        const found: { scope: Scope; instanceId: string }[] = [];
        for (const scope of await listScopes(tx))
          for (const { instanceId, state } of await instances.list(tx, scope))
            if (state === "running" || state === "stopping") found.push({ scope, instanceId });
        return found;
      }),
  };
}

/** What was told of an interruption; what is only planned nobody reads. */
function spotFacts(interruption: InterruptionRecord | undefined): MetadataSpot {
  if (!interruption?.told.rebalance) return {};
  const { told, startedMs, interruptMs, action } = interruption;
  return {
    rebalanceMs: startedMs,
    ...(told.warning &&
      interruptMs !== undefined && { interruption: { action, timeMs: interruptMs } }),
  };
}

async function describeInterface(
  tx: Transaction,
  scope: Scope,
  one: InterfaceFacts,
): Promise<MetadataInterface> {
  const subnet = await subnets.get(tx, scope, one.subnetId);
  const vpc = await vpcs.get(tx, scope, one.vpcId);
  return {
    networkInterfaceId: one.networkInterfaceId,
    deviceIndex: one.deviceIndex,
    macAddress: one.macAddress,
    subnetId: one.subnetId,
    subnetCidr: subnet?.cidr,
    vpcId: one.vpcId,
    vpcCidrs: vpc?.cidrs.map(({ cidr }) => cidr) ?? [],
    privateIps: [one.privateIp, ...one.secondaryPrivateIps],
    privateDnsName: one.privateDnsName,
    publicIp: one.publicIp,
    publicDnsName: one.publicDnsName,
    groups: one.groups,
  };
}
