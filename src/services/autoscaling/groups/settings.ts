/** What CreateAutoScalingGroup and UpdateAutoScalingGroup have in common. */
import type { LaunchTemplateSpecification } from "@aws-sdk/client-auto-scaling";
import type { Context } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import { AwsError } from "#model/error.ts";
import type { Input } from "#model/sdk.ts";
import { unsupported, validationError } from "../errors.ts";
import { resolveTemplate } from "../launch/source.ts";
import { isFunctionPolicy } from "./termination-function.ts";
import { terminationPolicies } from "../limits.ts";
import type { LaunchTemplateRef, MixedPolicy } from "../launch/launch-records.ts";
import { launchConfigurations, type GroupRecord, type SubnetRef } from "../records.ts";
import type { State } from "../state.ts";
import { readMixedPolicy } from "./mixed-instances.ts";

type Create = Input<"autoscaling", "CreateAutoScalingGroup">;
type Update = Input<"autoscaling", "UpdateAutoScalingGroup">;
type Settings = Partial<Create> & Partial<Update>;

/** Throws for parameters that would change what happens and that Fogbank cannot honour. */
export function refuseUnsupported({ CapacityReservationSpecification: wish }: Settings): void {
  if (wish?.CapacityReservationTarget) throw unsupported("CapacityReservationTarget");
}

/** Throws ValidationError for a placement group that is not there. */
export async function checkPlacementGroup(
  { PlacementGroup: name }: Settings,
  context: Context<State>,
): Promise<void> {
  if (name === undefined || name === "") return;
  const ec2 = context.clients.ec2(asService(context, "autoscaling.amazonaws.com"));
  const Filters = [{ Name: "group-name", Values: [name] }];
  const { PlacementGroups = [] } = await ec2.DescribePlacementGroups({ Filters });
  if (PlacementGroups.length === 0)
    throw validationError(`The placement group ${name} does not exist.`);
}

export interface LaunchSettings {
  launchTemplate?: LaunchTemplateRef;
  launchConfigurationName?: string;
  mixed?: MixedPolicy;
}

const oneSource =
  "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.";

/** What instances are launched from; undefined when the request does not say. */
export async function launchSettings(
  input: Settings,
  context: Context<State>,
  present?: MixedPolicy,
): Promise<LaunchSettings | undefined> {
  const { LaunchTemplate: template, LaunchConfigurationName: configuration } = input;
  const given = [template, configuration, input.MixedInstancesPolicy];
  if (given.filter((one) => one !== undefined).length > 1) throw validationError(oneSource);
  if (input.MixedInstancesPolicy)
    return {
      mixed: await readMixedPolicy(input.MixedInstancesPolicy, present, (specification) =>
        templateRef(specification, context),
      ),
    };
  if (configuration !== undefined) {
    const found = await context.store.transaction((tx) =>
      launchConfigurations.get(tx, context, configuration),
    );
    if (!found)
      throw validationError(
        `Launch configuration name not found - Launch configuration ${configuration} not found`,
      );
    return { launchConfigurationName: configuration };
  }
  return template && { launchTemplate: await templateRef(template, context) };
}

async function templateRef(
  template: LaunchTemplateSpecification,
  context: Context<State>,
): Promise<LaunchTemplateRef> {
  if ((template.LaunchTemplateId === undefined) === (template.LaunchTemplateName === undefined))
    throw validationError(
      "Valid requests must contain either launchTemplateId or LaunchTemplateName",
    );
  // Without a version the default one is meant, and none is shown.
  const version = template.Version ?? "";
  const { ref } = await resolveTemplate(
    context.clients,
    asService(context, "autoscaling.amazonaws.com"),
    {
      ...(template.LaunchTemplateId !== undefined && { id: template.LaunchTemplateId }),
      ...(template.LaunchTemplateName !== undefined && { name: template.LaunchTemplateName }),
      version,
    },
  );
  return { ...ref, version };
}

