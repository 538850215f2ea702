/** Gateways that lead elsewhere than to the internet over IPv4. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface EgressOnlyGatewayRecord {
  egressOnlyInternetGatewayId: string;
  vpcId: string;
  tags: Tags;
}

export interface CarrierGatewayRecord {
  carrierGatewayId: string;
  vpcId: string;
  state: "available" | "deleted";
  tags: Tags;
}

export interface CustomerGatewayRecord {
  customerGatewayId: string;
  bgpAsn: string;
  ipAddress: string;
  deviceName?: string;
  certificateArn?: string;
  state: "available" | "deleted";
  tags: Tags;
}

export interface VpnGatewayRecord {
  vpnGatewayId: string;
  amazonSideAsn: number;
  availabilityZone?: string;
  state: "available" | "deleted";
  /** The VPC that it stands at. */
  vpcId?: string;
  /** The one that it stood at last, which is shown as detached. */
  formerVpcId?: string;
  tags: Tags;
}

export const egressOnlyGateways = collection<EgressOnlyGatewayRecord>("ec2", "egress-only-gateway");
export const carrierGateways = collection<CarrierGatewayRecord>("ec2", "carrier-gateway");
export const customerGateways = collection<CustomerGatewayRecord>("ec2", "customer-gateway");
export const vpnGateways = collection<VpnGatewayRecord>("ec2", "vpn-gateway");
