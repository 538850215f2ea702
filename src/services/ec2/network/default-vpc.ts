/**
 * The default VPC, which an account has in every region before it does anything.
 * https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html
 */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { derivedId } from "#services/kit/facts/derived-id.ts";
import { zonesOf } from "#services/kit/facts/zones.ts";
import { addressToNumber, formatCidr } from "./cidr.ts";
import {
  dhcpOptions,
  internetGateways,
  regionRecords,
  routeTables,
  vpcs,
  type VpcRecord,
} from "./records.ts";
import { putSubnet, putVpc, type NameIds } from "./vpc-parts.ts";

const defaultCidr = "172.31.0.0/16";
const defaultSubnetBits = 20;

/** Makes the default VPC at the account's first look at the region; never a second time. */
export async function ensureDefaultVpc(tx: Transaction, scope: Scope): Promise<void> {
  if (await regionRecords.get(tx, scope)) return;
  regionRecords.put(tx, scope, [], { defaultsMade: true });
  const idFor: NameIds = (prefix, part) =>
    derivedId(prefix, prefix, scope.account, scope.region, part);
  await putDefaultVpc(tx, scope, idFor);
}

/** 172.31.0.0/16 with a /20 in each zone, an internet gateway and a route to it. */
export async function putDefaultVpc(
  tx: Transaction,
  scope: Scope,
  idFor: NameIds,
): Promise<VpcRecord> {
  const vpc = putVpc(tx, scope, idFor, {
    cidr: defaultCidr,
    isDefault: true,
    dhcpOptionsId: await ensureDhcpOptions(tx, scope),
    instanceTenancy: "default",
    tags: {},
  });
  for (const [index, zone] of zonesOf(scope.region).entries())
    await putSubnet(tx, scope, idFor, {
      vpcId: vpc.vpcId,
      cidr: defaultSubnetCidr(index),
      zone,
      isDefault: true,
      tags: {},
    });
  const internetGatewayId = idFor("igw", "default");
  internetGateways.put(tx, scope, [internetGatewayId], {
    internetGatewayId,
    vpcId: vpc.vpcId,
    tags: {},
  });
  for (const table of await routeTables.list(tx, scope))
    if (table.vpcId === vpc.vpcId)
      routeTables.put(tx, scope, [table.routeTableId], {
        ...table,
        routes: [
          ...table.routes,
          { destination: "0.0.0.0/0", gatewayId: internetGatewayId, origin: "CreateRoute" },
        ],
      });
  return vpc;
}

/** The /20 of the zone that stands at this place in the region. */
export function defaultSubnetCidr(zoneIndex: number): string {
  const size = 2 ** (32 - defaultSubnetBits);
  const base = addressToNumber("172.31.0.0")! + zoneIndex * size;
  return formatCidr({ base, length: defaultSubnetBits });
}

/** The options set that AWS makes with the first VPC. https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html */
export async function ensureDhcpOptions(tx: Transaction, scope: Scope): Promise<string> {
  const { account, region } = scope;
  const dhcpOptionsId = derivedId("dopt", "dopt", account, region);
  if (!(await dhcpOptions.get(tx, scope, dhcpOptionsId))) {
    const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
    dhcpOptions.put(tx, scope, [dhcpOptionsId], {
      dhcpOptionsId,
      configurations: [
        { key: "domain-name", values: [domain] },
        { key: "domain-name-servers", values: ["AmazonProvidedDNS"] },
      ],
      tags: {},
    });
  }
  return dhcpOptionsId;
}

export async function findDefaultVpc(
  tx: Transaction,
  scope: Scope,
): Promise<VpcRecord | undefined> {
  return (await vpcs.list(tx, scope)).find(({ isDefault }) => isDefault);
}
