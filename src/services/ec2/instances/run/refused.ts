/** Members of RunInstances whose effect Fogbank does not have: refused, never ignored. */
import { ec2Error, unsupportedParameter } from "../../errors.ts";
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
  "SecondaryPrivateIpAddressCount",
] as const;

const unsupportedOfPlacement = [
  "Affinity",
  "HostId",
  "HostResourceGroupArn",
  "PartitionNumber",
  "SpreadDomain",
  "GroupId",
] as const;

/** Throws UnsupportedOperation for the first of them that asks for something. */
export function refuseUnsupported(request: LaunchRequest): void {
  refuse(request, unsupported, "");
  refuse(request.Placement ?? {}, unsupportedOfPlacement, "Placement.");
  for (const one of request.NetworkInterfaces ?? []) {
    refuse(one, unsupportedOfInterface, "NetworkInterfaces.");
    if (one.InterfaceType && one.InterfaceType !== "interface")
      throw unsupportedParameter(`NetworkInterfaces.InterfaceType=${one.InterfaceType}`);
    if ((one.PrivateIpAddresses?.length ?? 0) > 1)
      throw unsupportedParameter(
        "NetworkInterfaces.PrivateIpAddresses",
        "One address is supported.",
      );
  }
  if (request.Ipv6AddressCount) throw unsupportedParameter("Ipv6AddressCount");
  if (request.HibernationOptions?.Configured)
    throw unsupportedParameter("HibernationOptions.Configured");
  if (request.EnclaveOptions?.Enabled) throw unsupportedParameter("EnclaveOptions.Enabled");
  const { CapacityReservationTarget, CapacityReservationPreference: preference } =
    request.CapacityReservationSpecification ?? {};
  if (CapacityReservationTarget)
    throw unsupportedParameter("CapacityReservationSpecification.CapacityReservationTarget");
  // There are no reservations: "open" and "none" ask for the same, and nothing could meet the third.
  if (preference === "capacity-reservations-only")
    throw unsupportedParameter(
      "CapacityReservationSpecification.CapacityReservationPreference=capacity-reservations-only",
    );
  const { BandwidthWeighting } = request.NetworkPerformanceOptions ?? {};
  if (BandwidthWeighting !== undefined && BandwidthWeighting !== "default")
    throw unsupportedParameter(
      `NetworkPerformanceOptions.BandwidthWeighting=${BandwidthWeighting}`,
    );
  if (request.CpuOptions?.AmdSevSnp === "enabled")
    throw unsupportedParameter("CpuOptions.AmdSevSnp");
  if (request.Placement?.Tenancy === "host") throw unsupportedParameter("Placement.Tenancy=host");
  if (request.PrivateDnsNameOptions?.HostnameType === "resource-name")
    throw unsupportedParameter("PrivateDnsNameOptions.HostnameType=resource-name");
  if (request.PrivateDnsNameOptions?.EnableResourceNameDnsARecord)
    throw unsupportedParameter("PrivateDnsNameOptions.EnableResourceNameDnsARecord");
  if (request.PrivateDnsNameOptions?.EnableResourceNameDnsAAAARecord)
    throw unsupportedParameter("PrivateDnsNameOptions.EnableResourceNameDnsAAAARecord");
  if (request.Placement?.GroupName)
    throw ec2Error(
      "InvalidPlacementGroup.Unknown",
      `The Placement Group '${request.Placement.GroupName}' is unknown.`,
    );
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
