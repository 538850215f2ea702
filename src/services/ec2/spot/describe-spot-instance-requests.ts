import type { SpotInstanceRequest } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation } from "../context.ts";
import { applyFilters, filterTime, type FilterTable } from "../filters.ts";
import { pageOf } from "../paging.ts";
import { shownTags } from "../tags.ts";
import { withGroups, type ShownRequest } from "./launch-groups.ts";
import { spotRequestNotFound, spotRequests } from "./records.ts";

type Row = ShownRequest;
const devices = ({ launch }: Row) => launch.BlockDeviceMappings ?? [];
const interfaces = ({ launch }: Row) => launch.NetworkInterfaces ?? [];

const filters: FilterTable<Row> = {
  "availability-zone-group": (row) => row.availabilityZoneGroup,
  "create-time": (row) => filterTime(row.createdMs),
  "fault-code": (row) => (row.state === "failed" ? row.status.code : undefined),
  "fault-message": (row) => (row.state === "failed" ? row.status.message : undefined),
  "instance-id": (row) => row.instanceId,
  "launch-group": (row) => row.launchGroup,
  "launch.block-device-mapping.delete-on-termination": (row) =>
    devices(row).map(({ Ebs }) => Ebs?.DeleteOnTermination ?? true),
  "launch.block-device-mapping.device-name": (row) =>
    devices(row).map(({ DeviceName }) => DeviceName),
  "launch.block-device-mapping.snapshot-id": (row) =>
    devices(row).map(({ Ebs }) => Ebs?.SnapshotId),
  "launch.block-device-mapping.volume-size": (row) =>
    devices(row).map(({ Ebs }) => Ebs?.VolumeSize),
  "launch.block-device-mapping.volume-type": (row) =>
    devices(row).map(({ Ebs }) => Ebs?.VolumeType),
  "launch.group-id": (row) => row.groups.map(({ GroupId }) => GroupId),
  "launch.group-name": (row) => row.groups.map(({ GroupName }) => GroupName),
  "launch.image-id": (row) => row.imageId,
  "launch.instance-type": (row) => row.instanceType,
  "launch.kernel-id": () => undefined,
  "launch.key-name": (row) => row.launch.KeyName,
  "launch.monitoring-enabled": (row) => row.launch.Monitoring?.Enabled ?? false,
  "launch.network-interface.subnet-id": (row) => row.subnetId ?? row.launch.SubnetId,
  "launch.ramdisk-id": () => undefined,
  "launched-availability-zone": (row) => row.zone,
  "network-interface.addresses.primary": () => true,
  "network-interface.delete-on-termination": (row) =>
    interfaces(row).map(({ DeleteOnTermination }) => DeleteOnTermination),
  "network-interface.description": (row) => interfaces(row).map(({ Description }) => Description),
  "network-interface.device-index": (row) => interfaces(row).map(({ DeviceIndex }) => DeviceIndex),
  "network-interface.group-id": (row) => interfaces(row).flatMap(({ Groups }) => Groups ?? []),
  "network-interface.network-interface-id": (row) =>
    interfaces(row).map(({ NetworkInterfaceId }) => NetworkInterfaceId),
  "network-interface.private-ip-address": (row) =>
    interfaces(row).map(({ PrivateIpAddress }) => PrivateIpAddress),
  "network-interface.subnet-id": (row) => row.subnetId,
  "product-description": () => "Linux/UNIX",
  "spot-instance-request-id": (row) => row.requestId,
  "spot-price": (row) => row.maxPrice,
  state: (row) => row.state,
  "status-code": (row) => row.status.code,
  "status-message": (row) => row.status.message,
  type: (row) => row.type,
  "valid-from": (row) => (row.validFromMs === undefined ? undefined : filterTime(row.validFromMs)),
  "valid-until": (row) =>
    row.validUntilMs === undefined ? undefined : filterTime(row.validUntilMs),
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotInstanceRequests.html */
export const describeSpotInstanceRequests: Ec2Operation<"DescribeSpotInstanceRequests"> = async (
  input,
  context,
) => {
  const ids = input.SpotInstanceRequestIds ?? [];
  const all = await context.store.transaction(async (tx) =>
    withGroups(tx, context, await spotRequests.list(tx, context)),
  );
  for (const id of ids)
    if (!all.some(({ requestId }) => requestId === id)) throw spotRequestNotFound(id);
  const rows = ids.length === 0 ? all : all.filter(({ requestId }) => ids.includes(requestId));
  const wanted = applyFilters(rows, input.Filters, filters, ({ tags }) => tags);
  const { items, NextToken } = pageOf(wanted, input, ({ requestId }) => requestId);
  return { SpotInstanceRequests: items.map(describeSpotRequest), NextToken };
};

export function describeSpotRequest(record: ShownRequest): SpotInstanceRequest {
  const { status, launch } = record;
  return {
    SpotInstanceRequestId: record.requestId,
    InstanceId: record.instanceId,
    CreateTime: dateOf(record.createdMs),
    State: record.state,
    Status: {
      Code: status.code,
      Message: status.message,
      UpdateTime: dateOf(status.updatedMs),
    },
    ...(record.state === "failed" && {
      Fault: { Code: status.code, Message: status.message },
    }),
    SpotPrice: record.maxPrice,
    Type: record.type,
    InstanceInterruptionBehavior: record.interruptionBehavior,
    LaunchGroup: record.launchGroup,
    AvailabilityZoneGroup: record.availabilityZoneGroup,
    ValidFrom: record.validFromMs === undefined ? undefined : dateOf(record.validFromMs),
    ValidUntil: record.validUntilMs === undefined ? undefined : dateOf(record.validUntilMs),
    LaunchedAvailabilityZone: record.zone,
    ProductDescription: "Linux/UNIX",
    LaunchSpecification: {
      ImageId: record.imageId,
      InstanceType: record.instanceType as "t3.micro",
      KeyName: launch.KeyName,
      UserData: launch.UserData,
      Placement: {
        AvailabilityZone: record.zone ?? launch.Placement?.AvailabilityZone,
        ...(launch.Placement?.GroupName && { GroupName: launch.Placement.GroupName }),
        ...(launch.Placement?.Tenancy && { Tenancy: launch.Placement.Tenancy as "default" }),
      },
      SubnetId: record.subnetId ?? launch.SubnetId,
      SecurityGroups: record.groups,
      BlockDeviceMappings: launch.BlockDeviceMappings ?? [],
      EbsOptimized: launch.EbsOptimized,
      IamInstanceProfile: launch.IamInstanceProfile,
      Monitoring: { Enabled: launch.Monitoring?.Enabled ?? false },
      NetworkInterfaces: launch.NetworkInterfaces ?? [],
    },
    Tags: shownTags(record.tags),
  };
}
