/** Public addresses: for Elastic IPs, and lent to running instances. */
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { addressToNumber, numberToAddress } from "./cidr.ts";
import { publicIps, releasedIps } from "./records.ts";

/**
 * The block that RFC 2544 sets aside for tests within a network: an address of it never means
 * somebody else's machine on the real Internet.
 */
const first = addressToNumber("198.18.0.0")!;
const count = 2 ** 17;

/** Takes a free public address for the holder (an allocation's or an interface's id). */
export async function takePublicIp(
  tx: Transaction,
  scope: Scope,
  random: Random,
  holder: string,
): Promise<string> {
  for (;;) {
    const address = numberToAddress(first + 1 + Math.floor(random.next() * (count - 2)));
    if (await publicIps.get(tx, scope, address)) continue;
    publicIps.put(tx, scope, [address], holder);
    return address;
  }
}

/**
 * The address again that the account released, for the holder; undefined when it was never the
 * account's or is in use. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing-eips-releasing.html
 */
export async function takeBackPublicIp(
  tx: Transaction,
  scope: Scope,
  address: string,
  holder: string,
): Promise<string | undefined> {
  const wasReleased = await releasedIps.get(tx, scope, address);
  if (!wasReleased || (await publicIps.get(tx, scope, address)) !== undefined) return undefined;
  releasedIps.delete(tx, scope, address);
  publicIps.put(tx, scope, [address], holder);
  return address;
}

export function giveBackPublicIp(tx: Transaction, scope: Scope, address: string): void {
  publicIps.delete(tx, scope, address);
}

/** "ec2-198-18-0-9.compute-1.amazonaws.com" */
export function publicDnsName(region: string, address: string): string {
  const host = `ec2-${address.replaceAll(".", "-")}`;
  return region === "us-east-1"
    ? `${host}.compute-1.amazonaws.com`
    : `${host}.${region}.compute.amazonaws.com`;
}

/** "ip-172-31-0-9.ec2.internal" */
export function privateDnsName(region: string, address: string): string {
  return privateHostName(region, `ip-${address.replaceAll(".", "-")}`);
}

export function privateHostName(region: string, host: string): string {
  return region === "us-east-1" ? `${host}.ec2.internal` : `${host}.${region}.compute.internal`;
}
