/** What a launch asks for: the request's own members over those of its launch template. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Input } from "../../context.ts";
import {
  invalidParameterCombination,
  missingParameter,
  unsupportedOperation,
} from "../../errors.ts";
import { findTemplate, findVersion } from "../../launch-templates/records.ts";

export type RunInput = Ec2Input<"RunInstances">;

export interface LaunchRequest extends RunInput {
  /** The template that was used, for the tags AWS sets. */
  template?: { id: string; version: number };
}

/** Throws AWS's errors for templates and versions that do not exist. */
export async function launchRequest(
  tx: Transaction,
  scope: Scope,
  input: RunInput,
): Promise<LaunchRequest> {
  if (!input.LaunchTemplate) return input;
  const template = await findTemplate(tx, scope, input.LaunchTemplate);
  const { data, version } = await findVersion(tx, scope, template, input.LaunchTemplate.Version);
  const given = Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  ) as RunInput;
  // The template's shapes are the request's own under other names, but for these few members.
  const {
    BlockDeviceMappings,
    TagSpecifications,
    RamDiskId: _ramDisk,
    InstanceRequirements,
    ...rest
  } = data;
  if (InstanceRequirements && !input.InstanceType)
    throw unsupportedOperation(
      "The launch template specifies InstanceRequirements, which are for Auto Scaling groups and fleets. Specify an instance type.",
    );
  return {
    ...(rest as Partial<RunInput>),
    ...given,
    BlockDeviceMappings: [...(BlockDeviceMappings ?? []), ...(input.BlockDeviceMappings ?? [])],
    TagSpecifications: mergeSpecifications(TagSpecifications, input.TagSpecifications),
    ...networkOf(rest as Partial<RunInput>, given),
    template: { id: template.launchTemplateId, version },
  };
}

type Network = Pick<
  RunInput,
  "NetworkInterfaces" | "SubnetId" | "SecurityGroupIds" | "SecurityGroups"
>;

/**
 * A subnet beside a template with network interfaces means its primary interface, as when Auto
 * Scaling chooses the subnet; groups in the request replace the template's, by id or by name.
 */
function networkOf(template: Partial<RunInput>, given: RunInput): Network {
  const groups =
    given.SecurityGroupIds || given.SecurityGroups
      ? { SecurityGroupIds: given.SecurityGroupIds, SecurityGroups: given.SecurityGroups }
      : {};
  if (!template.NetworkInterfaces?.length || given.NetworkInterfaces || !given.SubnetId)
    return groups;
  return {
    ...groups,
    SubnetId: undefined,
    NetworkInterfaces: template.NetworkInterfaces.map((one) =>
      (one.DeviceIndex ?? 0) === 0 && !one.NetworkInterfaceId
        ? { ...one, SubnetId: given.SubnetId }
        : one,
    ),
  };
}

type Specifications = RunInput["TagSpecifications"];

/** Tags of both; where both set a key, the request's value. */
function mergeSpecifications(template: unknown, request: Specifications): Specifications {
  const merged: NonNullable<Specifications> = [];
  for (const { ResourceType, Tags } of [
    ...((template as Specifications) ?? []),
    ...(request ?? []),
  ]) {
    const present = merged.find((one) => one.ResourceType === ResourceType);
    if (!present) merged.push({ ResourceType, Tags });
    else {
      const keys = new Set(Tags?.map((tag) => tag.Key));
      present.Tags = [...(present.Tags ?? []).filter((tag) => !keys.has(tag.Key)), ...(Tags ?? [])];
    }
  }
  return merged.length > 0 ? merged : undefined;
}

export function checkCounts({ MinCount, MaxCount }: RunInput): { least: number; most: number } {
  if (MinCount === undefined) throw missingParameter("MinCount");
  if (MaxCount === undefined) throw missingParameter("MaxCount");
  if (MinCount < 1 || MaxCount < 1)
    throw invalidParameterCombination("MinCount and MaxCount must be at least 1");
  if (MinCount > MaxCount)
    throw invalidParameterCombination(
      `MinCount (${MinCount}) must not be greater than MaxCount (${MaxCount})`,
    );
  return { least: MinCount, most: MaxCount };
}