/** Zones and subnets; undefined when the request does not say. */
export async function placement(
  input: Settings,
  context: Context<State>,
): Promise<{ zones: string[]; subnets: SubnetRef[] } | undefined> {
  const { VPCZoneIdentifier } = input;
  const ids = (VPCZoneIdentifier ?? "")
    .split(",")
    .map((id) => id.trim())
    .filter(Boolean);
  const ec2 = context.clients.ec2(asService(context, "autoscaling.amazonaws.com"));
  const AvailabilityZones = [...(input.AvailabilityZones ?? [])];
  if (input.AvailabilityZoneIds?.length) {
    if (AvailabilityZones.length > 0)
      throw validationError("You cannot specify both AvailabilityZones and AvailabilityZoneIds.");
    const { AvailabilityZones: known = [] } = await ec2.DescribeAvailabilityZones({});
    for (const id of input.AvailabilityZoneIds) {
      const zone = known.find(({ ZoneId }) => ZoneId === id)?.ZoneName;
      if (zone === undefined) throw validationError(`Invalid availability zone ids: [${id}]`);
      AvailabilityZones.push(zone);
    }
  }
  if (ids.length === 0) {
    if (AvailabilityZones.length === 0) return undefined;
    const { AvailabilityZones: known = [] } = await ec2.DescribeAvailabilityZones({});
    for (const zone of AvailabilityZones)
      if (!known.some(({ ZoneName }) => ZoneName === zone))
        throw validationError(`Invalid availability zones: [${zone}]`);
    return { zones: AvailabilityZones, subnets: [] };
  }
  try {
    const { Subnets = [] } = await ec2.DescribeSubnets({ SubnetIds: ids });
    const subnets = ids.flatMap((id) => {
      const found = Subnets.find(({ SubnetId }) => SubnetId === id);
      return found ? [{ id, zone: found.AvailabilityZone! }] : [];
    });
    const zones = [...new Set(subnets.map(({ zone }) => zone))];
    const missing = AvailabilityZones.filter((zone) => !zones.includes(zone));
    if (missing.length > 0)
      throw validationError(
        "The availability zones of the specified subnets and the AutoScalingGroup do not match",
      );
    return { zones, subnets };
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "ValidationError") throw error;
    throw validationError(error.message);
  }
}

export function checkBounds(minSize: number, maxSize: number, desired: number): void {
  if (minSize < 0 || maxSize < 0)
    throw validationError("Min bound and max bound must be greater than or equal to 0");
  if (minSize > maxSize)
    throw validationError(
      `Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`,
    );
  if (desired < minSize)
    throw validationError(
      `Desired capacity:${desired} must be between the specified min size:${minSize} and max size:${maxSize}`,
    );
  if (desired > maxSize)
    throw validationError(
      `Desired capacity:${desired} must be between the specified min size:${minSize} and max size:${maxSize}`,
    );
}

