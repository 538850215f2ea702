import { pick } from "../properties.ts";
import {
  defineResourceType,
  ResourceFailure,
  type ExistingRequest,
  type UpdateRequest,
} from "../resource-type.ts";
import { tagSpecifications, updateTags } from "./tagged.ts";

const zonal = "a NAT gateway is in one subnet";

/** The addresses besides the first. */
const secondary = [
  "SecondaryAllocationIds",
  "SecondaryPrivateIpAddressCount",
  "SecondaryPrivateIpAddresses",
] as const;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-natgateway.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::NatGateway",
  unsupported: {
    AvailabilityMode: zonal,
    AvailabilityZoneAddresses: zonal,
    VpcId: zonal,
  },
  async create(request) {
    const { clients, properties, token } = request;
    const { NatGateway } = await clients.ec2.CreateNatGateway({
      ClientToken: token,
      ...pick(properties, "SubnetId", "AllocationId", "ConnectivityType", "PrivateIpAddress"),
      ...pick(properties, ...secondary),
      ...tagSpecifications(request, "natgateway"),
    });
    return NatGateway!.NatGatewayId!;
  },
  async stabilize(request) {
    const gateway = await describe(request);
    if (gateway?.State === "failed")
      throw new ResourceFailure(
        `NatGateway ${request.physicalId} is in state failed and hence failed to stabilize. Detailed failure message: ${gateway.FailureMessage ?? ""}`,
      );
    return gateway?.State === "available";
  },
  async update(request) {
    if (secondary.some((name) => request.changed.includes(name))) await readdress(request);
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteNatGateway({ NatGatewayId: physicalId });
  },
  async deleted(request) {
    const gateway = await describe(request);
    return gateway === undefined || gateway.State === "deleted";
  },
  async attributes(request) {
    const gateway = await describe(request);
    return {
      NatGatewayId: request.physicalId,
      EniId: gateway?.NatGatewayAddresses?.[0]?.NetworkInterfaceId,
    };
  },
});

async function describe({ clients, physicalId }: ExistingRequest) {
  const { NatGateways } = await clients.ec2.DescribeNatGateways({ NatGatewayIds: [physicalId] });
  return NatGateways?.[0];
}

/** Brings the secondary addresses to those that the template names, from whatever there are. */
async function readdress(request: UpdateRequest): Promise<void> {
  const { clients, properties, physicalId: NatGatewayId } = request;
  const { ec2 } = clients;
  const gateway = await describe(request);
  const present = (gateway?.NatGatewayAddresses ?? []).filter(({ IsPrimary }) => !IsPrimary);
  const ips = (properties["SecondaryPrivateIpAddresses"] ?? []) as string[];
  const newIps = ips.filter((ip) => present.every(({ PrivateIp }) => PrivateIp !== ip));
  if (gateway?.ConnectivityType !== "private") {
    const ids = (properties["SecondaryAllocationIds"] ?? []) as string[];
    const AssociationIds = present
      .filter(({ AllocationId }) => !ids.includes(AllocationId!))
      .map(({ AssociationId }) => AssociationId!);
    if (AssociationIds.length > 0)
      await ec2.DisassociateNatGatewayAddress({ NatGatewayId, AssociationIds });
    const AllocationIds = ids.filter((id) => present.every((one) => one.AllocationId !== id));
    if (AllocationIds.length > 0)
      await ec2.AssociateNatGatewayAddress({
        NatGatewayId,
        AllocationIds,
        ...(newIps.length > 0 && { PrivateIpAddresses: newIps }),
      });
    return;
  }
  const count = Number(properties["SecondaryPrivateIpAddressCount"] ?? 0);
  const surplus =
    ips.length > 0
      ? present.filter(({ PrivateIp }) => !ips.includes(PrivateIp!))
      : present.slice(count);
  const PrivateIpAddresses = surplus.map(({ PrivateIp }) => PrivateIp!);
  if (PrivateIpAddresses.length > 0)
    await ec2.UnassignPrivateNatGatewayAddress({ NatGatewayId, PrivateIpAddresses });
  if (newIps.length > 0)
    await ec2.AssignPrivateNatGatewayAddress({ NatGatewayId, PrivateIpAddresses: newIps });
  else if (ips.length === 0 && count > present.length)
    await ec2.AssignPrivateNatGatewayAddress({
      NatGatewayId,
      PrivateIpAddressCount: count - present.length,
    });
}
