import { pick } from "../properties.ts";
import { defineResourceType, type ResourceRequest } from "../resource-type.ts";

const destinations = [
  "DestinationCidrBlock",
  "DestinationIpv6CidrBlock",
  "DestinationPrefixListId",
] as const;
const targets = [
  "CarrierGatewayId",
  "EgressOnlyInternetGatewayId",
  "GatewayId",
  "InstanceId",
  "NatGatewayId",
  "NetworkInterfaceId",
  "VpcEndpointId",
  "VpcPeeringConnectionId",
] as const;
const missing = "there is no such target";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-route.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::Route",
  unsupported: {
    CoreNetworkArn: missing,
    LocalGatewayId: missing,
    TransitGatewayId: missing,
  },
  async create(request) {
    const { clients, properties } = request;
    await clients.ec2.CreateRoute({
      RouteTableId: properties["RouteTableId"],
      ...pick(properties, ...destinations, ...targets),
    });
    return idOf(request);
  },
  async find(request) {
    const { clients, properties } = request;
    const { RouteTables } = await clients.ec2.DescribeRouteTables({
      RouteTableIds: [properties["RouteTableId"]],
    });
    const found = RouteTables?.[0]?.Routes?.some((route) =>
      destinations.some(
        (name) => properties[name] !== undefined && route[name] === properties[name],
      ),
    );
    return found ? idOf(request) : undefined;
  },
  async update({ clients, properties }) {
    await clients.ec2.ReplaceRoute({
      RouteTableId: properties["RouteTableId"],
      ...pick(properties, ...destinations, ...targets),
    });
  },
  async delete({ clients, properties }) {
    await clients.ec2.DeleteRoute({
      RouteTableId: properties["RouteTableId"],
      ...pick(properties, ...destinations),
    });
  },
  attributes: async (request) => ({ CidrBlock: destinationOf(request) }),
});

function destinationOf({ properties }: ResourceRequest): string {
  const given: string[] = destinations.flatMap((name) => properties[name] ?? []);
  return given[0] ?? "";
}

function idOf(request: ResourceRequest): string {
  return `${String(request.properties["RouteTableId"])}|${destinationOf(request)}`;
}
