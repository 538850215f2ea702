/** The network interfaces that a launch asks for, one list per instance. */
import type { Tags } from "#services/kit/tags.ts";
import { ec2Error, invalidParameterCombination } from "../../errors.ts";
import type { InterfaceRequest } from "../../instance-network.ts";
import { requestedAddresses } from "../../network/requested-addresses.ts";
import type { LaunchRequest } from "./launch-request.ts";

/** Throws InvalidParameterCombination where interfaces and top-level members exclude each other. */
export function interfaceRequests(
  request: LaunchRequest,
  instanceId: string,
  tags: Tags,
): InterfaceRequest[] {
  const zone = request.Placement?.AvailabilityZone;
  const specified = request.NetworkInterfaces ?? [];
  if (specified.length === 0)
    return [
      {
        instanceId,
        deviceIndex: 0,
        ...(request.SubnetId && { subnetId: request.SubnetId }),
        ...(zone && { availabilityZone: zone }),
        ...(request.SecurityGroupIds && { securityGroupIds: request.SecurityGroupIds }),
        ...(request.SecurityGroups && { securityGroupNames: request.SecurityGroups }),
        ...(request.PrivateIpAddress && { privateIp: request.PrivateIpAddress }),
        deleteOnTermination: true,
        tags,
      },
    ];
  checkCombinations(request, specified);
  return specified.map((one) => ({
    instanceId,
    deviceIndex: one.DeviceIndex ?? 0,
    ...(one.NetworkInterfaceId && { networkInterfaceId: one.NetworkInterfaceId }),
    ...(one.SubnetId && { subnetId: one.SubnetId }),
    ...(zone && { availabilityZone: zone }),
    ...(one.Groups && { securityGroupIds: one.Groups }),
    ...requestedAddresses(one),
    ...(one.AssociatePublicIpAddress !== undefined && {
      associatePublicIp: one.AssociatePublicIpAddress,
    }),
    ...(one.Description && { description: one.Description }),
    // An interface that was there before the instance stays after it unless told otherwise.
    deleteOnTermination: one.DeleteOnTermination ?? !one.NetworkInterfaceId,
    tags,
  }));
}

type Specification = NonNullable<LaunchRequest["NetworkInterfaces"]>[number];

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html */
export const privateAddressLimitExceeded = () =>
  ec2Error("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.");

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceNetworkInterfaceSpecification.html */
export const notForSeveral = (parameter: string) =>
  invalidParameterCombination(
    `The parameter ${parameter} cannot be used when launching more than one instance.`,
  );

function checkCombinations(request: LaunchRequest, specified: readonly Specification[]): void {
  const refuse = (what: string) =>
    invalidParameterCombination(
      `Network interfaces and an instance-level ${what} may not be specified on the same request`,
    );
  if (request.SubnetId) throw refuse("subnet ID");
  if (request.SecurityGroupIds?.length || request.SecurityGroups?.length)
    throw refuse("security groups");
  if (request.PrivateIpAddress) throw refuse("private address");
  if (specified.length > 1 && specified.some((one) => one.AssociatePublicIpAddress))
    throw invalidParameterCombination(
      "The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces.",
    );
  const many = (request.MaxCount ?? 1) > 1;
  if (many && specified.some((one) => one.NetworkInterfaceId))
    throw invalidParameterCombination(
      "Network interface IDs cannot be specified when launching more than one instance.",
    );
  if (many && specified.some((one) => one.PrivateIpAddress || one.PrivateIpAddresses?.length))
    throw notForSeveral("privateIpAddresses");
  if (many && specified.some((one) => one.SecondaryPrivateIpAddressCount))
    throw notForSeveral("secondaryPrivateIpAddressCount");
  if (!specified.some((one) => (one.DeviceIndex ?? 0) === 0))
    throw invalidParameterCombination(
      "The network interface with device index 0 must be specified.",
    );
}
