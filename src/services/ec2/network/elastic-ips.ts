/** The association of Elastic IP addresses with interfaces; both sides know of it. */
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { ec2Error } from "../errors.ts";
import { newId } from "../ids.ts";
import { giveBackPublicIp } from "./public-addresses.ts";
import {
  addresses,
  interfaces,
  internetGateways,
  type AddressRecord,
  type NetworkInterfaceRecord,
} from "./records.ts";

/** Throws unless the VPC has an internet gateway, without which a public address leads nowhere. */
export async function checkInternetGateway(tx: Transaction, scope: Scope, vpcId: string) {
  if (await hasInternetGateway(tx, scope, vpcId)) return;
  throw ec2Error("Gateway.NotAttached", `Network ${vpcId} is not attached to any internet gateway`);
}

export async function hasInternetGateway(tx: Transaction, scope: Scope, vpcId: string) {
  return (await internetGateways.list(tx, scope)).some((gateway) => gateway.vpcId === vpcId);
}

/** Associates a free address with a private address of an interface. A lent public address goes back. */
export function associate(
  tx: Transaction,
  scope: Scope,
  random: Random,
  address: AddressRecord,
  eni: NetworkInterfaceRecord,
  privateIp: string,
): string {
  const { allocationId, publicIp } = address;
  const { networkInterfaceId, lentPublicIp, ...rest } = eni;
  const associationId = newId(random, "eipassoc");
  const isPrimary = eni.privateIps[0]!.address === privateIp;
  if (isPrimary && lentPublicIp !== undefined) giveBackPublicIp(tx, scope, lentPublicIp);
  interfaces.put(tx, scope, [networkInterfaceId], {
    ...rest,
    networkInterfaceId,
    ...(!isPrimary && lentPublicIp !== undefined && { lentPublicIp }),
    privateIps: eni.privateIps.map((one) =>
      one.address === privateIp
        ? { address: privateIp, elastic: { publicIp, allocationId, associationId } }
        : one,
    ),
  });
  addresses.put(tx, scope, [allocationId], {
    ...address,
    association: { associationId, networkInterfaceId, privateIp },
  });
  return associationId;
}

/** Frees an address; it stays allocated. */
export async function disassociate(
  tx: Transaction,
  scope: Scope,
  address: AddressRecord,
): Promise<AddressRecord> {
  const { association, ...free } = address;
  if (!association) return address;
  const eni = await interfaces.get(tx, scope, association.networkInterfaceId);
  if (eni)
    interfaces.put(tx, scope, [eni.networkInterfaceId], {
      ...eni,
      privateIps: eni.privateIps.map((one) =>
        one.elastic?.allocationId === address.allocationId ? { address: one.address } : one,
      ),
    });
  addresses.put(tx, scope, [address.allocationId], free);
  return free;
}
