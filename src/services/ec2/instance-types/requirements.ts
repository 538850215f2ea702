/**
 * Which instance types have the attributes that somebody asks for. Pure.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceRequirementsRequest.html
 */
import type { InstanceRequirementsRequest, InstanceTypeInfo } from "@aws-sdk/client-ec2";

interface Range {
  Min?: number | undefined;
  Max?: number | undefined;
}

const within = (value: number, range: Range | undefined) =>
  !range || (value >= (range.Min ?? -Infinity) && value <= (range.Max ?? Infinity));

/** "included" asks for nothing; without a word the type must not have it. */
function allows(has: boolean, wanted: string | undefined, usual: "included" | "excluded"): boolean {
  const rule = wanted ?? usual;
  return rule === "included" || (rule === "required") === has;
}

/** "m5.*", "*3*", "c5d*": a star stands for any letters. */
function named(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`).test(name),
  );
}

const escaped = (text: string) => text.replaceAll(/[^\w-]/g, "\\$&");

const manufacturers: Record<string, string> = {
  Intel: "intel",
  AMD: "amd",
  AWS: "amazon-web-services",
  Apple: "apple",
};

export function meetsRequirements(
  info: InstanceTypeInfo,
  wanted: InstanceRequirementsRequest,
): boolean {
  const name = info.InstanceType!;
  const vcpus = info.VCpuInfo?.DefaultVCpus ?? 0;
  const memoryMiB = info.MemoryInfo?.SizeInMiB ?? 0;
  if (!within(vcpus, wanted.VCpuCount) || !within(memoryMiB, wanted.MemoryMiB)) return false;
  if (!within(memoryMiB / 1024 / vcpus, wanted.MemoryGiBPerVCpu)) return false;
  const maker = manufacturers[info.ProcessorInfo?.Manufacturer ?? ""] ?? "";
  if (wanted.CpuManufacturers?.length && !wanted.CpuManufacturers.includes(maker as "intel"))
    return false;
  if (wanted.ExcludedInstanceTypes?.length && named(name, wanted.ExcludedInstanceTypes))
    return false;
  if (wanted.AllowedInstanceTypes?.length && !named(name, wanted.AllowedInstanceTypes))
    return false;
  const generation = info.CurrentGeneration ? "current" : "previous";
  if (wanted.InstanceGenerations?.length && !wanted.InstanceGenerations.includes(generation))
    return false;
  if (!allows(info.BareMetal ?? false, wanted.BareMetal, "excluded")) return false;
  if (!allows(info.BurstablePerformanceSupported ?? false, wanted.BurstablePerformance, "excluded"))
    return false;
  if (wanted.RequireHibernateSupport && !info.HibernationSupported) return false;
  if (wanted.RequireEncryptionInTransit && !info.NetworkInfo?.EncryptionInTransitSupported)
    return false;
  const interfaces = info.NetworkInfo?.MaximumNetworkInterfaces ?? 0;
  if (!within(interfaces, wanted.NetworkInterfaceCount)) return false;
  const bandwidth = info.EbsInfo?.EbsOptimizedInfo?.BaselineBandwidthInMbps ?? 0;
  if (!within(bandwidth, wanted.BaselineEbsBandwidthMbps)) return false;
  const cards = info.NetworkInfo?.NetworkCards ?? [];
  const gigabits = cards.reduce((sum, card) => sum + (card.BaselineBandwidthInGbps ?? 0), 0);
  if (!within(gigabits, wanted.NetworkBandwidthGbps)) return false;
  return hasStorage(info, wanted) && hasAccelerators(info, wanted);
}

function hasStorage(info: InstanceTypeInfo, wanted: InstanceRequirementsRequest): boolean {
  const disks = info.InstanceStorageInfo?.Disks ?? [];
  if (!allows(disks.length > 0, wanted.LocalStorage, "included")) return false;
  const types = wanted.LocalStorageTypes ?? [];
  if (types.length > 0 && disks.some(({ Type }) => !types.includes(Type!))) return false;
  const total = info.InstanceStorageInfo?.TotalSizeInGB ?? 0;
  return within(total, wanted.TotalLocalStorageGB);
}

const slug = (text: string | undefined) => (text ?? "").toLowerCase().replaceAll(/[\s_]+/g, "-");

function hasAccelerators(info: InstanceTypeInfo, wanted: InstanceRequirementsRequest): boolean {
  const chips = [
    ...(info.GpuInfo?.Gpus ?? []).map((one) => ({ ...one, kind: "gpu" })),
    ...(info.FpgaInfo?.Fpgas ?? []).map((one) => ({ ...one, kind: "fpga" })),
    ...(info.InferenceAcceleratorInfo?.Accelerators ?? []).map((one) => ({
      ...one,
      kind: "inference",
    })),
  ];
  const count = chips.reduce((sum, one) => sum + (one.Count ?? 0), 0);
  // Accelerated types are left out unless something about accelerators is asked for.
  const asked =
    wanted.AcceleratorCount !== undefined ||
    wanted.AcceleratorTypes?.length ||
    wanted.AcceleratorNames?.length ||
    wanted.AcceleratorManufacturers?.length ||
    wanted.AcceleratorTotalMemoryMiB !== undefined;
  if (!asked) return count === 0;
  if (!within(count, wanted.AcceleratorCount)) return false;
  if (count === 0) return true;
  const every = (
    list: readonly string[] | undefined,
    of: (chip: (typeof chips)[number]) => string,
  ) => !list?.length || chips.every((chip) => list.includes(of(chip)));
  const memoryMiB = chips.reduce(
    (sum, { MemoryInfo, Count = 0 }) => sum + (MemoryInfo?.SizeInMiB ?? 0) * Count,
    0,
  );
  return (
    every(wanted.AcceleratorTypes, ({ kind }) => kind) &&
    every(wanted.AcceleratorNames, ({ Name }) => slug(Name)) &&
    every(wanted.AcceleratorManufacturers, ({ Manufacturer }) =>
      slug(Manufacturer) === "aws" ? "amazon-web-services" : slug(Manufacturer),
    ) &&
    within(memoryMiB, wanted.AcceleratorTotalMemoryMiB)
  );
}
