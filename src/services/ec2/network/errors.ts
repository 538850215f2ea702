/** Errors of the network's parts. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
import { dependencyViolation, ec2Error, invalidParameterValue } from "../errors.ts";

export const invalidCidr = (parameter: string, text: string) =>
  invalidParameterValue(
    `Value (${text}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`,
  );

/** `kind` in AWS's spelling inside its sentence: "vpc", "subnet", "internetGateway" … */
export const hasDependencies = (kind: string, id: string) =>
  dependencyViolation(`The ${kind} '${id}' has dependencies and cannot be deleted.`);

export const invalidVpcRange = (cidr: string) =>
  ec2Error("InvalidVpc.Range", `The CIDR '${cidr}' is invalid.`);
export const invalidSubnetRange = (cidr: string) =>
  ec2Error("InvalidSubnet.Range", `The CIDR '${cidr}' is invalid.`);
export const subnetConflict = (cidr: string) =>
  ec2Error("InvalidSubnet.Conflict", `The CIDR '${cidr}' conflicts with another subnet`);
export const defaultVpcExists = () =>
  ec2Error(
    "DefaultVpcAlreadyExists",
    "A Default VPC already exists for this account in this region.",
  );
export const noDefaultVpc = () => ec2Error("VPCIdNotSpecified", "No default VPC for this user");
/** RunInstances says more of it. */
export const defaultVpcDoesNotExist = () =>
  ec2Error("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.");
export const noDefaultVpcToLaunchIn = () =>
  ec2Error(
    "VPCIdNotSpecified",
    "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
  );
export const noDefaultSubnet = (zone: string) =>
  ec2Error("InvalidInput", `No default subnet for availability zone: '${zone}'.`);
export const noDefaultSubnets = (vpcId: string) =>
  ec2Error(
    "MissingInput",
    `No subnets found for the default VPC '${vpcId}'. Please specify a subnet.`,
  );
export const addressInUse = (address: string) =>
  ec2Error("InvalidIPAddress.InUse", `Address ${address} is in use.`);
export const noFreeAddresses = (subnetId: string) =>
  ec2Error(
    "InsufficientFreeAddressesInSubnet",
    `There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances.`,
  );
export const alreadyAssociated = (message: string) =>
  ec2Error("Resource.AlreadyAssociated", message);
export const notAttached = (resource: string, network: string) =>
  ec2Error("Gateway.NotAttached", `resource ${resource} is not attached to network ${network}`);
export const associationNotFound = (id: string) =>
  ec2Error("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
export const attachmentNotFound = (id: string) =>
  ec2Error(
    "InvalidAttachmentID.NotFound",
    `The networkInterfaceAttachment ID '${id}' does not exist`,
  );
export const interfaceInUse = (id: string) =>
  ec2Error("InvalidNetworkInterface.InUse", `Interface: [${id}] in use.`);
export const groupNotFound = (id: string) =>
  ec2Error("InvalidGroup.NotFound", `The security group '${id}' does not exist`);
export const groupNameNotFound = (name: string, vpcId: string | undefined) =>
  ec2Error(
    "InvalidGroup.NotFound",
    `The security group '${name}' does not exist in default VPC '${vpcId ?? "none"}'`,
  );
export const differentNetworks = (groupId: string, subnetId: string) =>
  ec2Error(
    "InvalidParameter",
    `Security group ${groupId} and subnet ${subnetId} belong to different networks.`,
  );
