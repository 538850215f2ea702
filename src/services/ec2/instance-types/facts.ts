/** The few facts about an instance type that running an instance needs. */
import { invalidValueFor } from "../errors.ts";

export interface TypeFacts {
  vcpus: number;
  memoryBytes: number;
  architectures: readonly string[];
  burstable: boolean;
  /** "nitro" or "xen", as instances of the type report. */
  hypervisor: string;
  ebsOptimizedByDefault: boolean;
  ebsOptimizedSupported: boolean;
  cores: number;
  threadsPerCore: number;
  maximumInterfaces: number;
  addressesPerInterface: number;
}

/** Throws InvalidParameterValue for a type that Fogbank does not know. */
export async function typeFacts(instanceType: string): Promise<TypeFacts> {
  const { instanceTypeNamed } = await import("./catalog.ts");
  const info = instanceTypeNamed(instanceType);
  if (!info) throw invalidValueFor("instanceType", instanceType, "Invalid instance type.");
  const support = info.EbsInfo?.EbsOptimizedSupport;
  return {
    vcpus: info.VCpuInfo?.DefaultVCpus ?? 1,
    memoryBytes: (info.MemoryInfo?.SizeInMiB ?? 1024) * 2 ** 20,
    architectures: info.ProcessorInfo?.SupportedArchitectures ?? [],
    burstable: info.BurstablePerformanceSupported ?? false,
    hypervisor: info.Hypervisor ?? "xen",
    ebsOptimizedByDefault: support === "default",
    ebsOptimizedSupported: support !== "unsupported",
    cores: info.VCpuInfo?.DefaultCores ?? 1,
    threadsPerCore: info.VCpuInfo?.DefaultThreadsPerCore ?? 1,
    maximumInterfaces: info.NetworkInfo?.MaximumNetworkInterfaces ?? 1,
    addressesPerInterface: info.NetworkInfo?.Ipv4AddressesPerInterface ?? 1,
  };
}
