/** What the DNS server is told, and what it is asked: plain data, for it runs in a thread of its own. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";

export interface ZoneConfig {
  id: string;
  /** "example.com." */
  name: string;
  isPrivate: boolean;
  vpcs: { vpcId: string; region: string }[];
  /** Of two zones of one name the older answers. */
  createdMs: number;
  sets: ResourceRecordSet[];
  /** Of a zone that is signed. */
  signing?: SigningConfig | undefined;
}

/** What a zone's names have now; one without records is gone. */
export interface ZoneChange {
  id: string;
  names: { name: string; sets: ResourceRecordSet[] }[];
}

export interface SigningConfig {
  /** Of the key that signs the zone's records: PKCS #8 in PEM, and its DNSKEY data in base64. */
  privateKey: string;
  zoneKey: string;
  /** The DNSKEY data of those that sign the keys, in base64. */
  keySigningKeys: string[];
  /** Over all of the keys: the data of RRSIG records, in base64. */
  signatures: string[];
}

/** A name that Fogbank gave to something of its own. */
export interface NameConfig {
  /** "web-1.us-east-1.elb.localhost" */
  name: string;
  /** Where it is reached from this machine. */
  addresses: string[];
  /** What machines of a VPC are told instead. */
  inside?: { vpcId: string; addresses: string[] } | undefined;
  /** Machines of a zone are told its own addresses instead, in so large a share of answers. */
  affinity?: { byZone: Record<string, string[]>; share: number } | undefined;
  /** Only this VPC's machines, and this host, see it. */
  vpcId?: string | undefined;
  /** False when none of what stands behind it is healthy. */
  healthy?: boolean | undefined;
}

/** Where clients of a block of addresses are. */
export interface LocationConfig {
  cidr: string;
  /** ISO 3166-1: "DE". */
  country?: string | undefined;
  /** ISO 3166-2 without the country: "WA". */
  subdivision?: string | undefined;
  continent?: string | undefined;
  /** The AWS region with the least latency; without it the nearest. */
  region?: string | undefined;
  latitude?: number | undefined;
  longitude?: number | undefined;
}

export interface ListenConfig {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** The VPC whose machines ask here; undefined for this host. */
  vpcId?: string | undefined;
  /** Where those machines are. */
  zone?: string | undefined;
}

/** What holds for all zones; each member replaces what was there. */
export interface CommonConfig {
  /** By health check. */
  health?: Record<string, boolean>;
  /** By CIDR collection, then location. */
  collections?: Record<string, Record<string, string[]>>;
  names?: NameConfig[];
  locations?: LocationConfig[];
  /** Zones whose queries are logged. */
  loggedZones?: string[];
  /** Where websites and API are: the gateway's address. */
  gatewayHost?: string;
  /** Clients whose place nobody knows are here. */
  defaultRegion?: string;
}

export interface DnsQuestion {
  /** As zones write it: in lower case, with a dot at its end. */
  name: string;
  type: string;
  clientAddress: string;
  /** "192.0.2.0/24", of EDNS client subnet. */
  subnet?: string | undefined;
  vpcId?: string | undefined;
  /** Ask this zone only. */
  zoneId?: string | undefined;
}

export interface DnsAnswer {
  responseCode: string;
  /** As the records of the zone have them. */
  values: string[];
  /** Where a chain of CNAMEs leaves what is known here. */
  beyond?: string | undefined;
}

/** A question that came over the network, to a zone whose queries are logged. */
export interface LoggedQuery {
  zoneId: string;
  /** Wall time, milliseconds since the epoch. */
  atMs: number;
  /** "www.example.com" */
  name: string;
  type: string;
  code: string;
  protocol: "UDP" | "TCP";
  /** Of who asked. */
  address: string;
  /** "192.0.2.0/24", or "-" without one. */
  subnet: string;
}

export interface QueriesTaken {
  queries: LoggedQuery[];
  /** How many more there were than could be kept. */
  dropped: number;
}

export interface DnsPlane {
  setZone(zone: ZoneConfig): Promise<void>;
  /** Of a zone that was set before: its other names stay as they are. */
  changeZone(change: ZoneChange): Promise<void>;
  removeZone(id: string): Promise<void>;
  setCommon(config: CommonConfig): Promise<void>;
  /** Answers the port; rejects when the address is taken or forbidden. */
  listen(config: ListenConfig): Promise<number>;
  unlisten(config: ListenConfig): Promise<void>;
  ask(question: DnsQuestion): Promise<DnsAnswer>;
  /** What was logged since the last time. */
  takeQueries(): Promise<QueriesTaken>;
  /** By zone: how many questions came over the network since the last time. */
  takeCounts(): Promise<Record<string, number>>;
  close(): Promise<void>;
}
