/** The network half of EC2, as the service's table takes it. */
import type { Difference, Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Ec2Operations } from "../context.ts";
import { addressOperations } from "./operations/addresses.ts";
import { dhcpOptionsOperations } from "./operations/dhcp-options.ts";
import { groupRuleChangeOperations } from "./operations/group-rule-changes.ts";
import { groupRuleOperations } from "./operations/group-rules.ts";
import { interfaceChangeOperations } from "./operations/interface-changes.ts";
import { internetGatewayOperations } from "./operations/internet-gateways.ts";
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
import { natGatewayReconciler } from "./reconcilers/nat-gateways.ts";

export const networkOperations: Ec2Operations = {
  ...vpcOperations,
  ...vpcCidrOperations,
  ...subnetOperations,
  ...internetGatewayOperations,
  ...natGatewayOperations,
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
  ...vpcEndpointOperations,
  ...vpcPeeringOperations,
};

export function networkReconcilers(env: Environment): Reconciler[] {
  return [natGatewayReconciler(env)];
}

export const networkDifferences: readonly Difference[] = [
  {
    operation: "*",
    differs:
      "Public addresses come from 198.18.0.0/15 and are reached from nowhere. No packet goes over IPv6, and the adjustable quotas of VPCs, subnets, gateways and Elastic IPs are not enforced.",
  },
  {
    operation: "AuthorizeSecurityGroupIngress",
    differs:
      "Security groups, network ACLs and the way out of a subnet are enforced by a Fogbank that is root on Linux, of process machines and of Docker's; `fogbank doctor` tells where not. Processes of this host reach every machine; to process machines Application Load Balancers count as their own groups, at the fourth address of their first subnet, to Docker's they count as this host. All interfaces of an instance share their groups, and connections that were let in stay after a change. A container's packets are filtered from the moment after its start, and VPCs of containers reach each other by no peering.",
  },
  {
    operation: "CreateRoute",
    differs:
      "Of process machines, addresses outside the VPC are reached with a public address and a route to an internet gateway, or through a public NAT gateway or an instance without source/destination check, and then from this host's own address; other routes lead nowhere. Machines see each other under their private addresses; ICMP between them is not carried.",
  },
  {
    operation: "CreateNatGateway",
    differs:
      "Becomes available after one minute; secondary addresses and regional NAT gateways are refused.",
  },
  {
    operation: "CreateVpcEndpoint",
    differs:
      "Available at once and deleted at once; it shows no DNS entries, and Gateway Load Balancer, resource and service-network endpoints are refused.",
  },
  {
    operation: "CreateVpcPeeringConnection",
    differs: "Only between VPCs of one account and region.",
  },
  {
    operation: "DescribePrefixLists",
    differs: "Only AWS's lists of S3 and DynamoDB are known, without their addresses.",
  },
];
