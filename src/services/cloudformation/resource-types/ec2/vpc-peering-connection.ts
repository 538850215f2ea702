import { pick } from "../properties.ts";
import { defineResourceType, ResourceFailure, type ExistingRequest } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpcpeeringconnection.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPCPeeringConnection",
  unsupported: {
    AssumeRoleRegion: "connections are accepted without a role",
    PeerRoleArn: "connections are accepted without a role",
  },
  async create(request) {
    const { VpcPeeringConnection } = await request.clients.ec2.CreateVpcPeeringConnection({
      VpcId: request.properties["VpcId"],
      ...pick(request.properties, "PeerVpcId", "PeerOwnerId", "PeerRegion"),
      ...tagSpecifications(request, "vpc-peering-connection"),
    });
    return VpcPeeringConnection!.VpcPeeringConnectionId!;
  },
  find: (request) => findTagged(request, "vpc-peering-connection"),
  /** CloudFormation accepts for the account that both VPCs are of. */
  async configure(request) {
    if ((await statusOf(request)) === "pending-acceptance")
      await request.clients.ec2.AcceptVpcPeeringConnection({
        VpcPeeringConnectionId: request.physicalId,
      });
  },
  async stabilize(request) {
    const status = await statusOf(request);
    if (status === "failed" || status === "rejected" || status === "expired")
      throw new ResourceFailure(`VpcPeeringConnection ${request.physicalId} is in state ${status}`);
    return status === "active";
  },
  update: (request) => updateTags(request),
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteVpcPeeringConnection({ VpcPeeringConnectionId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

async function statusOf({ clients, physicalId }: ExistingRequest) {
  const { VpcPeeringConnections } = await clients.ec2.DescribeVpcPeeringConnections({
    VpcPeeringConnectionIds: [physicalId],
  });
  return VpcPeeringConnections?.[0]?.Status?.Code;
}
