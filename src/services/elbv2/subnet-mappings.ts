/** The subnets that a request names in either of its two ways. */
import type { SubnetMapping } from "@aws-sdk/client-elastic-load-balancing-v2";
import { invalidConfiguration, severalInOneZone, unsupported, validationError } from "./errors.ts";

interface Given {
  Subnets?: readonly string[] | undefined;
  SubnetMappings?: readonly SubnetMapping[] | undefined;
}

export function mappingsOf({ Subnets, SubnetMappings }: Given): readonly SubnetMapping[] {
  return SubnetMappings?.length
    ? SubnetMappings
    : (Subnets ?? []).map((SubnetId) => ({ SubnetId }));
}

/** Where the request chose the node's private address. */
export function addressedSubnets(input: Given): ReadonlySet<string> {
  return new Set(
    mappingsOf(input).flatMap(({ SubnetId = "", PrivateIPv4Address }) =>
      PrivateIPv4Address === undefined ? [] : [SubnetId],
    ),
  );
}

export function subnetIdsOf(input: Given, type: "application" | "network"): string[] {
  const { Subnets, SubnetMappings } = input;
  if (Subnets?.length && SubnetMappings?.length)
    throw validationError("You can specify either subnets or subnet mappings, but not both");
  for (const { AllocationId, PrivateIPv4Address, IPv6Address } of SubnetMappings ?? []) {
    if (type === "network") continue;
    if (AllocationId !== undefined)
      throw invalidConfiguration(
        "Elastic IPs are not supported for load balancers with type 'application'",
      );
    if (PrivateIPv4Address ?? IPv6Address)
      throw unsupported(
        "addresses in subnet mappings: application load balancers have none of their own",
      );
  }
  // Of two mappings of one subnet one would be lost, and its address with it.
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html: "You can specify only one subnet per Availability Zone."
  const mapped = new Set(SubnetMappings?.map(({ SubnetId }) => SubnetId));
  if (mapped.size < (SubnetMappings?.length ?? 0)) throw severalInOneZone();
  return [...(Subnets ?? []), ...(SubnetMappings ?? []).map(({ SubnetId }) => SubnetId ?? "")];
}
