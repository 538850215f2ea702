/** Private addresses of subnets: which are free, and taking and giving back. */
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { invalidParameterValue, unsupportedOperation } from "../errors.ts";
import { addressToNumber, holds, numberToAddress, parseCidr, sizeOf } from "./cidr.ts";
import { addressInUse, noFreeAddresses } from "./errors.ts";
import { privateIps, type SubnetRecord } from "./records.ts";

/** The first four and the last are AWS's. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const reservedAtStart = 4;
const reservedAtEnd = 1;

/** Addresses that may still be taken. */
export async function freeAddresses(
  tx: Transaction,
  scope: Scope,
  { subnetId, cidr, ipv6Native }: SubnetRecord,
): Promise<number> {
  if (ipv6Native) return 0;
  const used = await privateIps.list(tx, scope, [subnetId]);
  return sizeOf(parseCidr(cidr)!) - reservedAtStart - reservedAtEnd - used.length;
}

/** Takes a free address, anywhere in the subnet so that a freed one does not come back at once. */
export async function takeAnyAddress(
  tx: Transaction,
  scope: Scope,
  random: Random,
  subnet: SubnetRecord,
  interfaceId: string,
): Promise<string> {
  checkHasIpv4(subnet);
  const block = parseCidr(subnet.cidr)!;
  const used = new Set(
    (await privateIps.entries(tx, scope, [subnet.subnetId])).map(({ id }) => id[1] as number),
  );
  const first = block.base + reservedAtStart;
  const count = sizeOf(block) - reservedAtStart - reservedAtEnd;
  if (used.size >= count) throw noFreeAddresses(subnet.subnetId);
  let offset = Math.floor(random.next() * count);
  while (used.has(first + offset)) offset = (offset + 1) % count;
  privateIps.put(tx, scope, [subnet.subnetId, first + offset], interfaceId);
  return numberToAddress(first + offset);
}

/** Takes the address asked for. Throws when it is outside, reserved or in use. */
export async function takeAddress(
  tx: Transaction,
  scope: Scope,
  subnet: SubnetRecord,
  address: string,
  interfaceId: string,
): Promise<string> {
  checkHasIpv4(subnet);
  const block = parseCidr(subnet.cidr)!;
  const number = addressToNumber(address);
  if (number === undefined)
    throw invalidParameterValue(
      `Value (${address}) for parameter address is invalid. Invalid IPv4 address.`,
    );
  if (!holds(block, number))
    throw invalidParameterValue("Address does not fall within the subnet's address range");
  const offset = number - block.base;
  if (offset < reservedAtStart || offset >= sizeOf(block) - reservedAtEnd)
    throw invalidParameterValue("Address is in subnet's reserved address range");
  if (await privateIps.get(tx, scope, subnet.subnetId, number)) throw addressInUse(address);
  privateIps.put(tx, scope, [subnet.subnetId, number], interfaceId);
  return address;
}

function checkHasIpv4({ subnetId, ipv6Native }: SubnetRecord): void {
  if (ipv6Native)
    throw unsupportedOperation(
      `Fogbank has no network interfaces without an IPv4 address, which subnet ${subnetId} cannot give. See COVERAGE.md for what it does.`,
    );
}

export function giveBackAddress(
  tx: Transaction,
  scope: Scope,
  subnetId: string,
  address: string,
): void {
  privateIps.delete(tx, scope, subnetId, addressToNumber(address)!);
}
