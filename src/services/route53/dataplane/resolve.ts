/** From a question to records: zones, wildcards, aliases, chains of CNAMEs, what is not there. */
import { chooseSets, shuffled, type ChooseContext } from "./choose.ts";
import { normalName } from "../names.ts";
import { placeOfRegion } from "./client-location.ts";
import { addDenial, addKeys, addProof } from "./denial.ts";
import { isHealthySet, longestAlias } from "./health.ts";
import { parentOf, type IndexedZone, type SetGroup } from "./index-zone.ts";
import { addOwnAddresses, answerOwnName, answerReverse, denyOwnName } from "./own-answers.ts";
import { typeNumbers } from "./record-types.ts";
import { emptyResolution, refused, type ResolvedRecord, type Resolution } from "./resolution.ts";
import type { Client, World } from "./world.ts";

const longestChain = 8;

/** `name` as zones write it; `type` is a name such as "A"; `zoneId` keeps the search to one zone. */
export function resolve(
  world: World,
  name: string,
  type: string,
  client: Client,
  zoneId?: string,
): Resolution {
  const resolution = emptyResolution();
  const zone = zoneId === undefined ? zoneFor(world, name, type, client) : world.zoneById(zoneId);
  // The most specific wins: a name that Fogbank gave is more specific than any zone around it.
  if (answerOwnName(world, name, type, client, resolution)) return resolution;
  if (type === "PTR" && !zone?.isPrivate && answerReverse(world, name, client, resolution))
    return resolution;
  if (!zone) return denyOwnName(name, resolution) ? resolution : refused();
  resolution.zoneId = zone.id;
  follow(world, zone, name, type, client, resolution, 0);
  if (client.vpcId === undefined) addServers(resolution);
  return resolution;
}

/** A name server says with an answer which others have it, too; a VPC's resolver, which asks them, does not. */
function addServers(resolution: Resolution): void {
  const { answers, authorities, lastZone } = resolution;
  if (!lastZone || lastZone.isPrivate || answers.length === 0 || authorities.length > 0) return;
  const isTold = ({ type, name }: ResolvedRecord) =>
    type === typeNumbers.NS && name === lastZone.name;
  if (!answers.some(isTold)) resolution.servers = lastZone.servers;
}

/** What signs a zone stands above it, where its name is handed over (RFC 4035, 3.1.4.1). */
function zoneFor(
  world: World,
  name: string,
  type: string,
  client: Client,
): IndexedZone | undefined {
  const own = world.zoneFor(name, client);
  if (type !== "DS" || own?.name !== name || name === ".") return own;
  const above = world.zoneFor(parentOf(name), client);
  return above?.nodes.get(name)?.has("NS") ? above : own;
}

function follow(
  world: World,
  zone: IndexedZone,
  name: string,
  type: string,
  client: Client,
  resolution: Resolution,
  depth: number,
): void {
  resolution.lastZone = zone;
  const delegation = findDelegation(zone, name, type);
  if (delegation) {
    resolution.authoritative = depth > 0;
    resolution.beyond = name;
    return addReferral(zone, delegation, resolution);
  }
  const node = findNode(zone, name);
  if (!node) {
    resolution.code = "NXDOMAIN";
    return addDenial(zone, name, undefined, type, resolution);
  }
  const isSignedApex = zone.signing !== undefined && name === zone.name;
  if (type === "DNSKEY" && isSignedApex) return addKeys(zone, resolution);
  if (type === "NSEC" && zone.signing) return addProof(zone, name, node, type, resolution);
  if (type === "ANY" || (type === "RRSIG" && zone.signing)) {
    // Signatures, too, stand beside a CNAME (RFC 4034, 3): it is not followed.
    for (const group of node.values()) addGroup(world, name, group, client, resolution);
    if (isSignedApex) addKeys(zone, resolution);
    if (type === "RRSIG") return addProof(zone, name, node, type, resolution);
    if (resolution.answers.length === 0) addDenial(zone, name, node, type, resolution);
    return;
  }
  const group = node.get(type);
  if (group) {
    addGroup(world, name, group, client, resolution);
    if (!resolution.answers.some(({ type: found }) => found === typeNumbers[group.type]))
      addDenial(zone, name, node, type, resolution);
    return;
  }
  const chain = node.get("CNAME");
  const before = resolution.answers.length;
  if (chain) addGroup(world, name, chain, client, resolution);
  const last = resolution.answers.length > before ? resolution.answers.at(-1) : undefined;
  if (!last) return addDenial(zone, name, node, type, resolution);
  if (depth >= longestChain) return;
  const target = normalName(last.text.trim());
  // A loop is told once; its asker sees that it leads nowhere.
  if (resolution.answers.some((one) => one.name === target && one.type === typeNumbers.CNAME))
    return;
  if (answerOwnName(world, target, type, client, resolution)) return;
  const next = world.zoneFor(target, client);
  if (next) follow(world, next, target, type, client, resolution, depth + 1);
  else if (!denyOwnName(target, resolution)) resolution.beyond = target;
}

