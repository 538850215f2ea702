/** The filters of DescribeInstances. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
import { filterTime, type FilterTable, type FilterValue } from "../filters.ts";
import type { InterfaceFacts } from "../instance-network.ts";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import type { InstanceRow } from "./describe.ts";
import { privateNamesOf } from "./private-names.ts";
import type { InstanceRecord, MetadataOptions } from "./records.ts";
import { stateCode } from "./states.ts";

const instance =
  (value: (record: InstanceRecord) => FilterValue) =>
  ({ record }: InstanceRow) =>
    value(record);
const alive =
  (value: (record: InstanceRecord) => FilterValue) =>
  ({ record }: InstanceRow) =>
    record.state === "terminated" ? undefined : value(record);
const interfaces =
  (value: (one: InterfaceFacts) => FilterValue) =>
  ({ interfaces }: InstanceRow): FilterValue =>
    interfaces.flatMap((one) => {
      const found = value(one);
      return Array.isArray(found) ? (found as string[]) : [found as string];
    });
const primary =
  (value: (one: InterfaceFacts) => FilterValue) =>
  ({ interfaces }: InstanceRow): FilterValue => {
    const found = interfaces.find((one) => one.deviceIndex === 0);
    return found && value(found);
  };
const metadata = (value: (options: MetadataOptions) => FilterValue) =>
  instance((record) => value(record.metadataOptions));
const never = () => undefined;

const ofInstance: FilterTable<InstanceRow> = {
  affinity: instance((record) => record.placement?.affinity),
  architecture: instance((record) => record.architecture),
  "availability-zone": instance((record) => record.zone),
  "availability-zone-id": instance(
    (record) => zoneNamed(record.zone.slice(0, -1), record.zone)?.zoneId,
  ),
  "boot-mode": instance((record) => record.bootMode),
  "capacity-reservation-id": instance((record) => record.capacityReservationId),
  "capacity-reservation-specification.capacity-reservation-preference": instance((record) =>
    record.reservationWish?.targetId ? undefined : (record.reservationWish?.preference ?? "open"),
  ),
  "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id":
    instance((record) => record.reservationWish?.targetId),
  "client-token": instance((record) => record.clientToken ?? ""),
  "dns-name": primary((one) => one.publicDnsName ?? ""),
  "ebs-optimized": instance((record) => record.ebsOptimized),
  "ena-support": () => true,
  "enclave-options.enabled": () => false,
  "hibernation-options.configured": () => false,
  "host-id": instance((record) => record.placement?.hostId),
  hypervisor: () => "xen",
  "iam-instance-profile.arn": instance((record) => record.profile?.arn),
  "iam-instance-profile.id": instance((record) => record.profile?.id),
  "iam-instance-profile.name": instance((record) => record.profile?.name),
  "image-id": instance((record) => record.imageId),
  "instance-id": instance((record) => record.instanceId),
  "instance-lifecycle": instance((one) => (one.spotRequestId === undefined ? undefined : "spot")),
  "instance-state-code": instance((record) => stateCode(record.state)),
  "instance-state-name": instance((record) => record.state),
  "instance-type": instance((record) => record.instanceType),
  "instance.group-id": primary((one) => one.groups.map((group) => group.groupId)),
  "instance.group-name": primary((one) => one.groups.map((group) => group.groupName)),
  "ip-address": primary((one) => one.publicIp),
  "ipv6-address": never,
  "kernel-id": never,
  "key-name": instance((record) => record.keyName),
  "launch-index": instance((record) => record.launchIndex),
  "launch-time": instance((record) => filterTime(record.launchedMs)),
  "maintenance-options.auto-recovery": instance((record) => record.autoRecovery),
  "metadata-options.http-endpoint": metadata((options) => options.httpEndpoint),
  "metadata-options.http-protocol-ipv6": metadata((options) => options.httpProtocolIpv6),
  "metadata-options.http-put-response-hop-limit": metadata(
    (options) => options.httpPutResponseHopLimit,
  ),
  "metadata-options.http-tokens": metadata((options) => options.httpTokens),
  "metadata-options.instance-metadata-tags": metadata((options) => options.instanceMetadataTags),
  "metadata-options.state": () => "applied",
  "monitoring-state": instance((record) => (record.monitoring ? "enabled" : "disabled")),
  "owner-id": instance((record) => record.ownerId),
  "placement-group-name": instance((record) => record.placement?.groupName),
  "placement-partition-number": instance((record) => record.placement?.partitionNumber),
  platform: never,
  "platform-details": () => "Linux/UNIX",
  "private-dns-name": alive((record) => record.privateDnsName),
  "private-dns-name-options.enable-resource-name-dns-a-record": alive(
    (record) => privateNamesOf(record).aRecord,
  ),
  "private-dns-name-options.enable-resource-name-dns-aaaa-record": alive(
    (record) => privateNamesOf(record).aaaaRecord,
  ),
  "private-dns-name-options.hostname-type": alive((record) => privateNamesOf(record).hostnameType),
  "private-ip-address": alive((record) => record.privateIp),
  "product-code": never,
  "ramdisk-id": never,
  reason: instance((record) => record.transitionReason),
  "requester-id": instance((record) => record.requesterId),
  "reservation-id": instance((record) => record.reservationId),
  "root-device-name": instance((record) => record.rootDeviceName),
  "root-device-type": () => "ebs",
  "source-dest-check": primary((one) => one.sourceDestCheck),
  "spot-instance-request-id": instance((one) => one.spotRequestId),
  "state-reason-code": instance((record) => record.stateReason?.code ?? ""),
  "state-reason-message": instance((record) => record.stateReason?.message),
  "subnet-id": alive((record) => record.subnetId),
  tenancy: instance((record) => record.tenancy),
  "usage-operation": () => "RunInstances",
  "virtualization-type": () => "hvm",
  "vpc-id": alive((record) => record.vpcId),
};

const devices =
  (value: (device: InstanceRecord["blockDevices"][number]) => FilterValue) =>
  ({ record }: InstanceRow): FilterValue =>
    record.blockDevices.map((device) => value(device) as string);

const ofBlockDevices: FilterTable<InstanceRow> = {
  "attach-time": devices((device) => filterTime(device.attachedMs)),
  "delete-on-termination": devices((device) => device.deleteOnTermination),
  "device-name": devices((device) => device.deviceName),
  status: devices((device) => device.status ?? "attached"),
  "volume-id": devices((device) => device.volumeId),
};

const addresses = interfaces((one) => [one.privateIp, ...one.secondaryPrivateIps]);

const ofInterfaces: FilterTable<InstanceRow> = {
  "addresses.private-ip-address": addresses,
  "addresses.association.public-ip": interfaces((one) => one.publicIp),
  "addresses.association.ip-owner-id": interfaces((one) => one.publicIpOwner),
  "addresses.primary": () => true,
  "association.public-ip": interfaces((one) => one.publicIp),
  "association.ip-owner-id": interfaces((one) => one.publicIpOwner),
  "attachment.attach-time": interfaces((one) => filterTime(one.attachedMs)),
  "attachment.attachment-id": interfaces((one) => one.attachmentId),
  "attachment.delete-on-termination": interfaces((one) => one.deleteOnTermination),
  "attachment.device-index": interfaces((one) => one.deviceIndex),
  "attachment.instance-id": instance((record) => record.instanceId),
  "attachment.instance-owner-id": instance((record) => record.ownerId),
  "attachment.status": interfaces(() => "attached"),
  "availability-zone": interfaces((one) => one.availabilityZone),
  description: interfaces((one) => one.description),
  "group-id": interfaces((one) => one.groups.map((group) => group.groupId)),
  "group-name": interfaces((one) => one.groups.map((group) => group.groupName)),
  "mac-address": interfaces((one) => one.macAddress),
  "network-interface-id": interfaces((one) => one.networkInterfaceId),
  "owner-id": instance((record) => record.ownerId),
  "private-dns-name": interfaces((one) => one.privateDnsName),
  "private-ip-address": addresses,
  "requester-managed": () => false,
  status: interfaces(() => "in-use"),
  "source-dest-check": interfaces((one) => one.sourceDestCheck),
  "subnet-id": interfaces((one) => one.subnetId),
  "vpc-id": interfaces((one) => one.vpcId),
};

const prefixed = (prefix: string, table: FilterTable<InstanceRow>) =>
  Object.fromEntries(Object.entries(table).map(([name, value]) => [`${prefix}.${name}`, value]));

export const instanceFilters: FilterTable<InstanceRow> = {
  ...ofInstance,
  ...prefixed("block-device-mapping", ofBlockDevices),
  ...prefixed("network-interface", ofInterfaces),
};
