import { AwsError } from "#model/error.ts";
import { pick, shortToken } from "../properties.ts";
import {
  defineResourceType,
  ResourceFailure,
  type ExistingRequest,
  type Properties,
  type Stabilization,
  type StabilizeRequest,
} from "../resource-type.ts";
import { tagSpecifications, updateTags } from "./tagged.ts";

const noSix = "there is no IPv6";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-instance.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::Instance",
  unsupported: {
    AdditionalInfo: "it is reserved",
    HostResourceGroupArn: "there are no host resource groups",
    ElasticGpuSpecifications: "AWS ended it",
    ElasticInferenceAccelerators: "AWS ended it",
    EnclaveOptions: "there are no enclaves",
    HibernationOptions: "instances do not hibernate",
    Ipv6AddressCount: noSix,
    Ipv6Addresses: noSix,
    KernelId: "images bring their kernel",
    RamdiskId: "images bring their kernel",
    LicenseSpecifications: "there is no License Manager",
    SsmAssociations: "there is no State Manager",
    Volumes: "attach volumes by AWS::EC2::VolumeAttachment",
  },
  replacedBy: ["BlockDeviceMappings"],
  async create(request) {
    const { clients, properties } = request;
    const { Instances } = await clients.ec2.RunInstances({
      ClientToken: shortToken(request),
      MinCount: 1,
      MaxCount: 1,
      ...launchInput(properties),
      ...tagSpecifications(request, "instance"),
    });
    return Instances![0]!.InstanceId!;
  },
  async configure({ clients, properties, physicalId }) {
    if (properties["SourceDestCheck"] === false)
      await clients.ec2.ModifyInstanceAttribute({
        InstanceId: physicalId,
        SourceDestCheck: { Value: false },
      });
  },
  stabilize: (request) =>
    request.operation === "update" && needsRestart(request)
      ? restart(request)
      : untilRunning(request),
  async update(request) {
    const { clients, properties, physicalId: InstanceId, changed } = request;
    const { ec2 } = clients;
    if (changed.includes("SecurityGroupIds"))
      await ec2.ModifyInstanceAttribute({ InstanceId, Groups: properties["SecurityGroupIds"] });
    for (const name of ["SourceDestCheck", "DisableApiTermination"] as const)
      if (changed.includes(name))
        await ec2.ModifyInstanceAttribute({
          InstanceId,
          [name]: { Value: properties[name] ?? name === "SourceDestCheck" },
        });
    if (changed.includes("InstanceInitiatedShutdownBehavior"))
      await ec2.ModifyInstanceAttribute({
        InstanceId,
        InstanceInitiatedShutdownBehavior: {
          Value: properties["InstanceInitiatedShutdownBehavior"] ?? "stop",
        },
      });
    if (changed.includes("MetadataOptions"))
      await ec2.ModifyInstanceMetadataOptions({ InstanceId, ...properties["MetadataOptions"] });
    if (changed.includes("PrivateDnsNameOptions")) {
      const names = properties["PrivateDnsNameOptions"];
      await ec2.ModifyPrivateDnsNameOptions({
        InstanceId,
        EnableResourceNameDnsARecord: names?.EnableResourceNameDnsARecord ?? false,
        EnableResourceNameDnsAAAARecord: names?.EnableResourceNameDnsAAAARecord ?? false,
      });
    }
    if (changed.includes("Monitoring")) {
      const InstanceIds = [InstanceId];
      if (properties["Monitoring"]) await ec2.MonitorInstances({ InstanceIds });
      else await ec2.UnmonitorInstances({ InstanceIds });
    }
    if (changed.includes("IamInstanceProfile")) await changeProfile(request);
    if (changed.includes("CreditSpecification"))
      await ec2.ModifyInstanceCreditSpecification({
        InstanceCreditSpecifications: [
          { InstanceId, CpuCredits: properties["CreditSpecification"]?.CPUCredits ?? "standard" },
        ],
      });
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.TerminateInstances({ InstanceIds: [physicalId] });
  },
  async deleted(request) {
    return ((await describe(request))?.State?.Name ?? "terminated") === "terminated";
  },
  async attributes(request) {
    const instance = await describe(request);
    return {
      InstanceId: request.physicalId,
      AvailabilityZone: instance?.Placement?.AvailabilityZone,
      PrivateDnsName: instance?.PrivateDnsName,
      PrivateIp: instance?.PrivateIpAddress,
      PublicDnsName: instance?.PublicDnsName ?? "",
      PublicIp: instance?.PublicIpAddress ?? "",
      VpcId: instance?.VpcId,
      State: { Name: instance?.State?.Name, Code: String(instance?.State?.Code) },
    };
  },
});

/** The properties as RunInstances takes them. */
export function launchInput(properties: Properties): Record<string, never> {
  const { AvailabilityZone: zone, Tenancy: tenancy, IamInstanceProfile: profile } = properties;
  const { Monitoring: monitoring, CreditSpecification: credit, LaunchTemplate } = properties;
  const { PlacementGroupName: group, HostId: host } = properties;
  return {
    ...pick(
      properties,
      "BlockDeviceMappings",
      "CpuOptions",
      "DisableApiTermination",
      "EbsOptimized",
      "ImageId",
      "InstanceInitiatedShutdownBehavior",
      "InstanceType",
      "KeyName",
      "MetadataOptions",
      "PrivateDnsNameOptions",
      "PrivateIpAddress",
      "SubnetId",
      "UserData",
    ),
    ...groupInput(properties),
    ...(properties["NetworkInterfaces"] && {
      NetworkInterfaces: properties["NetworkInterfaces"].map(interfaceInput),
    }),
    ...([zone, tenancy, group, host].some((one) => one !== undefined) && {
      Placement: {
        ...(zone !== undefined && { AvailabilityZone: zone }),
        ...(group !== undefined && { GroupName: group }),
        ...(host !== undefined && { HostId: host }),
        ...((tenancy ?? host) !== undefined && { Tenancy: tenancy ?? "host" }),
        ...pick(properties, "Affinity"),
      },
    }),
    ...(profile !== undefined && { IamInstanceProfile: profileInput(profile) }),
    ...(monitoring !== undefined && { Monitoring: { Enabled: monitoring } }),
    ...(credit && { CreditSpecification: { CpuCredits: credit.CPUCredits } }),
    ...(LaunchTemplate && { LaunchTemplate }),
  } as Record<string, never>;
}

