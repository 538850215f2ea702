/** Instances, disks, images and Spot requests with the waiters that AWS's clients have for them. */
import {
  waitUntilImageAvailable,
  waitUntilImageExists,
  waitUntilInstanceExists,
  waitUntilInstanceRunning,
  waitUntilInstanceStatusOk,
  waitUntilInstanceStopped,
  waitUntilInstanceTerminated,
  waitUntilKeyPairExists,
  waitUntilNetworkInterfaceAvailable,
  waitUntilSnapshotCompleted,
  waitUntilSpotInstanceRequestFulfilled,
  waitUntilSystemStatusOk,
  waitUntilVolumeAvailable,
  waitUntilVolumeDeleted,
  waitUntilVolumeInUse,
  type EC2,
} from "@aws-sdk/client-ec2";
import type { Network } from "./network.ts";
import { eventually, gone, type Patience } from "./patience.ts";

const zone = "us-east-1a";

/** Launches, stops and ends an instance, and images it in between. */
export async function playInstance(
  ec2: EC2,
  patience: Patience,
  { subnetIds, groupId }: Network,
  ImageId: string,
): Promise<void> {
  const waiting = { client: ec2, ...patience };
  await ec2.createKeyPair({ KeyName: "waiters" });
  await waitUntilKeyPairExists(waiting, { KeyNames: ["waiters"] });
  const { Instances } = await ec2.runInstances({
    ImageId,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnetIds[0],
    SecurityGroupIds: [groupId],
    KeyName: "waiters",
  });
  const InstanceIds = [Instances![0]!.InstanceId!];
  const [InstanceId] = InstanceIds as [string];
  await waitUntilInstanceExists(waiting, { InstanceIds });
  await waitUntilInstanceRunning(waiting, { InstanceIds });
  await waitUntilInstanceStatusOk(waiting, { InstanceIds });
  await waitUntilSystemStatusOk(waiting, { InstanceIds });
  await ec2.modifyInstanceMetadataOptions({ InstanceId, HttpTokens: "required" });
  await eventually(async () => {
    const { Reservations } = await ec2.describeInstances({ InstanceIds });
    return Reservations![0]!.Instances![0]!.MetadataOptions!.State === "applied";
  });
  const image = await ec2.createImage({ InstanceId, Name: "waiters" });
  await waitUntilImageExists(waiting, { ImageIds: [image.ImageId!] });
  await waitUntilImageAvailable(waiting, { ImageIds: [image.ImageId!] });
  await ec2.stopInstances({ InstanceIds });
  await waitUntilInstanceStopped(waiting, { InstanceIds });
  await ec2.terminateInstances({ InstanceIds });
  await waitUntilInstanceTerminated(waiting, { InstanceIds });
  await ec2.deregisterImage({ ImageId: image.ImageId! });
  // A deregistered image is an empty answer for a while, and no error yet.
  await eventually(async () => {
    const { Images } = await ec2.describeImages({ ImageIds: [image.ImageId!] });
    return Images!.length === 0;
  });
}

/** A volume goes through its states beside an instance, and a snapshot of it. */
export async function playVolume(
  ec2: EC2,
  patience: Patience,
  { subnetIds, groupId }: Network,
  ImageId: string,
): Promise<void> {
  const waiting = { client: ec2, ...patience };
  const { Instances } = await ec2.runInstances({
    ImageId,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnetIds[0],
    SecurityGroupIds: [groupId],
  });
  const InstanceId = Instances![0]!.InstanceId!;
  await waitUntilInstanceRunning(waiting, { InstanceIds: [InstanceId] });
  const { VolumeId } = await ec2.createVolume({ AvailabilityZone: zone, Size: 1 });
  const VolumeIds = [VolumeId!];
  await waitUntilVolumeAvailable(waiting, { VolumeIds });
  await ec2.attachVolume({ VolumeId: VolumeId!, InstanceId, Device: "/dev/sdf" });
  await waitUntilVolumeInUse(waiting, { VolumeIds });
  const { SnapshotId } = await ec2.createSnapshot({ VolumeId: VolumeId! });
  await waitUntilSnapshotCompleted(waiting, { SnapshotIds: [SnapshotId!] });
  await ec2.detachVolume({ VolumeId: VolumeId! });
  await waitUntilVolumeAvailable(waiting, { VolumeIds });
  await ec2.deleteVolume({ VolumeId: VolumeId! });
  await waitUntilVolumeDeleted(waiting, { VolumeIds });
  await ec2.terminateInstances({ InstanceIds: [InstanceId] });
  await waitUntilInstanceTerminated(waiting, { InstanceIds: [InstanceId] });
}

export async function playInterface(
  ec2: EC2,
  patience: Patience,
  { subnetIds, groupId }: Network,
): Promise<void> {
  const { NetworkInterface } = await ec2.createNetworkInterface({
    SubnetId: subnetIds[1],
    Groups: [groupId],
  });
  const NetworkInterfaceId = NetworkInterface!.NetworkInterfaceId!;
  const NetworkInterfaceIds = [NetworkInterfaceId];
  await waitUntilNetworkInterfaceAvailable({ client: ec2, ...patience }, { NetworkInterfaceIds });
  await ec2.deleteNetworkInterface({ NetworkInterfaceId });
  await gone("InvalidNetworkInterfaceID.NotFound", () =>
    ec2.describeNetworkInterfaces({ NetworkInterfaceIds }),
  );
}

export async function playSpot(
  ec2: EC2,
  patience: Patience,
  { subnetIds, groupId }: Network,
  ImageId: string,
): Promise<void> {
  const waiting = { client: ec2, ...patience };
  const { SpotInstanceRequests } = await ec2.requestSpotInstances({
    InstanceCount: 1,
    LaunchSpecification: {
      ImageId,
      InstanceType: "t3.micro",
      SubnetId: subnetIds[1],
      SecurityGroupIds: [groupId],
    },
  });
  const SpotInstanceRequestIds = [SpotInstanceRequests![0]!.SpotInstanceRequestId!];
  await waitUntilSpotInstanceRequestFulfilled(waiting, { SpotInstanceRequestIds });
  const fulfilled = await ec2.describeSpotInstanceRequests({ SpotInstanceRequestIds });
  const InstanceIds = [fulfilled.SpotInstanceRequests![0]!.InstanceId!];
  await waitUntilInstanceRunning(waiting, { InstanceIds });
  await ec2.cancelSpotInstanceRequests({ SpotInstanceRequestIds });
  await ec2.terminateInstances({ InstanceIds });
  await waitUntilInstanceTerminated(waiting, { InstanceIds });
}
