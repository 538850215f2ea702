/** What a question comes to: the records of an answer, and what is to be said about them. */
import type { IndexedZone } from "./index-zone.ts";

export interface ResolvedRecord {
  name: string;
  type: number;
  ttl: number;
  rdata: Buffer;
  /** The value as its zone has it. */
  text: string;
  /** The zone whose key signs it. */
  signer?: IndexedZone | undefined;
}

/** What a signed zone does not have. */
export interface Denial {
  zone: IndexedZone;
  name: string;
  /** Those that the name has. */
  types: number[];
  exists: boolean;
}

export type ResponseCode = "NOERROR" | "SERVFAIL" | "NXDOMAIN" | "REFUSED";

export interface Resolution {
  code: ResponseCode;
  authoritative: boolean;
  answers: ResolvedRecord[];
  authorities: ResolvedRecord[];
  /** The servers of the zone that has the answer: among the authorities, where there is room. */
  servers: readonly ResolvedRecord[];
  /** Addresses of the servers that a name is handed over to. */
  additionals: ResolvedRecord[];
  /** What has to be proven to who asks for it; of signed zones only. */
  denials: Denial[];
  /** What was asked for are the proofs themselves, or the signatures of all that the name has. */
  explicit?: "NSEC" | "RRSIG";
  /** The answer depends on where the client is. */
  isLocal: boolean;
  /** The zone that was asked; undefined for names of Fogbank's own and for those of nobody. */
  zoneId?: string;
  /** Where a chain of CNAMEs ended, or the zone that was asked. */
  lastZone?: IndexedZone;
  /** Where a chain of CNAMEs, or what is handed over to others, leaves what is known here. */
  beyond?: string;
}

export const emptyResolution = (): Resolution => ({
  code: "NOERROR",
  authoritative: true,
  answers: [],
  authorities: [],
  servers: [],
  additionals: [],
  denials: [],
  isLocal: false,
});

export function refused(): Resolution {
  return { ...emptyResolution(), code: "REFUSED", authoritative: false };
}

/** Whom this server asks did not answer. */
export function failed(): Resolution {
  return { ...emptyResolution(), code: "SERVFAIL", authoritative: false };
}
