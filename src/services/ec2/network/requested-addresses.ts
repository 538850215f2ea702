/** The private addresses that a request for an interface lists, counts or names. */
import { invalidParameterCombination } from "../errors.ts";

export interface AddressRequest {
  PrivateIpAddress?: string | undefined;
  PrivateIpAddresses?:
    | readonly { Primary?: boolean | undefined; PrivateIpAddress?: string | undefined }[]
    | undefined;
  SecondaryPrivateIpAddressCount?: number | undefined;
}

export interface RequestedAddresses {
  /** Undefined: any address of the subnet. */
  privateIp: string | undefined;
  secondaryIps: string[];
  /** Secondary addresses that the subnet chooses. */
  secondaryCount: number;
}

/**
 * Of a list that marks no primary address, the first is it, unless the request names one beside.
 * Throws InvalidParameterCombination where secondary addresses are both listed and counted.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceNetworkInterfaceSpecification.html
 */
export function requestedAddresses(request: AddressRequest): RequestedAddresses {
  const { PrivateIpAddress, PrivateIpAddresses = [] } = request;
  const marked = PrivateIpAddresses.some((one) => one.Primary);
  const isPrimary = (one: { Primary?: boolean | undefined }, index: number) =>
    marked ? one.Primary === true : index === 0 && PrivateIpAddress === undefined;
  const secondaryIps = PrivateIpAddresses.flatMap((one, index) =>
    isPrimary(one, index) ? [] : [one.PrivateIpAddress!],
  );
  const secondaryCount = request.SecondaryPrivateIpAddressCount ?? 0;
  if (secondaryCount > 0 && secondaryIps.length > 0)
    throw invalidParameterCombination(
      "The parameter secondaryPrivateIpAddressCount cannot be used with the parameter privateIpAddresses",
    );
  const privateIp = PrivateIpAddress ?? PrivateIpAddresses.find(isPrimary)?.PrivateIpAddress;
  return { privateIp, secondaryIps, secondaryCount };
}