/** Records of NS below the zone's own name hand over to other servers. */
function findDelegation(zone: IndexedZone, name: string, type: string): SetGroup | undefined {
  let found: SetGroup | undefined;
  const start = type === "DS" ? parentOf(name) : name;
  for (let at = start; at.length > zone.name.length; at = parentOf(at))
    found = zone.nodes.get(at)?.get("NS") ?? found;
  return found;
}

/** To the servers of a delegation, with the addresses that the zone has for them and its word about their keys. */
function addReferral(zone: IndexedZone, group: SetGroup, resolution: Resolution): void {
  const { authorities, additionals, denials } = resolution;
  const { name: cut, sets } = group;
  for (const set of sets)
    for (const { rdata, text } of set.values)
      authorities.push({ name: cut, type: typeNumbers.NS, ttl: set.ttl, rdata, text });
  const keys = zone.signing && zone.nodes.get(cut)?.get("DS");
  if (keys) addRecords(authorities, cut, keys, keys.sets);
  else if (zone.signing) denials.push({ zone, name: cut, types: [typeNumbers.NS], exists: true });
  for (const server of sets.flatMap(({ values }) => values))
    for (const type of ["A", "AAAA"]) {
      const name = normalName(server.text.trim());
      const glue = zone.nodes.get(name)?.get(type);
      if (glue) addRecords(additionals, name, glue, glue.sets);
    }
}

/** The name itself, or the wildcard beside it where nothing closer exists (RFC 4592). */
function findNode(zone: IndexedZone, name: string): Map<string, SetGroup> | undefined {
  const exact = zone.nodes.get(name);
  if (exact) return exact;
  for (
    let encloser = parentOf(name);
    encloser.length >= zone.name.length;
    encloser = parentOf(encloser)
  ) {
    if (zone.nodes.has(encloser)) return zone.nodes.get(`\\052.${encloser}`);
    if (encloser === ".") return undefined;
  }
  return undefined;
}

/** The answer of a group under the name that was asked for, aliases followed. */
function addGroup(
  world: World,
  name: string,
  group: SetGroup,
  client: Client,
  resolution: Resolution,
  depth = 0,
): void {
  if (group.policy !== "simple" && group.policy !== "weighted" && group.policy !== "multivalue")
    resolution.isLocal = true;
  const next = () => world.random.next();
  const chosen = chooseSets(group, chooseContext(world, group.zone, client));
  for (const set of chosen) {
    if (!set.alias) {
      // "Route 53 returns all values … in random order":
      // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-simple.html
      const values = set.values.length > 1 ? shuffled(set.values, next) : set.values;
      addRecords(resolution.answers, name, group, [{ ...set, values }]);
      continue;
    }
    if (depth >= longestAlias) continue;
    const zone = world.zoneById(set.alias.zoneId);
    const target = zone?.nodes.get(set.alias.name)?.get(group.type);
    if (target) addGroup(world, name, target, client, resolution, depth + 1);
    else if (!zone) addOwnAddresses(world, name, set.alias.name, group, client, resolution);
  }
}

function chooseContext(world: World, zone: IndexedZone, client: Client): ChooseContext {
  const address = client.subnetAddress ?? client.address;
  const known = new Map<SetGroup, boolean>();
  return {
    random: () => world.random.next(),
    isHealthy: (set) => isHealthySet(world, set, client.vpcId, known),
    // In a private zone the region of the VPC says where the client is:
    // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-geo-phz.html
    place: () => {
      const region = zone.vpcs.get(client.vpcId ?? "");
      return region === undefined ? world.findPlace(address) : placeOfRegion(region);
    },
    cidrLocation: (id) => world.cidrLocation(id, client),
    defaultRegion: world.defaultRegion,
  };
}

function addRecords(
  records: ResolvedRecord[],
  name: string,
  group: SetGroup,
  sets: SetGroup["sets"],
): void {
  const type = typeNumbers[group.type];
  const signer = group.zone.signing && group.zone;
  for (const { ttl, values } of sets)
    for (const { rdata, text } of values) records.push({ name, type, ttl, rdata, text, signer });
}
