import { pick } from "../properties.ts";
import { defineResourceType, ResourceFailure, type ExistingRequest } from "../resource-type.ts";
import { tagSpecifications, updateTags } from "./tagged.ts";

const single = "a NAT gateway has one address, in one subnet";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-natgateway.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::NatGateway",
  unsupported: {
    AvailabilityMode: single,
    AvailabilityZoneAddresses: single,
    SecondaryAllocationIds: single,
    SecondaryPrivateIpAddressCount: single,
    SecondaryPrivateIpAddresses: single,
    VpcId: single,
  },
  async create(request) {
    const { clients, properties, token } = request;
    const { NatGateway } = await clients.ec2.CreateNatGateway({
      ClientToken: token,
      ...pick(properties, "SubnetId", "AllocationId", "ConnectivityType", "PrivateIpAddress"),
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
  update: (request) => updateTags(request),
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
