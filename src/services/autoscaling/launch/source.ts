/** What a group's instances are launched from. */
import type { Caller, Clients } from "#services/kit/service.ts";
import { AwsError } from "#model/error.ts";
import type { Input } from "#model/sdk.ts";
import type { Scope } from "#store/collection.ts";
import type { Store } from "#store/store.ts";
import { validationError } from "../errors.ts";
import type { LaunchChoice, LaunchTemplateRef } from "./launch-records.ts";
import { launchConfigurations, type GroupRecord } from "../records.ts";

type Configuration = Input<"autoscaling", "CreateLaunchConfiguration">;
type RunInstances = Input<"ec2", "RunInstances">;

export interface ResolvedTemplate {
  ref: LaunchTemplateRef;
  /** What the version says, as far as a group has to know. */
  data: {
    ImageId?: string;
    InstanceType?: string;
    NetworkInterfaces?: unknown[];
    InstanceMarketOptions?: { MarketType?: string };
    SecurityGroupIds?: string[];
  };
}

/** Turns "$Latest" and "$Default" into a number. Throws AWS's validation error for what is not there. */
export async function resolveTemplate(
  clients: Clients,
  caller: Caller,
  reference: { id?: string; name?: string; version?: string },
): Promise<ResolvedTemplate> {
  try {
    const { LaunchTemplateVersions = [] } = await clients
      .ec2(caller)
      .DescribeLaunchTemplateVersions({
        ...(reference.id !== undefined
          ? { LaunchTemplateId: reference.id }
          : { LaunchTemplateName: reference.name }),
        Versions: [reference.version || "$Default"],
      });
    const [found] = LaunchTemplateVersions;
    if (!found) throw validationError("You must use a valid fully-formed launch template.");
    return {
      ref: {
        id: found.LaunchTemplateId!,
        name: found.LaunchTemplateName!,
        version: String(found.VersionNumber),
      },
      data: found.LaunchTemplateData ?? {},
    };
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "ValidationError") throw error;
    throw validationError(`You must use a valid fully-formed launch template. ${error.message}`);
  }
}

export interface LaunchSource {
  /** The part of RunInstances that says what to launch. */
  request: Partial<RunInstances>;
  template?: LaunchTemplateRef;
  configurationName?: string;
  configurationMs?: number;
  /** What the template itself asks for: "spot". */
  market?: string;
  interfaces?: unknown[];
}

/** `template` stands for the group's own where an override names another. */
export async function launchSource(
  { clients, store }: { clients: Clients; store: Store },
  scope: Scope,
  caller: Caller,
  group: GroupRecord,
  template = group.launchTemplate ?? group.mixed?.launchTemplate,
): Promise<LaunchSource> {
  if (template) {
    const { ref, data } = await resolveTemplate(clients, caller, template);
    return {
      request: { LaunchTemplate: { LaunchTemplateId: ref.id, Version: ref.version } },
      template: ref,
      ...(data.InstanceMarketOptions?.MarketType && {
        market: data.InstanceMarketOptions.MarketType,
      }),
      ...(data.NetworkInterfaces?.length && { interfaces: data.NetworkInterfaces }),
    };
  }
  const name = group.launchConfigurationName ?? "";
  const found = await store.transaction((tx) => launchConfigurations.get(tx, scope, name));
  if (!found) throw validationError(`Launch configuration name not found - ${name}`);
  const { AssociatePublicIpAddress, SecurityGroups } = found.input as Configuration;
  return {
    request: fromConfiguration(found.input),
    configurationName: name,
    configurationMs: found.createdMs,
    // A public address belongs to an interface, and then the security groups do, too.
    ...(AssociatePublicIpAddress !== undefined && {
      interfaces: [
        {
          DeviceIndex: 0,
          AssociatePublicIpAddress,
          ...(SecurityGroups && { Groups: SecurityGroups }),
        },
      ],
    }),
  };
}

