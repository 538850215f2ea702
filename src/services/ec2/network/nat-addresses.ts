/** Further addresses of NAT gateways. https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html */
import type { Transaction } from "#store/store.ts";
import type { Ec2Context } from "../context.ts";
import { ec2Error, invalidParameterCombination, invalidParameterValue } from "../errors.ts";
import { associate, disassociate } from "./elastic-ips.ts";
import { alreadyAssociated } from "./errors.ts";
import { find, kinds } from "./kinds.ts";
import { giveBackAddress, takeAddress, takeAnyAddress } from "./private-addresses.ts";
import { interfaces, type NatAddress, type NatGatewayRecord } from "./records.ts";

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const mostAddresses = 8;

export interface WantedAddresses {
  /** One private address each, for public gateways. */
  allocationIds?: readonly string[] | undefined;
  privateIps?: readonly string[] | undefined;
  count?: number | undefined;
}

/** The gateway with the addresses added; its own record is left to the caller. */
export async function addNatAddresses(
  tx: Transaction,
  context: Ec2Context,
  nat: NatGatewayRecord,
  { allocationIds = [], privateIps = [], count = 0 }: WantedAddresses,
): Promise<NatGatewayRecord> {
  if (privateIps.length > 0 && count > 0)
    throw invalidParameterCombination(
      "Only one of PrivateIpAddresses and PrivateIpAddressCount may be given",
    );
  const isPublic = nat.connectivityType === "public";
  if (!isPublic && allocationIds.length > 0)
    throw invalidParameterCombination("A private NAT gateway takes no allocation IDs");
  if (isPublic && privateIps.length > allocationIds.length)
    throw invalidParameterCombination("Each private IP address needs an allocation ID");
  const wanted = isPublic ? allocationIds.length : Math.max(privateIps.length, count);
  const present = nat.secondary ?? [];
  if (present.length + wanted + 1 > mostAddresses)
    throw ec2Error(
      "PrivateIpAddressLimitExceeded",
      `The maximum number of addresses of a NAT gateway is ${mostAddresses}.`,
    );
  if (wanted === 0) return nat;
  const subnet = await find(tx, context, kinds.subnet, nat.subnetId);
  const added: NatAddress[] = [];
  for (let index = 0; index < wanted; index++) {
    const asked = privateIps[index];
    const id = nat.networkInterfaceId;
    const privateIp =
      asked === undefined
        ? await takeAnyAddress(tx, context, context.random, subnet, id)
        : await takeAddress(tx, context, subnet, asked, id);
    const eni = await find(tx, context, kinds.networkInterface, id);
    const withAddress = { ...eni, privateIps: [...eni.privateIps, { address: privateIp }] };
    interfaces.put(tx, context, [id], withAddress);
    const allocationId = allocationIds[index];
    if (allocationId === undefined) {
      added.push({ privateIp });
      continue;
    }
    const address = await find(tx, context, kinds.address, allocationId);
    if (address.association)
      throw alreadyAssociated(
        `resource ${allocationId} is already associated with associate-id ${address.association.associationId}`,
      );
    const associationId = associate(tx, context, context.random, address, withAddress, privateIp);
    added.push({ privateIp, publicIp: address.publicIp, allocationId, associationId });
  }
  return { ...nat, secondary: [...present, ...added] };
}

/** The gateway without the further addresses that the test names. Throws where one is its first or unknown. */
export async function removeNatAddresses(
  tx: Transaction,
  context: Ec2Context,
  nat: NatGatewayRecord,
  names: readonly string[],
  nameOf: (address: NatAddress) => string | undefined,
): Promise<NatGatewayRecord> {
  for (const name of names) {
    if (nameOf(nat) === name)
      throw invalidParameterValue(`The primary address of ${nat.natGatewayId} cannot be removed.`);
    const gone = nat.secondary?.find((one) => nameOf(one) === name);
    if (!gone) throw invalidParameterValue(`${name} is not an address of ${nat.natGatewayId}.`);
    if (gone.allocationId !== undefined)
      await disassociate(tx, context, await find(tx, context, kinds.address, gone.allocationId));
    const eni = await find(tx, context, kinds.networkInterface, nat.networkInterfaceId);
    giveBackAddress(tx, context, nat.subnetId, gone.privateIp);
    interfaces.put(tx, context, [eni.networkInterfaceId], {
      ...eni,
      privateIps: eni.privateIps.filter(({ address }) => address !== gone.privateIp),
    });
    nat = { ...nat, secondary: nat.secondary!.filter((one) => one !== gone) };
  }
  return nat;
}
