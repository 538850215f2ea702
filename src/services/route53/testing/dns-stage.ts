/** A DNS server of some records, asked without sockets. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { decode, encode, type DecodedPacket, type Packet } from "dns-packet";
import { createSeededRandom } from "#runtime/random.ts";
import { createAnswerer, type Asker } from "../dataplane/answer.ts";
import type { CommonConfig, ZoneConfig } from "../dataplane/config.ts";
import { resolve } from "../dataplane/resolve.ts";
import type { Resolution } from "../dataplane/resolution.ts";
import { createWorld } from "../dataplane/world.ts";

const zoneId = "Z1";

export const soa: ResourceRecordSet = {
  Name: "example.com.",
  Type: "SOA",
  TTL: 900,
  ResourceRecords: [
    { Value: "ns-1.awsdns-00.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400" },
  ],
};

/** A record of addresses; `more` makes its policy. */
export function record(
  Name: string,
  Value: string | readonly string[],
  more: Partial<ResourceRecordSet> = {},
): ResourceRecordSet {
  const values = typeof Value === "string" ? [Value] : Value;
  return {
    Name,
    Type: "A",
    TTL: 60,
    ResourceRecords: values.map((one) => ({ Value: one })),
    ...more,
  };
}

export function alias(
  Name: string,
  DNSName: string,
  more: Partial<ResourceRecordSet> = {},
  EvaluateTargetHealth = true,
): ResourceRecordSet {
  return {
    Name,
    Type: "A",
    AliasTarget: { HostedZoneId: zoneId, DNSName, EvaluateTargetHealth },
    ...more,
  };
}

export interface Asked {
  type?: string;
  from?: string;
  /** "198.51.100.0/24", or one address. */
  subnet?: string;
  vpcId?: string;
  zone?: string;
}

export function dnsStage(sets: readonly ResourceRecordSet[], common: CommonConfig = {}) {
  const world = createWorld(createSeededRandom(1));
  const setZone = (zone: Partial<ZoneConfig> & { sets: ResourceRecordSet[] }) =>
    world.setZone({
      id: zoneId,
      name: "example.com.",
      isPrivate: false,
      vpcs: [],
      createdMs: 0,
      ...zone,
    });
  setZone({ sets: [soa, ...sets] });
  world.setCommon(common);
  const answer = createAnswerer(world, { wall: { now: () => 1_800_000_000_000 } });
  // Without others to ask, answers are there at once.
  const own = (asker: Asker, packet: Buffer) => answer(packet, asker) as Buffer | undefined;
  const ask = (
    name: string,
    { type = "A", from = "192.0.2.1", subnet, vpcId, zone }: Asked = {},
  ): Resolution => {
    const [subnetAddress, bits] = subnet?.split("/") ?? [];
    const subnetPrefix = bits === undefined ? undefined : Number(bits);
    return resolve(world, name, type, { address: from, subnetAddress, subnetPrefix, vpcId, zone });
  };
  const packet = (query: Packet, isStream = false) =>
    own({ address: "192.0.2.1", vpcId: undefined, isStream }, encode(query));
  return {
    world,
    setZone,
    answer: (packet: Buffer, asker: Asker) => own(asker, packet),
    ask,
    packet,
    decoded: (query: Packet, isStream = false) =>
      decode(packet(query, isStream)!) as DecodedPacket & { rcode: string },
    setHealth: (health: Record<string, boolean>) => world.setCommon({ health }),
    /** The values, in order. */
    values: (name: string, asked?: Asked) =>
      ask(name, asked)
        .answers.map(({ text }) => text)
        .sort(),
    /** How often each value came in a thousand answers. */
    shares(name: string, asked?: Asked) {
      const counts: Record<string, number> = {};
      for (let index = 0; index < 1000; index++)
        for (const { text } of ask(name, asked).answers) counts[text] = (counts[text] ?? 0) + 1;
      return counts;
    },
  };
}
