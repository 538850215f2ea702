/** Members of RunInstances whose effect Fogbank does not have: refused, never ignored. */
import { unsupportedParameter } from "../../errors.ts";
import type { LaunchRequest } from "./launch-request.ts";

const unsupported = [
  "ElasticGpuSpecification",
  "ElasticInferenceAccelerators",
  "EnablePrimaryIpv6",
  "Ipv6Addresses",
  "KernelId",
  "LicenseSpecifications",
  "Operator",
  "RamdiskId",
  "SecondaryInterfaces",
] as const satisfies readonly (keyof LaunchRequest)[];

const unsupportedOfInterface = [
  "ConnectionTrackingSpecification",
  "EnaSrdSpecification",
  "Ipv4PrefixCount",
  "Ipv4Prefixes",
  "Ipv6AddressCount",
  "Ipv6Addresses",
  "Ipv6PrefixCount",
  "Ipv6Prefixes",
  "PrimaryIpv6",
] as const;

const unsupportedOfPlacement = ["HostResourceGroupArn", "SpreadDomain"] as const;

/** Throws UnsupportedOperation for the first of them that asks for something. */
export function refuseUnsupported(request: LaunchRequest): void {
  refuse(request, unsupported, "");
  refuse(request.Placement ?? {}, unsupportedOfPlacement, "Placement.");
  for (const one of request.NetworkInterfaces ?? []) {
    refuse(one, unsupportedOfInterface, "NetworkInterfaces.");
    if (one.InterfaceType && one.InterfaceType !== "interface")
      throw unsupportedParameter(`NetworkInterfaces.InterfaceType=${one.InterfaceType}`);
  }
  if (request.Ipv6AddressCount) throw unsupportedParameter("Ipv6AddressCount");
  if (request.HibernationOptions?.Configured)
    throw unsupportedParameter("HibernationOptions.Configured");
  if (request.EnclaveOptions?.Enabled) throw unsupportedParameter("EnclaveOptions.Enabled");
  const { BandwidthWeighting } = request.NetworkPerformanceOptions ?? {};
  if (BandwidthWeighting !== undefined && BandwidthWeighting !== "default")
    throw unsupportedParameter(
      `NetworkPerformanceOptions.BandwidthWeighting=${BandwidthWeighting}`,
    );
  if (request.CpuOptions?.AmdSevSnp === "enabled")
    throw unsupportedParameter("CpuOptions.AmdSevSnp");
}

function refuse<T extends object>(
  given: T,
  names: readonly (keyof T & string)[],
  path: string,
): void {
  for (const name of names) {
    const value = given[name];
    if (value === undefined || value === null || value === 0) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    throw unsupportedParameter(`${path}${name}`);
  }
}
