import type { Client } from "#services/kit/service.ts";
import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpngatewayroutepropagation.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPNGatewayRoutePropagation",
  schema: {
    properties: {
      RouteTableIds: { list: "string" },
      VpnGatewayId: "string",
    },
    required: ["RouteTableIds", "VpnGatewayId"],
  },
  async create({ clients, properties, name }) {
    await propagate(clients.ec2, properties["VpnGatewayId"], properties["RouteTableIds"]);
    return name;
  },
  async update({ clients, properties, previous }) {
    const isKept = (id: string) =>
      properties["RouteTableIds"].includes(id) &&
      properties["VpnGatewayId"] === previous["VpnGatewayId"];
    const dropped = previous["RouteTableIds"].filter((id: string) => !isKept(id));
    await stop(clients.ec2, previous["VpnGatewayId"], dropped);
    await propagate(clients.ec2, properties["VpnGatewayId"], properties["RouteTableIds"]);
  },
  async delete({ clients, properties }) {
    await stop(clients.ec2, properties["VpnGatewayId"], properties["RouteTableIds"]);
  },
});

async function propagate(ec2: Client<"ec2">, GatewayId: string, tables: string[]): Promise<void> {
  for (const RouteTableId of tables)
    await ec2.EnableVgwRoutePropagation({ GatewayId, RouteTableId });
}

async function stop(ec2: Client<"ec2">, GatewayId: string, tables: string[]): Promise<void> {
  for (const RouteTableId of tables)
    await ec2.DisableVgwRoutePropagation({ GatewayId, RouteTableId });
}
