import { defineResourceType, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpnconnectionroute.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPNConnectionRoute",
  async create({ clients, properties }) {
    const route = routeOf({ properties });
    await clients.ec2.CreateVpnConnectionRoute(route);
    return `${route.VpnConnectionId}|${route.DestinationCidrBlock}`;
  },
  async delete({ clients, properties }) {
    await clients.ec2.DeleteVpnConnectionRoute(routeOf({ properties }));
  },
});

const routeOf = ({ properties }: Pick<ResourceRequest, "properties">) => ({
  VpnConnectionId: properties["VpnConnectionId"] as string,
  DestinationCidrBlock: properties["DestinationCidrBlock"] as string,
});
