/** What a zone says about what it does not have, and what it says where its proofs and signatures are asked for. */
import { keysTtl } from "../dnssec/keys.ts";
import type { IndexedZone, SetGroup } from "./index-zone.ts";
import { dnskeyType, typeNumbers } from "./record-types.ts";
import type { Resolution } from "./resolution.ts";

type Node = ReadonlyMap<string, SetGroup>;

/** Types that only a zone's owner gives a meaning to: who finds them in a proof draws more from it than that they exist. */
const telling: ReadonlySet<number> = new Set([
  typeNumbers.CNAME,
  typeNumbers.DS,
  typeNumbers.NS,
  typeNumbers.SOA,
]);
const others = Object.values(typeNumbers).filter((number) => !telling.has(number));

/** The zone's SOA record, which says how long "there is none" holds, and what has to be proven. */
export function addDenial(
  zone: IndexedZone,
  name: string,
  node: Node | undefined,
  type: string,
  resolution: Resolution,
): void {
  const { authorities, denials } = resolution;
  const signer = zone.signing && zone;
  const [value] = zone.soa?.values ?? [];
  const soa = { name: zone.name, type: typeNumbers.SOA, ttl: zone.negativeTtl, signer };
  if (value) authorities.push({ ...soa, ...value });
  if (!signer) return;
  const isProof = type === "NSEC" || type === "RRSIG";
  if (isProof) resolution.explicit = type;
  const exists = node !== undefined;
  denials.push({ zone, name, types: node ? deniedTypes(zone, name, node, type) : [], exists });
}

/**
 * "Where there is a record matching the query name but not the query type … we return a minimal NSEC record containing
 * all supported resource record types": nobody learns from it what else the name has.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-proof-of-nonexistence.html
 */
function deniedTypes(zone: IndexedZone, name: string, node: Node, type: string): number[] {
  const asked = (typeNumbers as Readonly<Record<string, number>>)[type];
  const own = ownTypes(zone, name, node).filter((number) => number !== asked);
  // Where a name is handed over, the zone above has nothing else to say (RFC 4035, 2.3); who asks for all gets none.
  if ((name !== zone.name && node.has("NS")) || type === "ANY") return own;
  return [...new Set(own).union(new Set(others.filter((number) => number !== asked)))];
}

function ownTypes(zone: IndexedZone, name: string, node: Node): number[] {
  const numbers = [...node.values()].map(({ type }) => typeNumbers[type]);
  return name === zone.name ? [...numbers, dnskeyType] : numbers;
}

/** What was asked for is the proof itself: it says which types the name has, whoever asks (RFC 4035, 3.1). */
export function addProof(
  zone: IndexedZone,
  name: string,
  node: Node,
  type: "NSEC" | "RRSIG",
  resolution: Resolution,
): void {
  resolution.explicit = type;
  resolution.denials.push({ zone, name, types: ownTypes(zone, name, node), exists: true });
}

export function addKeys(zone: IndexedZone, { answers }: Resolution): void {
  const record = { name: zone.name, type: dnskeyType, ttl: keysTtl, text: "", signer: zone };
  for (const rdata of zone.signing?.keys ?? []) answers.push({ ...record, rdata });
}
