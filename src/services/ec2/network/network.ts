/** The network half of EC2, as the service's table takes it. */
import type { Difference, Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Ec2Operations } from "../context.ts";
import { groupPublisher } from "./guard/group-publisher.ts";
import { addressAttributeOperations } from "./operations/address-attributes.ts";
import { carrierGatewayOperations } from "./operations/carrier-gateways.ts";
import { classicLinkOperations } from "./operations/classic-link.ts";
import { customerGatewayOperations } from "./operations/customer-gateways.ts";
import { egressOnlyGatewayOperations } from "./operations/egress-only-gateways.ts";
import { endpointConnectionOperations } from "./operations/endpoint-connections.ts";
import { endpointServiceConfigurationOperations } from "./operations/endpoint-service-configurations.ts";
import { endpointServicePermissionOperations } from "./operations/endpoint-service-permissions.ts";
import { endpointServiceOperations } from "./operations/endpoint-services.ts";
import { flowLogOperations } from "./operations/flow-logs.ts";
import { groupReferenceOperations } from "./operations/group-references.ts";
import { interfacePermissionOperations } from "./operations/interface-permissions.ts";
import { ipv6AddressOperations } from "./operations/ipv6-addresses.ts";
import { managedPrefixListOperations } from "./operations/managed-prefix-lists.ts";
import { subnetReservationOperations } from "./operations/subnet-reservations.ts";
import { vpnConnectionOperations } from "./operations/vpn-connections.ts";
import { vpnGatewayOperations } from "./operations/vpn-gateways.ts";
import { addressOperations } from "./operations/addresses.ts";
import { dhcpOptionsOperations } from "./operations/dhcp-options.ts";
import { groupRuleChangeOperations } from "./operations/group-rule-changes.ts";
import { groupRuleOperations } from "./operations/group-rules.ts";
import { interfaceChangeOperations } from "./operations/interface-changes.ts";
import { internetGatewayOperations } from "./operations/internet-gateways.ts";
import { natGatewayAddressOperations } from "./operations/nat-gateway-addresses.ts";
import { natGatewayOperations } from "./operations/nat-gateways.ts";
import { networkAclEntryOperations } from "./operations/network-acl-entries.ts";
import { networkAclOperations } from "./operations/network-acls.ts";
import { networkInterfaceOperations } from "./operations/network-interfaces.ts";
import { prefixListOperations } from "./operations/prefix-lists.ts";
import { routeTableAssociationOperations } from "./operations/route-table-associations.ts";
import { routeTableOperations } from "./operations/route-tables.ts";
import { routeOperations } from "./operations/routes.ts";
import { securityGroupOperations } from "./operations/security-groups.ts";
import { subnetOperations } from "./operations/subnets.ts";
import { vpcCidrOperations } from "./operations/vpc-cidrs.ts";
import { vpcEndpointOperations } from "./operations/vpc-endpoints.ts";
import { vpcPeeringOperations } from "./operations/vpc-peering.ts";
import { vpcOperations } from "./operations/vpcs.ts";
import { endpointNameReconciler } from "./reconcilers/endpoint-names.ts";
import { natGatewayReconciler } from "./reconcilers/nat-gateways.ts";

export const networkOperations: Ec2Operations = {
  ...vpcOperations,
  ...vpcCidrOperations,
  ...subnetOperations,
  ...internetGatewayOperations,
  ...natGatewayOperations,
  ...natGatewayAddressOperations,
  ...addressOperations,
  ...networkInterfaceOperations,
  ...interfaceChangeOperations,
  ...routeTableOperations,
  ...routeTableAssociationOperations,
  ...routeOperations,
  ...securityGroupOperations,
  ...groupRuleOperations,
  ...groupRuleChangeOperations,
  ...networkAclOperations,
  ...networkAclEntryOperations,
  ...dhcpOptionsOperations,
  ...prefixListOperations,
  ...managedPrefixListOperations,
  ...egressOnlyGatewayOperations,
  ...carrierGatewayOperations,
  ...classicLinkOperations,
  ...customerGatewayOperations,
  ...vpnConnectionOperations,
  ...vpnGatewayOperations,
  ...subnetReservationOperations,
  ...ipv6AddressOperations,
  ...addressAttributeOperations,
  ...interfacePermissionOperations,
  ...groupReferenceOperations,
  ...endpointConnectionOperations,
  ...endpointServiceConfigurationOperations,
  ...endpointServicePermissionOperations,
  ...endpointServiceOperations,
  ...flowLogOperations,
  ...vpcEndpointOperations,
  ...vpcPeeringOperations,
};

