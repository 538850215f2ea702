import { defineResourceType } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** Properties with the names that DHCP options have in the API. */
const options = {
  DomainName: "domain-name",
  DomainNameServers: "domain-name-servers",
  NetbiosNameServers: "netbios-name-servers",
  NetbiosNodeType: "netbios-node-type",
  NtpServers: "ntp-servers",
  Ipv6AddressPreferredLeaseTime: "ipv6-address-preferred-lease-time",
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-dhcpoptions.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::DHCPOptions",
  async create(request) {
    const { clients, properties } = request;
    const { DhcpOptions } = await clients.ec2.CreateDhcpOptions({
      DhcpConfigurations: Object.entries(options)
        .filter(([name]) => properties[name] !== undefined)
        .map(([name, Key]) => ({ Key, Values: [properties[name]].flat().map(String) })),
      ...tagSpecifications(request, "dhcp-options"),
    });
    return DhcpOptions!.DhcpOptionsId!;
  },
  find: (request) => findTagged(request, "dhcp-options"),
  update: (request) => updateTags(request),
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteDhcpOptions({ DhcpOptionsId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ DhcpOptionsId: physicalId }),
});