/** Settings that both requests give in the same way, only those that are there. */
export function commonSettings(input: Settings): Partial<GroupRecord> {
  const changes: Partial<GroupRecord> = {};
  if (input.DefaultCooldown !== undefined) changes.defaultCooldownSeconds = input.DefaultCooldown;
  if (input.HealthCheckGracePeriod !== undefined)
    changes.healthCheckGraceSeconds = input.HealthCheckGracePeriod;
  if (input.HealthCheckType !== undefined)
    changes.healthCheckType = healthTypes(input.HealthCheckType);
  if (input.NewInstancesProtectedFromScaleIn !== undefined)
    changes.protectNew = input.NewInstancesProtectedFromScaleIn;
  if (input.DefaultInstanceWarmup !== undefined && input.DefaultInstanceWarmup >= 0)
    changes.defaultWarmupSeconds = input.DefaultInstanceWarmup;
  if (input.MaxInstanceLifetime !== undefined) {
    const seconds = input.MaxInstanceLifetime;
    if (seconds !== 0 && (seconds < 86_400 || seconds > 31_536_000))
      throw validationError(
        "Maximum instance lifetime must be 0 or between 86400 and 31536000 seconds",
      );
    if (seconds !== 0) changes.maxLifetimeSeconds = seconds;
  }
  const maintenance = maintenanceOf(input.InstanceMaintenancePolicy);
  if (maintenance) changes.maintenance = maintenance;
  if (input.CapacityRebalance !== undefined) changes.capacityRebalance = input.CapacityRebalance;
  if (input.DesiredCapacityType !== undefined)
    changes.desiredCapacityType = capacityType(input.DesiredCapacityType);
  if (input.DeletionProtection !== undefined) changes.deletionProtection = input.DeletionProtection;
  const strategy = input.AvailabilityZoneDistribution?.CapacityDistributionStrategy;
  if (strategy !== undefined) changes.balancedOnly = strategy === "balanced-only";
  const impairment = input.AvailabilityZoneImpairmentPolicy;
  if (impairment) changes.zoneImpairment = { ...impairment };
  const retention = input.InstanceLifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon;
  if (retention !== undefined) changes.retainOnAbandon = retention === "retain";
  if (input.PlacementGroup !== undefined) changes.placementGroup = input.PlacementGroup;
  const reservations = input.CapacityReservationSpecification?.CapacityReservationPreference;
  if (reservations !== undefined) changes.reservations = reservations;
  if (input.Context !== undefined) changes.context = input.Context;
  if (input.ServiceLinkedRoleARN !== undefined)
    changes.serviceLinkedRoleArn = input.ServiceLinkedRoleARN;
  if (input.TerminationPolicies?.length) {
    for (const [index, policy] of input.TerminationPolicies.entries()) {
      const isFunction = isFunctionPolicy(policy);
      if (isFunction && index > 0)
        throw validationError(
          "A Lambda function must be the first termination policy, and the only one of its kind.",
        );
      if (!isFunction && !(terminationPolicies as readonly string[]).includes(policy))
        throw validationError(
          `Invalid termination policy specified: ${policy}. Fogbank offers ${terminationPolicies.join(", ")} and Lambda functions.`,
        );
    }
    changes.terminationPolicies = input.TerminationPolicies;
  }
  return changes;
}

/** Undefined where the policy is not given, or is taken away by -1. */
function maintenanceOf(policy: Settings["InstanceMaintenancePolicy"]): GroupRecord["maintenance"] {
  const { MinHealthyPercentage: least, MaxHealthyPercentage: most } = policy ?? {};
  if (!policy || (least === -1 && most === -1)) return undefined;
  if (least === undefined || most === undefined || least < 0 || most < 100)
    throw validationError(
      "Both MinHealthyPercentage and MaxHealthyPercentage must be specified, and both must be -1 to clear them.",
    );
  if (most - least > 100)
    throw validationError(
      "The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be greater than 100.",
    );
  return { minHealthyPercent: least, maxHealthyPercent: most };
}

function capacityType(text: string): "units" | "vcpu" | "memory-mib" {
  if (text !== "units" && text !== "vcpu" && text !== "memory-mib")
    throw validationError(
      `Invalid DesiredCapacityType: ${text}. Valid values are units, vcpu, memory-mib.`,
    );
  return text;
}

/** "Only supported for attribute-based instance type selection." */
export function checkCapacityType({ desiredCapacityType: type = "units", mixed }: GroupRecord) {
  if (type !== "units" && !mixed?.overrides.some(({ requirements }) => requirements))
    throw validationError(
      "DesiredCapacityType is supported only for groups with InstanceRequirements in their MixedInstancesPolicy.",
    );
}

function healthTypes(text: string): ("EC2" | "ELB")[] {
  const types = text.split(",").map((type) => type.trim());
  for (const type of types)
    if (type !== "EC2" && type !== "ELB")
      throw validationError(`Invalid HealthCheckType ${type}: Fogbank offers EC2 and ELB.`);
  return types as ("EC2" | "ELB")[];
}
