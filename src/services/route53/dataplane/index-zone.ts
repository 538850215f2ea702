/** A zone's records by name and type, compiled once. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { createPrivateKey, type KeyObject } from "node:crypto";
import { keyTag } from "../dnssec/keys.ts";
import { policyOf, type Policy } from "../routing.ts";
import { parseValue, type RecordType } from "../values/parse.ts";
import type { SigningConfig, ZoneChange, ZoneConfig } from "./config.ts";
import { typeNumbers } from "./record-types.ts";
import type { ResolvedRecord } from "./resolution.ts";

/** Records of one name, type and set identifier. */
export interface CompiledSet {
  source: ResourceRecordSet;
  ttl: number;
  values: { rdata: Buffer; text: string }[];
  alias: { zoneId: string; name: string; evaluate: boolean } | undefined;
}

/** All records of one name and type. */
export interface SetGroup {
  zone: IndexedZone;
  name: string;
  type: RecordType;
  policy: Policy;
  sets: CompiledSet[];
}

export interface IndexedZone {
  id: string;
  name: string;
  isPrivate: boolean;
  /** The region of each VPC that sees it. */
  vpcs: ReadonlyMap<string, string>;
  createdMs: number;
  /** By name, then type; names that only others lie below have none. */
  nodes: Map<string, Map<string, SetGroup>>;
  /** How many nodes lie right below one that has any. */
  below: Map<string, number>;
  soa: CompiledSet | undefined;
  /** How long "there is none" may be remembered: the lesser of the SOA's TTL and its minimum. */
  negativeTtl: number;
  /** Its own name servers, as answers tell of them. */
  servers: readonly ResolvedRecord[];
  signing: CompiledSigning | undefined;
}

export interface CompiledSigning {
  key: KeyObject;
  keyTag: number;
  /** DNSKEY data. */
  keys: Buffer[];
  /** RRSIG data over them. */
  signatures: Buffer[];
}

/**
 * "Route 53 enforces a TTL of one week for the records" of a signed zone.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html
 */
const longestSignedTtl = 7 * 86_400;

export function indexZone(config: ZoneConfig): IndexedZone {
  const zone: IndexedZone = {
    id: config.id,
    name: config.name,
    isPrivate: config.isPrivate,
    vpcs: new Map(config.vpcs.map(({ vpcId, region }) => [vpcId, region])),
    createdMs: config.createdMs,
    nodes: new Map([[config.name, new Map()]]),
    below: new Map(),
    soa: undefined,
    negativeTtl: 0,
    servers: [],
    signing: config.signing && compileSigning(config.signing),
  };
  for (const set of config.sets) addSet(zone, set);
  readApex(zone);
  return zone;
}

export function changeNames(zone: IndexedZone, names: ZoneChange["names"]): void {
  for (const { name, sets } of names) {
    zone.nodes.get(name)?.clear();
    for (const set of sets) addSet(zone, set);
    prune(zone, name);
  }
  readApex(zone);
}

function readApex(zone: IndexedZone): void {
  const { name } = zone;
  zone.soa = zone.nodes.get(zone.name)?.get("SOA")?.sets[0];
  const minimum = Number(zone.soa?.values[0]?.text.trim().split(/\s+/).at(-1) ?? 0);
  zone.negativeTtl = Math.min(zone.soa?.ttl ?? 0, minimum);
  const signer = zone.signing && zone;
  zone.servers = (zone.nodes.get(name)?.get("NS")?.sets ?? []).flatMap(({ ttl, values }) =>
    values.map((value) => ({ name, type: typeNumbers.NS, ttl, signer, ...value })),
  );
}

function compileSigning(config: SigningConfig): CompiledSigning {
  const bytes = (text: string) => Buffer.from(text, "base64");
  const zoneKey = bytes(config.zoneKey);
  return {
    key: createPrivateKey(config.privateKey),
    keyTag: keyTag(zoneKey),
    keys: [...config.keySigningKeys.map(bytes), zoneKey],
    signatures: config.signatures.map(bytes),
  };
}

function addSet(zone: IndexedZone, set: ResourceRecordSet): void {
  const { Name: name = "" } = set;
  const type = set.Type as RecordType;
  if (!(type in typeNumbers)) return;
  const node = zone.nodes.get(name) ?? addNode(zone, name);
  let group = node.get(type);
  if (!group) node.set(type, (group = { zone, name, type, policy: policyOf(set), sets: [] }));
  const { AliasTarget: alias, ResourceRecords = [] } = set;
  const ttl = set.TTL ?? 60;
  group.sets.push({
    source: set,
    ttl: zone.signing ? Math.min(ttl, longestSignedTtl) : ttl,
    values: ResourceRecords.map(({ Value: text = "" }) => ({
      rdata: parseValue(type, text),
      text,
    })),
    alias: alias && {
      zoneId: alias.HostedZoneId!,
      name: alias.DNSName!,
      evaluate: alias.EvaluateTargetHealth ?? false,
    },
  });
}

/** "b" of "a.b.example.com" exists when the zone is "example.com", though it has no records (RFC 4592). */
function addNode(zone: IndexedZone, name: string): Map<string, SetGroup> {
  const node = new Map<string, SetGroup>();
  zone.nodes.set(name, node);
  const parent = parentOf(name);
  zone.below.set(parent, (zone.below.get(parent) ?? 0) + 1);
  if (parent.length > zone.name.length && !zone.nodes.has(parent)) addNode(zone, parent);
  return node;
}

/** Takes the name away, and those above it, as far as they have neither records nor names below them. */
function prune(zone: IndexedZone, name: string): void {
  for (let at = name; at !== zone.name; at = parentOf(at)) {
    if (zone.nodes.get(at)?.size !== 0 || zone.below.has(at)) return;
    zone.nodes.delete(at);
    const parent = parentOf(at);
    const left = zone.below.get(parent)! - 1;
    if (left > 0) zone.below.set(parent, left);
    else zone.below.delete(parent);
  }
}

/** "www.example.com." → "example.com."; labels hold no dots, those are escaped. */
export function parentOf(name: string): string {
  return name.slice(name.indexOf(".") + 1) || ".";
}
