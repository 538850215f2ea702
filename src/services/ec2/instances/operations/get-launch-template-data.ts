import type { Ec2Operation } from "../../context.ts";
import { instanceNetwork } from "../../network/instance-network.ts";
import { shownTags } from "../../tags.ts";
import { volumes } from "../../volumes/records.ts";
import { describePrivateNames } from "../private-names.ts";
import { findInstance } from "../records.ts";

/**
 * A launch template's data that launches instances like this one: CreateLaunchTemplate takes it as it
 * is, so what only descriptions have is left out.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-launch-template.html
 */
export const getLaunchTemplateData: Ec2Operation<"GetLaunchTemplateData"> = async (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const instance = await findInstance(tx, context, input.InstanceId!);
    const interfaces = await instanceNetwork.interfacesOf(tx, context, instance.instanceId);
    const mappings = [];
    for (const device of instance.blockDevices) {
      const volume = await volumes.get(tx, context, device.volumeId);
      mappings.push({
        DeviceName: device.deviceName,
        Ebs: {
          DeleteOnTermination: device.deleteOnTermination,
          Encrypted: volume?.encrypted,
          Iops: volume?.iops,
          SnapshotId: volume?.snapshotId,
          Throughput: volume?.throughput,
          VolumeSize: volume?.sizeGiB,
          VolumeType: volume?.volumeType as "gp3",
        },
      });
    }
    const tags = (shownTags(instance.tags) ?? []).filter(({ Key }) => !Key.startsWith("aws:"));
    const options = instance.metadataOptions;
    return {
      LaunchTemplateData: {
        ImageId: instance.imageId,
        InstanceType: instance.instanceType as "t3.micro",
        KeyName: instance.keyName,
        EbsOptimized: instance.ebsOptimized,
        IamInstanceProfile: instance.profile && { Arn: instance.profile.arn },
        BlockDeviceMappings: mappings,
        NetworkInterfaces: interfaces.map((one) => ({
          AssociatePublicIpAddress: one.publicIpOwner === "amazon",
          DeleteOnTermination: one.deleteOnTermination,
          Description: one.description,
          DeviceIndex: one.deviceIndex,
          Groups: one.groups.map((group) => group.groupId),
          InterfaceType: "interface",
          PrivateIpAddresses: [one.privateIp, ...one.secondaryPrivateIps].map((address, at) => ({
            Primary: at === 0,
            PrivateIpAddress: address,
          })),
          SubnetId: one.subnetId,
          NetworkCardIndex: 0,
        })),
        PrivateDnsNameOptions: describePrivateNames(instance),
        Monitoring: { Enabled: instance.monitoring },
        Placement: {
          AvailabilityZone: instance.zone,
          GroupName: "",
          Tenancy: instance.tenancy as "default",
        },
        DisableApiTermination: instance.disableApiTermination,
        DisableApiStop: instance.disableApiStop,
        InstanceInitiatedShutdownBehavior: instance.shutdownBehavior,
        UserData: instance.userData && Buffer.from(instance.userData).toString("base64"),
        TagSpecifications:
          tags.length > 0 ? [{ ResourceType: "instance" as const, Tags: tags }] : [],
        CreditSpecification: instance.cpuCredits && { CpuCredits: instance.cpuCredits },
        CpuOptions: { CoreCount: instance.cores, ThreadsPerCore: instance.threadsPerCore },
        CapacityReservationSpecification: { CapacityReservationPreference: "open" as const },
        HibernationOptions: { Configured: false },
        EnclaveOptions: { Enabled: false },
        MetadataOptions: {
          HttpTokens: options.httpTokens,
          HttpPutResponseHopLimit: options.httpPutResponseHopLimit,
          HttpEndpoint: options.httpEndpoint,
          HttpProtocolIpv6: options.httpProtocolIpv6,
          InstanceMetadataTags: options.instanceMetadataTags,
        },
        MaintenanceOptions: { AutoRecovery: instance.autoRecovery },
      },
    };
  });
