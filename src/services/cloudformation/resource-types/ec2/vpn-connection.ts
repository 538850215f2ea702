import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

const noTransit = "there are no transit gateways";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpnconnection.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPNConnection",
  unsupported: {
    TransitGatewayId: noTransit,
    TransportTransitGatewayAttachmentId: noTransit,
    VpnConcentratorId: "there are no VPN concentrators",
    PreSharedKeyStorage: "keys are kept with their connection",
    TunnelBandwidth: "tunnels carry nothing",
    LocalIpv6NetworkCidr: "there is no IPv6",
    RemoteIpv6NetworkCidr: "there is no IPv6",
    "TunnelInsideIpVersion=ipv6": "there is no IPv6",
  },
  // AWS changes these in place; here a connection stays what it was made as.
  replacedBy: ["CustomerGatewayId", "VpnGatewayId", "VpnTunnelOptionsSpecifications"],
  async create(request) {
    const { clients, properties } = request;
    const { VpnTunnelOptionsSpecifications: tunnels } = properties;
    const { VpnConnection } = await clients.ec2.CreateVpnConnection({
      Type: properties["Type"],
      CustomerGatewayId: properties["CustomerGatewayId"],
      ...pick(properties, "VpnGatewayId"),
      Options: {
        ...pick(
          properties,
          "EnableAcceleration",
          "LocalIpv4NetworkCidr",
          "OutsideIpAddressType",
          "RemoteIpv4NetworkCidr",
          "StaticRoutesOnly",
        ),
        ...(tunnels && { TunnelOptions: tunnels }),
      },
      ...tagSpecifications(request, "vpn-connection"),
    });
    return VpnConnection!.VpnConnectionId!;
  },
  find: (request) => findTagged(request, "vpn-connection"),
  update: (request) => updateTags(request),
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteVpnConnection({ VpnConnectionId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ VpnConnectionId: physicalId }),
});