export function networkReconcilers(env: Environment): Reconciler[] {
  return [natGatewayReconciler(env), endpointNameReconciler(env), groupPublisher(env)];
}

export const networkDifferences: readonly Difference[] = [
  {
    operation: "*",
    differs:
      "Public addresses come from 198.18.0.0/15 and are reached from nowhere. No packet goes over IPv6, and the adjustable quotas of VPCs, subnets, gateways, network interfaces and Elastic IPs are not enforced.",
  },
  {
    operation: "AuthorizeSecurityGroupIngress",
    differs:
      "Security groups, network ACLs and the way out of a subnet are enforced by a Fogbank that is root on Linux, of process machines and of Docker's; `fogbank doctor` tells where not. Processes of this host reach every machine; to process machines load balancers count as their own groups, at the addresses of their network interfaces, to Docker's they count as this host. A port of a process machine where nothing listens refuses, whatever the rules say. All interfaces of an instance share their groups, and connections that were let in stay after a change. A container's packets are filtered from the moment after its start, and VPCs of containers reach each other by no peering.",
  },
  {
    operation: "CreateRoute",
    differs:
      "Of process machines, addresses outside the VPC are reached with a public address and a route to an internet gateway, or through a public NAT gateway or an instance without source/destination check, and then from this host's own address; other routes lead nowhere. Machines see each other under their private addresses; ICMP between them is not carried.",
  },
  {
    operation: "CreateNatGateway",
    differs:
      "Becomes available after one minute; addresses are added and removed at once, and regional NAT gateways are refused.",
  },
  {
    operation: "CreateVpcEndpoint",
    differs:
      "Available at once and deleted at once. The names of an endpoint to an AWS service are shown and resolve to nothing, since machines reach the API without an endpoint; those of an endpoint to a service of one's own lead to its load balancers' nodes, past the endpoint's interfaces and their security groups. Gateway Load Balancer, resource and service-network endpoints are refused.",
  },
  {
    operation: "CreateVpcEndpointServiceConfiguration",
    differs:
      "A service is offered by network load balancers to endpoints of its own account and region; permissions for others are kept and shown. A private DNS name stays unproved. Gateway Load Balancers, IPv6 and further regions are refused.",
  },
  {
    operation: "CreateVpcPeeringConnection",
    differs:
      "Packets go between peered VPCs of one account and region alone; connections to others are kept and shown at both ends. Options about names are kept and have no effect.",
  },
  {
    operation: "DescribePrefixLists",
    differs: "Of AWS's own lists only those of S3 and DynamoDB are known, without their addresses.",
  },
  {
    operation: "CreateVpnGateway",
    differs:
      "Virtual private, carrier, customer and egress-only gateways are facts: no packet goes through them.",
  },
  {
    operation: "CreateVpnConnection",
    differs:
      "Available at once. Nothing listens at the tunnels' outside addresses, so that they are DOWN for good, as on AWS until the customer's device comes up. Transit gateways, IPv6 inside tunnels, acceleration and tunnel logs are refused.",
  },
  {
    operation: "AssociateVpcCidrBlock",
    differs:
      "IPv6 blocks are Amazon-provided ones, of 2001:db8::/32; blocks of one's own and address pools are refused. Machines have no IPv6 addresses, and in a subnet without IPv4 no interface can be made.",
  },
  {
    operation: "EnableVpcClassicLink",
    differs:
      "EC2-Classic is retired: no VPC is linked, and whoever wants one linked gets false in every region, where AWS answers UnsupportedOperation in those that never had it.",
  },
  {
    operation: "CreateFlowLogs",
    differs:
      "Records are what process machines' sockets really sent and received, by conversation and verdict (the last 2048 conversations of a machine; 127.0.0.1 is this host); those of containers and simulated machines are not counted, which SKIPDATA says. They are the primary interface's. The delivering role is not assumed; Firehose, Parquet and transit gateways are refused.",
  },
  {
    operation: "CreateSubnetCidrReservation",
    differs: "A reservation is kept and shown; addresses are still given out of its range.",
  },
];