/** A launch configuration as RunInstances takes it. */
function fromConfiguration(configuration: Record<string, unknown>): Partial<RunInstances> {
  const input = configuration as Configuration;
  const profile = input.IamInstanceProfile;
  return {
    ImageId: input.ImageId,
    InstanceType: input.InstanceType as never,
    ...(input.KeyName !== undefined && { KeyName: input.KeyName }),
    ...(input.SpotPrice !== undefined && {
      InstanceMarketOptions: {
        MarketType: "spot" as const,
        SpotOptions: { SpotInstanceType: "one-time" as const, MaxPrice: input.SpotPrice },
      },
    }),
    ...(input.PlacementTenancy !== undefined && {
      Placement: { Tenancy: input.PlacementTenancy as never },
    }),
    ...(input.AssociatePublicIpAddress === undefined && groupsOf(input.SecurityGroups)),
    ...(input.UserData !== undefined && { UserData: input.UserData }),
    ...(input.BlockDeviceMappings?.length && {
      BlockDeviceMappings: input.BlockDeviceMappings.map(({ NoDevice, ...mapping }) => ({
        ...mapping,
        ...(NoDevice && { NoDevice: "" }),
      })) as never,
    }),
    ...(profile !== undefined && {
      IamInstanceProfile: profile.startsWith("arn:") ? { Arn: profile } : { Name: profile },
    }),
    ...(input.InstanceMonitoring && {
      Monitoring: { Enabled: input.InstanceMonitoring.Enabled ?? true },
    }),
    ...(input.EbsOptimized !== undefined && { EbsOptimized: input.EbsOptimized }),
    ...(input.MetadataOptions && { MetadataOptions: input.MetadataOptions }),
  };
}

/**
 * Ids, or names of groups of the default VPC, which is what CloudFormation's Ref gives of a group that was made without a VPC.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
 */
function groupsOf(groups: string[] = []): Partial<RunInstances> {
  const ids = groups.filter((group) => group.startsWith("sg-"));
  const names = groups.filter((group) => !group.startsWith("sg-"));
  return {
    ...(ids.length > 0 && { SecurityGroupIds: ids }),
    ...(names.length > 0 && { SecurityGroups: names }),
  };
}

/** The whole request for one batch of instances in one zone. */
export function batchRequest(
  group: GroupRecord,
  source: LaunchSource,
  batch: {
    token: string;
    count: number;
    zone: string;
    subnetId: string | undefined;
    choice?: LaunchChoice | undefined;
    weight?: number | undefined;
  },
): RunInstances {
  const { subnetId, choice, weight = 1 } = batch;
  const tags = group.tags
    .filter(({ propagate }) => propagate)
    .map(({ key, value }) => ({ Key: key, Value: value }));
  const [first, ...others] = source.interfaces ?? [];
  const price = group.mixed?.distribution.spotMaxPrice;
  return {
    ...source.request,
    ...(choice && {
      InstanceType: choice.instanceType as never,
      ...(choice.imageId !== undefined && { ImageId: choice.imageId }),
      ...(choice.spot && {
        InstanceMarketOptions: {
          MarketType: "spot" as const,
          SpotOptions: {
            SpotInstanceType: "one-time" as const,
            ...(price !== undefined && { MaxPrice: String(Number(price) * weight) }),
          },
        },
      }),
    }),
    MinCount: batch.count,
    MaxCount: batch.count,
    ClientToken: batch.token,
    // A template that describes interfaces has the first one moved into the group's subnet.
    ...(first !== undefined && {
      NetworkInterfaces: [
        { ...first, ...(subnetId !== undefined && { SubnetId: subnetId }) },
        ...(others as object[]),
      ],
    }),
    ...(subnetId !== undefined && first === undefined && { SubnetId: subnetId }),
    ...((subnetId === undefined || group.placementGroup) && {
      Placement: {
        ...source.request.Placement,
        ...(subnetId === undefined && { AvailabilityZone: batch.zone }),
        ...(group.placementGroup && { GroupName: group.placementGroup }),
      },
    }),
    // What has a reservation that fits takes it by itself, and else launches without.
    ...((group.reservations === "none" || group.reservations === "capacity-reservations-only") && {
      CapacityReservationSpecification: { CapacityReservationPreference: group.reservations },
    }),
    TagSpecifications: [
      {
        ResourceType: "instance",
        Tags: [...tags, { Key: "aws:autoscaling:groupName", Value: group.name }],
      },
    ],
  };
}
