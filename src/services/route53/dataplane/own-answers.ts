/** Answers for what Fogbank gave names to: load balancers, websites, machines. */
import { isIPv4 } from "node:net";
import { labelsOf, wireName } from "../names.ts";
import { addressBytes } from "../values/bytes.ts";
import { parseValue } from "../values/parse.ts";
import type { NameConfig } from "./config.ts";
import { parentOf, type IndexedZone, type SetGroup } from "./index-zone.ts";
import { balancersDomain, isWebsite, reversedAddress, withoutDualstack } from "./own-names.ts";
import { typeNumbers } from "./record-types.ts";
import type { ResolvedRecord, Resolution } from "./resolution.ts";
import type { Client, World } from "./world.ts";

const ownTtl = 60;

/** Aliases to what AWS names: load balancers and websites. */
export function addOwnAddresses(
  world: World,
  name: string,
  target: string,
  { type, zone }: SetGroup,
  client: Client,
  { answers }: Resolution,
): void {
  const addresses = ownAddresses(world, target, client) ?? [];
  addAddresses(answers, name, type, addresses, zone.signing && zone);
}

/** Undefined for names that are none of Fogbank's. */
function ownAddresses(world: World, name: string, client: Client): readonly string[] | undefined {
  const own = world.ownName(withoutDualstack(name), client.vpcId);
  if (own) return addressesFor(world, own, client);
  return isWebsite(name) ? [world.gatewayHost] : undefined;
}

/** Whether the name is one that Fogbank gave. */
export function answerOwnName(
  world: World,
  name: string,
  type: string,
  client: Client,
  resolution: Resolution,
): boolean {
  const addresses = ownAddresses(world, name, client);
  if (!addresses) return false;
  const { answers } = resolution;
  const before = answers.length;
  addAddresses(answers, name, type, addresses);
  if (answers.length === before) addOwnSoa(balancersDomain(name) ?? parentOf(name), resolution);
  return true;
}

/** Whether the name would be a load balancer's: there is none of it, and nobody else knows better. */
export function denyOwnName(name: string, resolution: Resolution): boolean {
  const domain = balancersDomain(name);
  if (domain === undefined) return false;
  if (name !== domain) resolution.code = "NXDOMAIN";
  addOwnSoa(domain, resolution);
  return true;
}

/** Says how long "there is none" may be remembered, as AWS's own zones do. */
function addOwnSoa(name: string, { authorities }: Resolution): void {
  const text = `ns-1119.awsdns-11.org. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 ${ownTtl}`;
  const rdata = parseValue("SOA", text);
  authorities.push({ name, type: typeNumbers.SOA, ttl: ownTtl, rdata, text });
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-load-balancer-attributes.html#zonal-dns-affinity */
function addressesFor(
  { random }: World,
  { addresses, affinity }: NameConfig,
  { zone }: Client,
): readonly string[] {
  const near = zone === undefined ? undefined : affinity?.byZone[zone];
  return near?.length && random.next() < affinity!.share ? near : addresses;
}

/**
 * "Amazon-provided DNS … reverse DNS names" of a VPC's machines, where no private zone has them:
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-DSN-queries-to-vpc.html
 */
export function answerReverse(
  world: World,
  name: string,
  { vpcId }: Client,
  { answers }: Resolution,
): boolean {
  const address = vpcId === undefined ? undefined : reversedAddress(name);
  const own = address === undefined ? undefined : world.nameOf(address, vpcId!);
  if (own === undefined) return false;
  const text = `${own}.`;
  answers.push({ name, type: typeNumbers.PTR, ttl: ownTtl, rdata: wireName(labelsOf(text)), text });
  return true;
}

function addAddresses(
  answers: ResolvedRecord[],
  name: string,
  type: string,
  addresses: readonly string[],
  signer?: IndexedZone,
): void {
  for (const text of addresses) {
    const own = isIPv4(text) ? "A" : "AAAA";
    if (own === type)
      answers.push({
        name,
        type: typeNumbers[own],
        ttl: ownTtl,
        rdata: addressBytes(text),
        text,
        signer,
      });
  }
}
