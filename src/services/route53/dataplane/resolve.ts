/** From a question to records: zones, wildcards, aliases, chains of CNAMEs, what is not there. */
import { isIPv4 } from "node:net";
import { chooseSets, shuffled, type ChooseContext } from "./choose.ts";
import { addressBytes } from "../values/bytes.ts";
import { normalName } from "../names.ts";
import { placeOfRegion } from "./client-location.ts";
import { isHealthySet } from "./health.ts";
import { parentOf, type IndexedZone, type SetGroup } from "./index-zone.ts";
import { isWebsite, withoutDualstack } from "./own-names.ts";
import { typeNumbers } from "./record-types.ts";
import type { Client, World } from "./world.ts";

export interface ResolvedRecord {
  name: string;
  type: number;
  ttl: number;
  rdata: Buffer;
  /** The value as its zone has it. */
  text: string;
}

export type ResponseCode = "NOERROR" | "NXDOMAIN" | "REFUSED";

export interface Resolution {
  code: ResponseCode;
  authoritative: boolean;
  answers: ResolvedRecord[];
  authorities: ResolvedRecord[];
  /** Addresses of the servers that a name is handed over to. */
  additionals: ResolvedRecord[];
  /** The answer depends on where the client is. */
  isLocal: boolean;
  /** The zone that was asked; undefined for names of Fogbank's own and for those of nobody. */
  zoneId?: string;
}

const longestChain = 8;
const longestAlias = 16;

const empty = (): Resolution => ({
  code: "NOERROR",
  authoritative: true,
  answers: [],
  authorities: [],
  additionals: [],
  isLocal: false,
});

export function refused(): Resolution {
  return { ...empty(), code: "REFUSED", authoritative: false };
}

/** `name` as zones write it; `type` is a name such as "A"; `zoneId` keeps the search to one zone. */
export function resolve(
  world: World,
  name: string,
  type: string,
  client: Client,
  zoneId?: string,
): Resolution {
  const resolution = empty();
  const zone = zoneId === undefined ? zoneFor(world, name, type, client) : world.zoneById(zoneId);
  // The most specific wins: a name that Fogbank gave is more specific than any zone around it.
  if (answerOwnName(world, name, type, client, resolution)) return resolution;
  if (!zone) return refused();
  resolution.zoneId = zone.id;
  follow(world, zone, name, type, client, resolution, 0);
  return resolution;
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
  const delegation = findDelegation(zone, name, type);
  if (delegation) {
    resolution.authoritative = depth > 0;
    addRecords(resolution.authorities, delegation.name, delegation, delegation.sets);
    return addGlue(zone, delegation, resolution);
  }
  const node = findNode(zone, name);
  if (!node) {
    resolution.code = "NXDOMAIN";
    return addSoa(zone, resolution);
  }
  if (type === "ANY") {
    for (const group of node.values()) addGroup(world, name, group, client, resolution);
    if (resolution.answers.length === 0) addSoa(zone, resolution);
    return;
  }
  const group = node.get(type);
  if (group) {
    addGroup(world, name, group, client, resolution);
    if (!resolution.answers.some(({ type: found }) => found === typeNumbers[group.type]))
      addSoa(zone, resolution);
    return;
  }
  const chain = node.get("CNAME");
  const before = resolution.answers.length;
  if (chain) addGroup(world, name, chain, client, resolution);
  const last = resolution.answers.length > before ? resolution.answers.at(-1) : undefined;
  if (!last) return addSoa(zone, resolution);
  if (depth >= longestChain) return;
  const target = normalName(last.text.trim());
  if (answerOwnName(world, target, type, client, resolution)) return;
  const next = world.zoneFor(target, client);
  // Where another server has to be asked, the asker does that.
  if (next) follow(world, next, target, type, client, resolution, depth + 1);
}

/** Records of NS below the zone's own name hand over to other servers. */
function findDelegation(zone: IndexedZone, name: string, type: string): SetGroup | undefined {
  let found: SetGroup | undefined;
  const start = type === "DS" ? parentOf(name) : name;
  for (let at = start; at.length > zone.name.length; at = parentOf(at))
    found = zone.nodes.get(at)?.get("NS") ?? found;
  return found;
}

/** The addresses that the zone has for the servers of a delegation. */
function addGlue(zone: IndexedZone, { sets }: SetGroup, { additionals }: Resolution): void {
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
    else if (!zone) addOwnAddresses(world, name, set.alias.name, group.type, client, resolution);
  }
}

function chooseContext(world: World, zone: IndexedZone, client: Client): ChooseContext {
  const address = client.subnetAddress ?? client.address;
  return {
    random: () => world.random.next(),
    isHealthy: (set) => isHealthySet(world, set, client.vpcId),
    // In a private zone the region of the VPC says where the client is:
    // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-geo-phz.html
    place: () => {
      const region = zone.vpcs.get(client.vpcId ?? "");
      return region === undefined ? world.findPlace(address) : placeOfRegion(region);
    },
    cidrLocation: (id) => world.cidrLocation(id, address),
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
  for (const { ttl, values } of sets)
    for (const { rdata, text } of values) records.push({ name, type, ttl, rdata, text });
}

function addSoa(zone: IndexedZone, { authorities }: Resolution): void {
  const [value] = zone.soa?.values ?? [];
  if (value)
    authorities.push({ name: zone.name, type: typeNumbers.SOA, ttl: zone.negativeTtl, ...value });
}

const ownTtl = 60;

/** Aliases to what AWS names: load balancers and websites. */
function addOwnAddresses(
  world: World,
  name: string,
  target: string,
  type: string,
  client: Client,
  { answers }: Resolution,
): void {
  const own = world.ownName(withoutDualstack(target), client.vpcId);
  const addresses = own?.addresses ?? (isWebsite(target) ? [world.gatewayHost] : []);
  addAddresses(answers, name, type, addresses);
}

function answerOwnName(
  world: World,
  name: string,
  type: string,
  client: Client,
  { answers }: Resolution,
): boolean {
  const own = world.ownName(withoutDualstack(name), client.vpcId);
  if (own) addAddresses(answers, name, type, own.addresses);
  return own !== undefined;
}

function addAddresses(
  answers: ResolvedRecord[],
  name: string,
  type: string,
  addresses: readonly string[],
): void {
  for (const text of addresses) {
    const own = isIPv4(text) ? "A" : "AAAA";
    if (own === type)
      answers.push({ name, type: typeNumbers[own], ttl: ownTtl, rdata: addressBytes(text), text });
  }
}
