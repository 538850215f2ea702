/** MixedInstancesPolicy as requests give it and as groups show it. */
import type {
  InstancesDistribution,
  LaunchTemplateOverrides,
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
} from "@aws-sdk/client-auto-scaling";
import { validationError } from "../errors.ts";
import { mostInstanceTypes, mostRequirements } from "../limits.ts";
import type {
  Distribution,
  LaunchTemplateRef,
  MixedPolicy,
  Override,
} from "../launch/launch-records.ts";

/** Whether a mixed instances policy may put the group's instances on the Spot market. */
export function mayLaunchSpot({ mixed }: { mixed?: MixedPolicy }): boolean {
  return mixed !== undefined && mixed.distribution.onDemandPercentAboveBase < 100;
}

type Resolve = (specification: LaunchTemplateSpecification) => Promise<LaunchTemplateRef>;

/** What the request leaves out keeps its value, or gets AWS's default. */
export async function readMixedPolicy(
  input: MixedInstancesPolicy,
  present: MixedPolicy | undefined,
  resolve: Resolve,
): Promise<MixedPolicy> {
  const specification = input.LaunchTemplate?.LaunchTemplateSpecification;
  const launchTemplate = specification ? await resolve(specification) : present?.launchTemplate;
  if (!launchTemplate)
    throw validationError(
      "Valid requests must contain either a LaunchTemplateSpecification in the MixedInstancesPolicy or an existing one.",
    );
  const given = input.LaunchTemplate?.Overrides;
  const overrides: Override[] = [];
  for (const override of given ?? []) overrides.push(await readOverride(override, resolve));
  const kept = given ? overrides : (present?.overrides ?? []);
  checkOverrides(kept);
  return {
    launchTemplate,
    overrides: kept,
    distribution: readDistribution(
      input.InstancesDistribution ?? {},
      present?.distribution,
      kept.some(({ requirements }) => requirements),
    ),
  };
}

async function readOverride(input: LaunchTemplateOverrides, resolve: Resolve): Promise<Override> {
  if (input.InstanceType !== undefined && input.InstanceRequirements)
    throw validationError(
      "You cannot specify both InstanceType and InstanceRequirements in the same override.",
    );
  const weight = input.WeightedCapacity === undefined ? undefined : Number(input.WeightedCapacity);
  if (weight !== undefined && !(Number.isInteger(weight) && weight >= 1 && weight <= 999))
    throw validationError("WeightedCapacity must be an integer between 1 and 999.");
  const template = input.LaunchTemplateSpecification;
  return {
    ...(input.InstanceType !== undefined && { instanceType: input.InstanceType }),
    ...(weight !== undefined && { weight }),
    ...(template && { launchTemplate: await resolve(template) }),
    ...(input.ImageId !== undefined && { imageId: input.ImageId }),
    ...(input.InstanceRequirements && { requirements: { ...input.InstanceRequirements } }),
  };
}

function checkOverrides(overrides: readonly Override[]): void {
  if (overrides.length > mostInstanceTypes)
    throw validationError(
      `The number of overrides exceeds the limit of ${mostInstanceTypes} instance types.`,
    );
  const byAttributes = overrides.filter(({ requirements }) => requirements).length;
  if (byAttributes > mostRequirements)
    throw validationError(
      `The number of InstanceRequirements exceeds the limit of ${mostRequirements}.`,
    );
  if (byAttributes > 0 && byAttributes < overrides.length)
    throw validationError(
      "Overrides must all specify InstanceType, or all specify InstanceRequirements.",
    );
  const weighted = overrides.filter(({ weight }) => weight !== undefined).length;
  if (weighted > 0 && weighted < overrides.length)
    throw validationError(
      "If you specify a WeightedCapacity for one instance type, you must specify a WeightedCapacity for all of them.",
    );
  const names = overrides.flatMap(({ instanceType }) => instanceType ?? []);
  if (new Set(names).size < names.length)
    throw validationError("The instance types of the overrides must be unique.");
}

