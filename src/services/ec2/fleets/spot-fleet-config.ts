/** A RequestSpotFleet request as a record, with AWS's defaults. */
import type { SpotFleetLaunchSpecification, SpotFleetRequestConfigData } from "@aws-sdk/client-ec2";
import type { Ec2Context } from "../context.ts";
import {
  ec2Error,
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  unsupportedParameter,
} from "../errors.ts";
import { behaviorOf } from "../spot/market.ts";
import type { SpotLaunch } from "../spot/records.ts";
import { tagsFor } from "../tags.ts";
import { dashed, onDemandStrategyOf, rebalanceOf, spotStrategyOf } from "./fleet-config.ts";
import type { FleetLaunch, FleetOverride, FleetRecord } from "./records.ts";

export function spotFleetOf(
  config: SpotFleetRequestConfigData,
  context: Ec2Context,
  fleetId: string,
): FleetRecord {
  if (!config.IamFleetRole) throw missingParameter("IamFleetRole");
  if (config.LoadBalancersConfig) throw unsupportedParameter("LoadBalancersConfig");
  if (config.Context) throw unsupportedParameter("Context");
  const total = config.TargetCapacity ?? 0;
  const onDemand = config.OnDemandTargetCapacity ?? 0;
  if (total < 0 || onDemand > total)
    throw ec2Error(
      "InvalidSpotFleetRequestConfig",
      "Parameter: SpotFleetRequestConfig.TargetCapacity is invalid.",
    );
  const type = config.Type ?? "maintain";
  if (type === "instant")
    throw invalidParameterValue("A Spot Fleet is of type request or maintain.");
  for (const { ResourceType } of config.TagSpecifications ?? [])
    if (ResourceType !== "spot-fleet-request")
      throw invalidParameterValue(
        `The value for \`ResourceType\` must be \`spot-fleet-request\`, but got \`${ResourceType ?? ""}\` instead.`,
      );
  const rebalance = config.SpotMaintenanceStrategies?.CapacityRebalance;
  const { ValidFrom, ValidUntil, TagSpecifications: _tags, ...asked } = config;
  return {
    fleetId,
    kind: "spot-fleet",
    type,
    state: "submitted",
    createdMs: context.clock.now(),
    target: { total, onDemand, spot: total - onDemand },
    defaultKind: "spot",
    unit: config.TargetCapacityUnitType ?? "units",
    spot: {
      strategy: spotStrategyOf(config.AllocationStrategy),
      pools: config.InstancePoolsToUseCount ?? 1,
      behavior: behaviorOf(config.InstanceInterruptionBehavior, type === "maintain"),
      ...(config.SpotPrice && { maxPrice: Number(config.SpotPrice) }),
      ...(config.SpotMaxTotalPrice && { maxTotalPrice: Number(config.SpotMaxTotalPrice) }),
    },
    onDemand: {
      strategy: onDemandStrategyOf(config.OnDemandAllocationStrategy),
      ...(config.OnDemandMaxTotalPrice && {
        maxTotalPrice: Number(config.OnDemandMaxTotalPrice),
      }),
    },
    singleType: { spot: false, onDemand: false },
    singleZone: { spot: false, onDemand: false },
    ...(rebalance && { rebalance: rebalanceOf(rebalance) }),
    excess: excessOf(config.ExcessCapacityTerminationPolicy),
    terminateWithExpiration: config.TerminateInstancesWithExpiration ?? false,
    replaceUnhealthy: config.ReplaceUnhealthyInstances ?? false,
    ...(ValidFrom && { validFromMs: ValidFrom.getTime() }),
    ...(ValidUntil && { validUntilMs: ValidUntil.getTime() }),
    launches: launchesOf(config),
    bought: { spot: 0, onDemand: 0 },
    problems: [],
    asked,
    ...(config.ClientToken && { clientToken: config.ClientToken }),
    instanceTags: {},
    tags: tagsFor("spot-fleet-request", config.TagSpecifications, context.principal),
  };
}

export function excessOf(policy: string | undefined): FleetRecord["excess"] {
  return dashed(policy ?? "default") === "no-termination" ? "no-termination" : "termination";
}

export function launchesOf({
  LaunchSpecifications: specs = [],
  LaunchTemplateConfigs: configs = [],
}: Pick<
  SpotFleetRequestConfigData,
  "LaunchSpecifications" | "LaunchTemplateConfigs"
>): FleetLaunch[] {
  if (specs.length > 0 && configs.length > 0)
    throw invalidParameterCombination(
      "LaunchSpecifications and LaunchTemplateConfigs cannot be specified in the same request.",
    );
  if (specs.length === 0 && configs.length === 0)
    throw missingParameter("LaunchSpecifications or LaunchTemplateConfigs");
  if (configs.length > 0)
    return configs.map(({ LaunchTemplateSpecification: template, Overrides = [] }) => {
      if (!template) throw missingParameter("LaunchTemplateSpecification");
      return {
        template,
        overrides: Overrides.map(({ SpotPrice, ...rest }) => ({
          ...(rest as FleetOverride),
          ...(SpotPrice && { MaxPrice: SpotPrice }),
        })),
      };
    });
  return specs.map(launchOf);
}

function launchOf(spec: SpotFleetLaunchSpecification): FleetLaunch {
  const {
    AddressingType: _,
    SecurityGroups = [],
    SpotPrice,
    WeightedCapacity,
    InstanceRequirements,
    Placement,
    InstanceType,
    ...rest
  } = spec;
  const named = (list: (string | undefined)[]) => list.filter((one) => one !== undefined);
  const ids = named(SecurityGroups.map(({ GroupId }) => GroupId));
  const names = named(SecurityGroups.map(({ GroupName }) => GroupName));
  const override: FleetOverride = {
    ...(InstanceType && { InstanceType }),
    ...(InstanceRequirements && { InstanceRequirements: InstanceRequirements as never }),
    ...(SpotPrice && { MaxPrice: SpotPrice }),
    ...(WeightedCapacity !== undefined && { WeightedCapacity }),
    ...(spec.SubnetId && { SubnetId: spec.SubnetId }),
    ...(Placement?.AvailabilityZone && { AvailabilityZone: Placement.AvailabilityZone }),
  };
  const { SubnetId: _subnet, ...launch } = rest;
  return {
    launch: {
      ...(launch as Partial<SpotLaunch>),
      ...(ids.length > 0 && { SecurityGroupIds: ids }),
      ...(names.length > 0 && { SecurityGroups: names }),
      ...(Placement && {
        Placement: {
          ...(Placement.GroupName && { GroupName: Placement.GroupName }),
          ...(Placement.Tenancy && { Tenancy: Placement.Tenancy }),
        },
      }),
      Monitoring: { Enabled: spec.Monitoring?.Enabled ?? false },
    },
    overrides: [override],
  };
}