/**
 * SecurityGroups holds names, and ids where the VPC is not the default one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html
 */
function groupInput({ SecurityGroupIds, SecurityGroups }: Properties): Properties {
  const isId = (group: string) => group.startsWith("sg-");
  const ids = [...(SecurityGroupIds ?? []), ...(SecurityGroups ?? []).filter(isId)];
  const names = (SecurityGroups ?? []).filter((group: string) => !isId(group));
  return {
    ...(ids.length > 0 && { SecurityGroupIds: ids }),
    ...(names.length > 0 && { SecurityGroups: names }),
  };
}

function profileInput(profile: string) {
  return profile.startsWith("arn:") ? { Arn: profile } : { Name: profile };
}

function interfaceInput({ DeviceIndex, GroupSet, ...rest }: Properties): Properties {
  return {
    ...rest,
    DeviceIndex: Number(DeviceIndex),
    ...(GroupSet && { Groups: GroupSet }),
  };
}

async function describe({ clients, physicalId }: ExistingRequest) {
  try {
    const { Reservations } = await clients.ec2.DescribeInstances({ InstanceIds: [physicalId] });
    return Reservations?.[0]?.Instances?.[0];
  } catch (error) {
    if (error instanceof AwsError && error.code === "InvalidInstanceID.NotFound") return undefined;
    throw error;
  }
}

async function untilRunning(request: StabilizeRequest): Promise<boolean> {
  const instance = await describe(request);
  const state = instance?.State?.Name;
  if (state === "running") return true;
  if (state === "pending" || request.operation === "update") return false;
  throw new ResourceFailure(
    `Instance ${request.physicalId} did not stabilize: it is in state ${state ?? "absent"}. ${instance?.StateReason?.Message ?? ""}`,
  );
}

/** What a running instance does not take. */
function needsRestart({ changed, properties, previous }: StabilizeRequest): boolean {
  return (
    ["InstanceType", "UserData", "EbsOptimized", "Tenancy"].some((name) =>
      changed.includes(name),
    ) || hostnameType(properties) !== hostnameType(previous ?? {})
  );
}

function hostnameType({ PrivateDnsNameOptions: names }: Properties): "ip-name" | "resource-name" {
  return names?.HostnameType ?? "ip-name";
}

/** Stops the instance, changes it and starts it again, one step a call. */
async function restart(request: StabilizeRequest): Promise<Stabilization> {
  const { clients, physicalId: InstanceId, progress, properties, changed } = request;
  const state = (await describe(request))?.State?.Name;
  const phase: string = progress?.["phase"] ?? "stop";
  if (phase === "stop") {
    if (state !== "stopped" && state !== "stopping")
      await clients.ec2.StopInstances({ InstanceIds: [InstanceId] });
    return { ready: false, progress: { phase: "change" } };
  }
  if (phase === "change") {
    if (state !== "stopped") return { ready: false };
    if (changed.includes("InstanceType") && properties["InstanceType"])
      await clients.ec2.ModifyInstanceAttribute({
        InstanceId,
        InstanceType: { Value: properties["InstanceType"] },
      });
    if (changed.includes("UserData"))
      await clients.ec2.ModifyInstanceAttribute({
        InstanceId,
        UserData: { Value: Buffer.from(properties["UserData"] ?? "", "base64") },
      });
    if (changed.includes("EbsOptimized"))
      await clients.ec2.ModifyInstanceAttribute({
        InstanceId,
        EbsOptimized: { Value: properties["EbsOptimized"] ?? false },
      });
    if (changed.includes("PrivateDnsNameOptions"))
      await clients.ec2.ModifyPrivateDnsNameOptions({
        InstanceId,
        PrivateDnsHostnameType: hostnameType(properties),
      });
    await clients.ec2.StartInstances({ InstanceIds: [InstanceId] });
    return { ready: false, progress: { phase: "start" } };
  }
  return { ready: state === "running" };
}

async function changeProfile({ clients, properties, physicalId }: ExistingRequest): Promise<void> {
  const profile: string | undefined = properties["IamInstanceProfile"];
  const { IamInstanceProfileAssociations = [] } =
    await clients.ec2.DescribeIamInstanceProfileAssociations({
      Filters: [{ Name: "instance-id", Values: [physicalId] }],
    });
  const AssociationId = IamInstanceProfileAssociations[0]?.AssociationId;
  if (profile === undefined) {
    if (AssociationId !== undefined)
      await clients.ec2.DisassociateIamInstanceProfile({ AssociationId });
    return;
  }
  const IamInstanceProfile = profileInput(profile);
  if (AssociationId === undefined)
    await clients.ec2.AssociateIamInstanceProfile({ InstanceId: physicalId, IamInstanceProfile });
  else
    await clients.ec2.ReplaceIamInstanceProfileAssociation({ AssociationId, IamInstanceProfile });
}