const onDemandStrategies = ["prioritized", "lowest-price"] as const;
const spotStrategies = [
  "lowest-price",
  "capacity-optimized",
  "capacity-optimized-prioritized",
  "price-capacity-optimized",
] as const;

function oneOf<T extends string>(values: readonly T[], value: string, name: string): T {
  const found = values.find((one) => one === value);
  if (found === undefined)
    throw validationError(`Invalid ${name}: ${value}. Valid values are ${values.join(", ")}.`);
  return found;
}

function readDistribution(
  input: InstancesDistribution,
  present: Distribution | undefined,
  byAttributes: boolean,
): Distribution {
  const onDemandStrategy = oneOf(
    onDemandStrategies,
    input.OnDemandAllocationStrategy ??
      present?.onDemandStrategy ??
      (byAttributes ? "lowest-price" : "prioritized"),
    "OnDemandAllocationStrategy",
  );
  if (byAttributes && onDemandStrategy === "prioritized")
    throw validationError(
      "The prioritized OnDemandAllocationStrategy is not supported with InstanceRequirements.",
    );
  const spotStrategy = oneOf(
    spotStrategies,
    input.SpotAllocationStrategy ?? present?.spotStrategy ?? "lowest-price",
    "SpotAllocationStrategy",
  );
  if (byAttributes && spotStrategy === "capacity-optimized-prioritized")
    throw validationError(
      "The capacity-optimized-prioritized SpotAllocationStrategy is not supported with InstanceRequirements.",
    );
  const pools = input.SpotInstancePools;
  if (pools !== undefined && spotStrategy !== "lowest-price")
    throw validationError(
      "SpotInstancePools option is only available with the lowest-price allocation strategy.",
    );
  if (pools !== undefined && (pools < 1 || pools > 20))
    throw validationError("SpotInstancePools must be between 1 and 20.");
  const base = input.OnDemandBaseCapacity ?? present?.onDemandBase ?? 0;
  const percent = input.OnDemandPercentageAboveBaseCapacity ?? present?.onDemandPercentAboveBase;
  if (base < 0) throw validationError("OnDemandBaseCapacity must be 0 or greater.");
  if (percent !== undefined && (percent < 0 || percent > 100))
    throw validationError("OnDemandPercentageAboveBaseCapacity must be between 0 and 100.");
  // An empty price takes the present one away.
  const price = input.SpotMaxPrice ?? present?.spotMaxPrice;
  return {
    onDemandStrategy,
    onDemandBase: base,
    onDemandPercentAboveBase: percent ?? 100,
    spotStrategy,
    ...(spotStrategy === "lowest-price" && { spotPools: pools ?? present?.spotPools ?? 2 }),
    ...(price && { spotMaxPrice: price }),
  };
}

const templateSpecification = ({ id, name, version }: LaunchTemplateRef) => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  ...(version !== "" && { Version: version }),
});

export function describeMixedPolicy(policy: MixedPolicy): MixedInstancesPolicy {
  const { launchTemplate, overrides, distribution } = policy;
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification: templateSpecification(launchTemplate),
      Overrides: overrides.map((one) => ({
        ...(one.instanceType !== undefined && { InstanceType: one.instanceType }),
        ...(one.weight !== undefined && { WeightedCapacity: String(one.weight) }),
        ...(one.launchTemplate && {
          LaunchTemplateSpecification: templateSpecification(one.launchTemplate),
        }),
        ...(one.imageId !== undefined && { ImageId: one.imageId }),
        ...(one.requirements && { InstanceRequirements: one.requirements as never }),
      })),
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: distribution.onDemandStrategy,
      OnDemandBaseCapacity: distribution.onDemandBase,
      OnDemandPercentageAboveBaseCapacity: distribution.onDemandPercentAboveBase,
      SpotAllocationStrategy: distribution.spotStrategy,
      ...(distribution.spotPools !== undefined && { SpotInstancePools: distribution.spotPools }),
      ...(distribution.spotMaxPrice !== undefined && { SpotMaxPrice: distribution.spotMaxPrice }),
    },
  };
}
