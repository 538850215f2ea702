/** An instance as DescribeInstances and RunInstances show it. */
import type {
  Instance,
  InstanceMetadataOptionsResponse,
  InstanceNetworkInterface,
  Reservation,
} from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import type { InterfaceFacts } from "../instance-network.ts";
import { describePrivateNames } from "./private-names.ts";
import type { InstanceRecord, MetadataOptions } from "./records.ts";
import { stateOf } from "./states.ts";
import { shownTags } from "../tags.ts";

export function describeInstance(
  record: InstanceRecord,
  interfaces: readonly InterfaceFacts[],
): Instance {
  const ended = record.state === "terminated";
  // Once terminated, an instance has no network and no disks any more, and AWS shows none.
  const primary = ended ? undefined : interfaces.find((one) => one.deviceIndex === 0);
  return {
    InstanceId: record.instanceId,
    ImageId: record.imageId,
    State: stateOf(record.state),
    StateTransitionReason: record.transitionReason,
    StateReason: record.stateReason && {
      Code: record.stateReason.code,
      Message: record.stateReason.message,
    },
    PrivateDnsName: ended ? "" : record.privateDnsName,
    PublicDnsName: primary?.publicDnsName ?? "",
    PrivateIpAddress: ended ? undefined : record.privateIp,
    PublicIpAddress: primary?.publicIp,
    ...(record.spotRequestId !== undefined && {
      InstanceLifecycle: "spot" as const,
      SpotInstanceRequestId: record.spotRequestId,
    }),
    KeyName: record.keyName,
    AmiLaunchIndex: record.launchIndex,
    ProductCodes: [],
    InstanceType: record.instanceType as Instance["InstanceType"],
    LaunchTime: dateOf(record.launchedMs),
    Placement: {
      AvailabilityZone: record.zone,
      GroupName: record.placement?.groupName ?? "",
      GroupId: record.placement?.groupId,
      PartitionNumber: record.placement?.partitionNumber,
      HostId: record.placement?.hostId,
      Affinity: record.placement?.affinity,
      Tenancy: record.tenancy as "default",
    },
    Monitoring: { State: record.monitoring ? "enabled" : "disabled" },
    SubnetId: ended ? undefined : record.subnetId,
    VpcId: ended ? undefined : record.vpcId,
    Architecture: record.architecture as Instance["Architecture"],
    BlockDeviceMappings: record.blockDevices.map((device) => ({
      DeviceName: device.deviceName,
      Ebs: {
        VolumeId: device.volumeId,
        Status: device.status ?? "attached",
        AttachTime: dateOf(device.attachedMs),
        DeleteOnTermination: device.deleteOnTermination,
      },
    })),
    ClientToken: record.clientToken ?? "",
    CpuOptions: { CoreCount: record.cores, ThreadsPerCore: record.threadsPerCore },
    CapacityReservationId: record.capacityReservationId,
    CapacityReservationSpecification: record.reservationWish?.targetId
      ? {
          CapacityReservationTarget: { CapacityReservationId: record.reservationWish.targetId },
        }
      : { CapacityReservationPreference: record.reservationWish?.preference ?? "open" },
    EbsOptimized: record.ebsOptimized,
    EnaSupport: true,
    EnclaveOptions: { Enabled: false },
    HibernationOptions: { Configured: false },
    // AWS says xen for Nitro instances too.
    Hypervisor: "xen",
    IamInstanceProfile: record.profile && { Arn: record.profile.arn, Id: record.profile.id },
    MaintenanceOptions: { AutoRecovery: record.autoRecovery },
    MetadataOptions: describeMetadataOptions(record.metadataOptions),
    NetworkInterfaces: ended ? [] : interfaces.map((one) => describeInterface(one, record.ownerId)),
    PlatformDetails: "Linux/UNIX",
    UsageOperation: "RunInstances",
    UsageOperationUpdateTime: dateOf(record.launchedMs),
    BootMode: record.bootMode as Instance["BootMode"],
    CurrentInstanceBootMode: record.bootMode?.startsWith("uefi") ? "uefi" : "legacy-bios",
    PrivateDnsNameOptions: ended ? undefined : describePrivateNames(record),
    RootDeviceName: record.rootDeviceName,
    RootDeviceType: "ebs",
    SecurityGroups: primary?.groups.map(describeGroup) ?? [],
    SourceDestCheck: primary?.sourceDestCheck,
    Tags: shownTags(record.tags),
    VirtualizationType: "hvm",
  };
}

const describeGroup = ({ groupId, groupName }: { groupId: string; groupName: string }) => ({
  GroupId: groupId,
  GroupName: groupName,
});

function describeInterface(one: InterfaceFacts, ownerId: string): InstanceNetworkInterface {
  const association = one.publicIp && {
    IpOwnerId: one.publicIpOwner,
    PublicDnsName: one.publicDnsName ?? "",
    PublicIp: one.publicIp,
  };
  return {
    ...(association && { Association: association }),
    Attachment: {
      AttachTime: dateOf(one.attachedMs),
      AttachmentId: one.attachmentId,
      DeleteOnTermination: one.deleteOnTermination,
      DeviceIndex: one.deviceIndex,
      Status: "attached",
      NetworkCardIndex: 0,
    },
    Description: one.description,
    Groups: one.groups.map(describeGroup),
    InterfaceType: "interface",
    Ipv6Addresses: [],
    MacAddress: one.macAddress,
    NetworkInterfaceId: one.networkInterfaceId,
    OwnerId: ownerId,
    PrivateDnsName: one.privateDnsName,
    PrivateIpAddress: one.privateIp,
    PrivateIpAddresses: [one.privateIp, ...one.secondaryPrivateIps].map((address, index) => ({
      Primary: index === 0,
      PrivateIpAddress: address,
      ...(index === 0 && {
        PrivateDnsName: one.privateDnsName,
        ...(association && { Association: association }),
      }),
    })),
    SourceDestCheck: one.sourceDestCheck,
    Status: "in-use",
    SubnetId: one.subnetId,
    VpcId: one.vpcId,
  };
}

export function describeMetadataOptions(options: MetadataOptions): InstanceMetadataOptionsResponse {
  return {
    State: "applied",
    HttpTokens: options.httpTokens,
    HttpPutResponseHopLimit: options.httpPutResponseHopLimit,
    HttpEndpoint: options.httpEndpoint,
    HttpProtocolIpv6: options.httpProtocolIpv6,
    InstanceMetadataTags: options.instanceMetadataTags,
  };
}

export interface InstanceRow {
  record: InstanceRecord;
  interfaces: readonly InterfaceFacts[];
}

/** Instances that were launched together, in order of launch. */
export function describeReservations(rows: readonly InstanceRow[]): Reservation[] {
  const reservations = new Map<string, Reservation>();
  for (const { record, interfaces } of rows) {
    const { reservationId, ownerId, requesterId } = record;
    let reservation = reservations.get(reservationId);
    if (!reservation) {
      reservation = {
        ReservationId: reservationId,
        OwnerId: ownerId,
        ...(requesterId !== undefined && { RequesterId: requesterId }),
        Groups: [],
        Instances: [],
      };
      reservations.set(reservationId, reservation);
    }
    reservation.Instances!.push(describeInstance(record, interfaces));
  }
  return [...reservations.values()];
}
