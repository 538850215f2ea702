import { pick } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-networkaclentry.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::NetworkAclEntry",
  async create({ clients, properties }) {
    await clients.ec2.CreateNetworkAclEntry(entryOf(properties));
    return idOf(properties);
  },
  async find({ clients, properties }) {
    const { NetworkAclId, RuleNumber, Egress = false } = properties;
    const { NetworkAcls } = await clients.ec2.DescribeNetworkAcls({
      NetworkAclIds: [NetworkAclId],
    });
    const found = NetworkAcls?.[0]?.Entries?.some(
      (entry) => entry.RuleNumber === RuleNumber && entry.Egress === Egress,
    );
    return found ? idOf(properties) : undefined;
  },
  async update({ clients, properties }) {
    await clients.ec2.ReplaceNetworkAclEntry(entryOf(properties));
  },
  async delete({ clients, properties }) {
    const { NetworkAclId, RuleNumber, Egress = false } = properties;
    await clients.ec2.DeleteNetworkAclEntry({ NetworkAclId, RuleNumber, Egress });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

function entryOf(properties: Properties) {
  const { NetworkAclId, RuleNumber, RuleAction, Egress = false, Icmp } = properties;
  return {
    NetworkAclId,
    RuleNumber,
    RuleAction,
    Egress,
    Protocol: String(properties["Protocol"]),
    ...pick(properties, "CidrBlock", "Ipv6CidrBlock", "PortRange"),
    ...(Icmp && { IcmpTypeCode: Icmp }),
  };
}

function idOf({ NetworkAclId, RuleNumber, Egress = false }: Properties): string {
  return `${NetworkAclId}|${RuleNumber}|${Egress}`;
}
