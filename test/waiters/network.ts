/** A VPC as Terraform's provider makes, polls and destroys it: each step waits for what it polls for. */
import assert from "node:assert/strict";
import {
  waitUntilInternetGatewayExists,
  waitUntilNatGatewayAvailable,
  waitUntilNatGatewayDeleted,
  waitUntilSecurityGroupExists,
  waitUntilSubnetAvailable,
  waitUntilVpcAvailable,
  waitUntilVpcExists,
  waitUntilVpcPeeringConnectionDeleted,
  waitUntilVpcPeeringConnectionExists,
  type EC2,
} from "@aws-sdk/client-ec2";
import { eventually, gone, type Patience } from "./patience.ts";

export interface Network {
  vpcId: string;
  subnetIds: [string, string];
  groupId: string;
  destroy(): Promise<void>;
}

export async function makeNetwork(ec2: EC2, patience: Patience): Promise<Network> {
  const waiting = { client: ec2, ...patience };
  const { Vpc } = await ec2.createVpc({ CidrBlock: "10.20.0.0/16" });
  const vpcId = Vpc!.VpcId!;
  await waitUntilVpcExists(waiting, { VpcIds: [vpcId] });
  await waitUntilVpcAvailable(waiting, { VpcIds: [vpcId] });
  await ec2.modifyVpcAttribute({ VpcId: vpcId, EnableDnsHostnames: { Value: true } });
  await eventually(async () => {
    const Attribute = "enableDnsHostnames" as const;
    const { EnableDnsHostnames } = await ec2.describeVpcAttribute({ VpcId: vpcId, Attribute });
    return EnableDnsHostnames?.Value === true;
  });

  const subnetIds: string[] = [];
  for (const [index, AvailabilityZone] of ["us-east-1a", "us-east-1b"].entries()) {
    const CidrBlock = `10.20.${index}.0/24`;
    const { Subnet } = await ec2.createSubnet({ VpcId: vpcId, CidrBlock, AvailabilityZone });
    subnetIds.push(Subnet!.SubnetId!);
  }
  await waitUntilSubnetAvailable(waiting, { SubnetIds: subnetIds });

  const { InternetGateway } = await ec2.createInternetGateway({});
  const InternetGatewayId = InternetGateway!.InternetGatewayId!;
  await waitUntilInternetGatewayExists(waiting, { InternetGatewayIds: [InternetGatewayId] });
  await ec2.attachInternetGateway({ InternetGatewayId, VpcId: vpcId });
  await eventually(async () => {
    const InternetGatewayIds = [InternetGatewayId];
    const { InternetGateways } = await ec2.describeInternetGateways({ InternetGatewayIds });
    // Of internet gateways "available" stands where others say "attached".
    return (InternetGateways![0]!.Attachments![0]!.State as string) === "available";
  });

  const { RouteTable } = await ec2.createRouteTable({ VpcId: vpcId });
  const RouteTableId = RouteTable!.RouteTableId!;
  const DestinationCidrBlock = "0.0.0.0/0";
  await ec2.createRoute({ RouteTableId, DestinationCidrBlock, GatewayId: InternetGatewayId });
  await eventually(async () => {
    const { RouteTables } = await ec2.describeRouteTables({ RouteTableIds: [RouteTableId] });
    const [table] = RouteTables!;
    const route = table!.Routes!.find((one) => one.GatewayId === InternetGatewayId);
    return route?.State === "active";
  });
  const { AssociationId } = await ec2.associateRouteTable({
    RouteTableId,
    SubnetId: subnetIds[0]!,
  });
  await eventually(async () => {
    const Name = "association.route-table-association-id";
    const Filters = [{ Name, Values: [AssociationId!] }];
    const { RouteTables } = await ec2.describeRouteTables({ Filters });
    return RouteTables![0]!.Associations![0]!.AssociationState!.State === "associated";
  });

  const { AllocationId } = await ec2.allocateAddress({ Domain: "vpc" });
  const { NatGateway } = await ec2.createNatGateway({
    SubnetId: subnetIds[0]!,
    AllocationId: AllocationId!,
  });
  const NatGatewayId = NatGateway!.NatGatewayId!;
  await waitUntilNatGatewayAvailable(waiting, { NatGatewayIds: [NatGatewayId] });

  const { GroupId } = await ec2.createSecurityGroup({
    GroupName: "web",
    Description: "of the waiters",
    VpcId: vpcId,
  });
  const groupId = GroupId!;
  await waitUntilSecurityGroupExists(waiting, { GroupIds: [groupId] });

  const { VpcPeeringConnection } = await ec2.createVpcPeeringConnection({
    VpcId: vpcId,
    PeerVpcId: (await ec2.createVpc({ CidrBlock: "10.21.0.0/16" })).Vpc!.VpcId!,
  });
  const VpcPeeringConnectionIds = [VpcPeeringConnection!.VpcPeeringConnectionId!];
  await waitUntilVpcPeeringConnectionExists(waiting, { VpcPeeringConnectionIds });

  return {
    vpcId,
    subnetIds: [subnetIds[0]!, subnetIds[1]!],
    groupId,
    async destroy() {
      await ec2.deleteVpcPeeringConnection({ VpcPeeringConnectionId: VpcPeeringConnectionIds[0]! });
      await waitUntilVpcPeeringConnectionDeleted(waiting, { VpcPeeringConnectionIds });
      await assert.rejects(ec2.deleteVpc({ VpcId: vpcId }), { name: "DependencyViolation" });
      await ec2.deleteNatGateway({ NatGatewayId });
      await waitUntilNatGatewayDeleted(waiting, { NatGatewayIds: [NatGatewayId] });
      await ec2.releaseAddress({ AllocationId: AllocationId! });
      await ec2.deleteSecurityGroup({ GroupId: groupId });
      await gone("InvalidGroup.NotFound", () =>
        ec2.describeSecurityGroups({ GroupIds: [groupId] }),
      );
      await ec2.disassociateRouteTable({ AssociationId: AssociationId! });
      await ec2.deleteRouteTable({ RouteTableId });
      await gone("InvalidRouteTableID.NotFound", () =>
        ec2.describeRouteTables({ RouteTableIds: [RouteTableId] }),
      );
      await ec2.detachInternetGateway({ InternetGatewayId, VpcId: vpcId });
      await ec2.deleteInternetGateway({ InternetGatewayId });
      await gone("InvalidInternetGatewayID.NotFound", () =>
        ec2.describeInternetGateways({ InternetGatewayIds: [InternetGatewayId] }),
      );
      for (const SubnetId of subnetIds) await ec2.deleteSubnet({ SubnetId });
      await gone("InvalidSubnetID.NotFound", () =>
        ec2.describeSubnets({ SubnetIds: [subnetIds[0]!] }),
      );
      await ec2.deleteVpc({ VpcId: vpcId });
      await gone("InvalidVpcID.NotFound", () => ec2.describeVpcs({ VpcIds: [vpcId] }));
    },
  };
}
