/** The filters of DescribeInstanceTypes: nearly all are a member's path in lower case with dashes. */
import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { FilterTable } from "../filters.ts";
import { valuesAt } from "./catalog.ts";

/** Paths whose filters AWS names as the path itself. */
const paths = `
AutoRecoverySupported BareMetal BurstablePerformanceSupported CurrentGeneration
DedicatedHostsSupported EbsInfo.AttachmentLimitType EbsInfo.MaximumEbsAttachments
EbsInfo.EbsOptimizedInfo.BaselineBandwidthInMbps EbsInfo.EbsOptimizedInfo.BaselineIops
EbsInfo.EbsOptimizedInfo.BaselineThroughputInMBps EbsInfo.EbsOptimizedInfo.MaximumBandwidthInMbps
EbsInfo.EbsOptimizedInfo.MaximumIops EbsInfo.EbsOptimizedInfo.MaximumThroughputInMBps
EbsInfo.EbsOptimizedSupport EbsInfo.EncryptionSupport EbsInfo.NvmeSupport FreeTierEligible
HibernationSupported Hypervisor InstanceStorageInfo.EncryptionSupport
InstanceStorageInfo.NvmeSupport InstanceStorageInfo.TotalSizeInGB InstanceStorageSupported
InstanceType MemoryInfo.SizeInMiB NetworkInfo.BandwidthWeightings
NetworkInfo.EfaInfo.MaximumEfaInterfaces NetworkInfo.EfaSupported NetworkInfo.EnaSupport
NetworkInfo.FlexibleEnaQueuesSupport NetworkInfo.EncryptionInTransitSupported
NetworkInfo.Ipv4AddressesPerInterface NetworkInfo.Ipv6AddressesPerInterface
NetworkInfo.Ipv6Supported NetworkInfo.MaximumNetworkCards NetworkInfo.MaximumNetworkInterfaces
NetworkInfo.NetworkPerformance NitroEnclavesSupport NitroTpmSupport NitroTpmInfo.SupportedVersions
ProcessorInfo.SustainedClockSpeedInGhz ProcessorInfo.SupportedFeatures RebootMigrationSupport
VCpuInfo.DefaultCores VCpuInfo.DefaultThreadsPerCore VCpuInfo.DefaultVCpus VCpuInfo.ValidCores
VCpuInfo.ValidThreadsPerCore`
  .trim()
  .split(/\s+/);

/** Filters whose names differ from their members'. */
const renamed: Record<string, string> = {
  "instance-storage-info.disk.count": "InstanceStorageInfo.Disks.Count",
  "instance-storage-info.disk.size-in-gb": "InstanceStorageInfo.Disks.SizeInGB",
  "instance-storage-info.disk.type": "InstanceStorageInfo.Disks.Type",
  "processor-info.supported-architecture": "ProcessorInfo.SupportedArchitectures",
  "supported-boot-mode": "SupportedBootModes",
  "supported-root-device-type": "SupportedRootDeviceTypes",
  "supported-usage-class": "SupportedUsageClasses",
  "supported-virtualization-type": "SupportedVirtualizationTypes",
};

/** "EbsInfo.EbsOptimizedInfo.BaselineThroughputInMBps" → "…baseline-throughput-in-mbps" */
function filterName(path: string): string {
  return path
    .replace("VCpuInfo", "VcpuInfo")
    .replace("DefaultVCpus", "DefaultVcpus")
    .replace("InMBps", "InMbps")
    .replace("InGB", "InGb")
    .replace("InMiB", "InMib")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase();
}

export const instanceTypeFilters: FilterTable<InstanceTypeInfo> = Object.fromEntries(
  [...paths.map((path) => [filterName(path), path] as const), ...Object.entries(renamed)].map(
    ([name, path]) => [name, (info: InstanceTypeInfo) => valuesAt(info, path.split("."))],
  ),
);
