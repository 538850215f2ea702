/**
 * Signatures of answers, made while they are asked for, and proofs that something is not there: each name is said to
 * exist with the types that it has (RFC 4470, RFC 9824).
 */
import { sign } from "node:crypto";
import type { Wall } from "#runtime/clock.ts";
import { dnskeyType, nsecType, nxnameType, rrsigType } from "./record-types.ts";
import { signatureHead, signedBytes } from "../dnssec/signature.ts";
import { labelsOf, wireName } from "../names.ts";
import type { Denial, ResolvedRecord, Resolution } from "./resolution.ts";

const marginS = 3_600;
const validS = 2 * 86_400;
const longestName = 255;

/** Who does not ask for signatures gets those only that are what he asks for (RFC 4035, 3.1). */
export type Complete = (resolution: Resolution, dnssecOk: boolean) => Resolution;

/** `wall`: who checks signatures lives in its time. */
export function createSigner(wall: Pick<Wall, "now">): Complete {
  const groupsOf = (records: readonly ResolvedRecord[]) => [
    ...Map.groupBy(records, ({ name, type }) => `${name} ${type}`).values(),
  ];
  const withSignatures = (records: readonly ResolvedRecord[]) =>
    groupsOf(records).flatMap((group) => [...group, ...signaturesOf(group)]);
  const signaturesOf = (group: readonly ResolvedRecord[]): ResolvedRecord[] => {
    const { name, type, ttl, signer } = group[0]!;
    const signing = signer?.signing;
    if (!signer || !signing) return [];
    const record = (rdata: Buffer) => ({ name, type: rrsigType, ttl, rdata, text: "" });
    // The keys themselves are signed by those that the zone above knows.
    if (type === dnskeyType) return signing.signatures.map(record);
    const nowS = Math.floor(wall.now() / 1000);
    const records = { name, type, ttl, rdata: group.map(({ rdata }) => rdata) };
    const validity = { inceptionS: nowS - marginS, expirationS: nowS + validS };
    const head = signatureHead(records, validity, {
      zoneName: signer.name,
      keyTag: signing.keyTag,
    });
    const key = { key: signing.key, dsaEncoding: "ieee-p1363" as const };
    return [record(Buffer.concat([head, sign("sha256", signedBytes(head, records), key)]))];
  };
  return (resolution, dnssecOk) => {
    const { answers, authorities, servers, denials, code, explicit } = resolution;
    const isMissing = denials.some(({ exists }) => !exists);
    if (!dnssecOk && (!explicit || isMissing)) return resolution;
    const proofs = denials.map(proofOf);
    // Of a name that is said to exist nothing can be said but that it lacks the type.
    const said = code === "NXDOMAIN" && isMissing ? "NOERROR" : code;
    if (!explicit)
      return {
        ...resolution,
        code: said,
        answers: withSignatures(answers),
        authorities: withSignatures([...authorities, ...proofs]),
        // Nobody asked for them, and each signature takes as long as the rest of the answer.
        servers: servers.filter(({ signer }) => !signer?.signing),
      };
    // Each proof says of itself that it is there.
    const found =
      explicit === "RRSIG"
        ? groupsOf([...answers, ...proofs]).flatMap(signaturesOf)
        : dnssecOk
          ? withSignatures(proofs)
          : proofs;
    return { ...resolution, code: said, answers: found, authorities: [], servers: [] };
  };
}

/** An NSEC record from the name to the very next one. */
function proofOf({ zone, name, types, exists }: Denial): ResolvedRecord {
  const present = [...types, rrsigType, nsecType, ...(exists ? [] : [nxnameType])];
  const after = wireName(["\0", ...labelsOf(name)]);
  // After the longest names comes the zone's own: nothing lies between.
  const next = after.length > longestName ? wireName(labelsOf(zone.name)) : after;
  return {
    name,
    type: nsecType,
    ttl: zone.negativeTtl,
    rdata: Buffer.concat([next, bitmapOf(present)]),
    text: "",
    signer: zone,
  };
}

/** RFC 4034, 4.1.2: a bit for each type, in windows of 256. */
function bitmapOf(types: readonly number[]): Buffer {
  const windows = Map.groupBy(
    types.toSorted((a, b) => a - b),
    (type) => type >> 8,
  );
  return Buffer.concat(
    [...windows].map(([window, own]) => {
      const bits = Buffer.alloc(((own.at(-1)! & 255) >> 3) + 1);
      for (const type of own) bits[(type & 255) >> 3]! |= 0x80 >> (type & 7);
      return Buffer.concat([Buffer.from([window, bits.length]), bits]);
    }),
  );
}
