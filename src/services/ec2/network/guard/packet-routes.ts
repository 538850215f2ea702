/** Where packets of an instance may go, as the route table of its subnet has it. */
import type { PacketRoute } from "#compute/network-rules.ts";
import { parseCidr } from "../cidr.ts";
import type {
  NetworkInterfaceRecord,
  RouteRecord,
  RouteTableRecord,
  VpcRecord,
} from "../records.ts";
import type { NetworkRecords } from "./read-records.ts";

/** The most specific route first, and the VPCs that it reaches by peering. */
export function packetRoutes(
  records: NetworkRecords,
  vpc: VpcRecord,
  { subnetId, privateIps, lentPublicIp }: NetworkInterfaceRecord,
): { routes: PacketRoute[]; reaches: string[] } {
  const isPublic = lentPublicIp !== undefined || privateIps[0]!.elastic !== undefined;
  const table = tableOf(records, vpc.vpcId, subnetId);
  const routes: PacketRoute[] = [];
  const reaches = new Set<string>();
  for (const route of table?.routes ?? []) {
    const to = targetOf(records, route, isPublic);
    for (const cidr of destinationsOf(records, route)) routes.push({ cidr, to });
    const peer = peerOf(records, vpc.vpcId, route);
    if (peer !== undefined) reaches.add(peer);
  }
  routes.sort((a, b) => parseCidr(b.cidr)!.length - parseCidr(a.cidr)!.length);
  return { routes, reaches: [...reaches] };
}

function tableOf(
  { routeTables }: NetworkRecords,
  vpcId: string,
  subnetId: string,
): RouteTableRecord | undefined {
  const has = (test: (one: RouteTableRecord["associations"][number]) => boolean) =>
    routeTables.find((table) => table.vpcId === vpcId && table.associations.some(test));
  return has((one) => one.subnetId === subnetId) ?? has((one) => one.main);
}

/** There is no IPv6 in these networks. */
function destinationsOf({ prefixCidrs }: NetworkRecords, { destination }: RouteRecord): string[] {
  if (destination.startsWith("pl-")) return prefixCidrs(destination);
  return destination.includes(":") ? [] : [destination];
}

function targetOf(
  records: NetworkRecords,
  { gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId }: RouteRecord,
  isPublic: boolean,
): PacketRoute["to"] {
  if (gatewayId === "local" || vpcPeeringConnectionId !== undefined) return "network";
  // https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html: only public addresses get through.
  if (gatewayId?.startsWith("igw-")) return isPublic ? "outside" : "nowhere";
  if (natGatewayId !== undefined) return leadsOut(records, natGatewayId) ? "outside" : "nowhere";
  const forwarder = records.interfaces.find((one) => one.networkInterfaceId === networkInterfaceId);
  // https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html
  return forwarder?.attachment && !forwarder.sourceDestCheck ? "outside" : "nowhere";
}

/** A public NAT gateway works when its own subnet leads to an internet gateway. */
function leadsOut(records: NetworkRecords, natGatewayId: string): boolean {
  const nat = records.natGateways.find((one) => one.natGatewayId === natGatewayId);
  if (nat?.state !== "available" || nat.connectivityType !== "public") return false;
  const table = tableOf(records, nat.vpcId, nat.subnetId);
  return (table?.routes ?? []).some(
    ({ destination, gatewayId }) =>
      destination === "0.0.0.0/0" && gatewayId?.startsWith("igw-") === true,
  );
}

/** The VPC at the other end, when answers find their way back, too. */
function peerOf(
  { peerings, routeTables }: NetworkRecords,
  vpcId: string,
  { vpcPeeringConnectionId }: RouteRecord,
): string | undefined {
  const peering = peerings.find(({ peeringId }) => peeringId === vpcPeeringConnectionId);
  if (peering?.status !== "active") return undefined;
  const other = peering.requesterVpcId === vpcId ? peering.accepterVpcId : peering.requesterVpcId;
  const back = routeTables.some(
    (table) =>
      table.vpcId === other &&
      table.routes.some((route) => route.vpcPeeringConnectionId === vpcPeeringConnectionId),
  );
  return back ? other : undefined;
}
