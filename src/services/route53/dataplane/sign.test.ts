/** Answers of a signed zone, checked with its public key. */
import assert from "node:assert/strict";
import { generateKeyPairSync, verify } from "node:crypto";
import { test } from "node:test";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { Answer } from "dns-packet";
import { dnskeyData, keySigningFlag, pointOf, zoneSigningFlag } from "../dnssec/keys.ts";
import { dnsStage, record, soa } from "../testing/dns-stage.ts";

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const zoneKey = dnskeyData(
  zoneSigningFlag,
  pointOf(publicKey.export({ type: "spki", format: "der" })),
);

function signedStage(sets: ResourceRecordSet[]) {
  const stage = dnsStage([]);
  stage.setZone({
    sets: [soa, ...sets],
    signing: {
      privateKey: privateKey.export({ type: "pkcs8", format: "pem" }),
      zoneKey: zoneKey.toString("base64"),
      keySigningKeys: [dnskeyData(keySigningFlag, Buffer.alloc(64, 7)).toString("base64")],
      signatures: [Buffer.alloc(30).toString("base64")],
    },
  });
  const ask = (name: string, type = "A", isAware = true) => {
    const opt = { type: "OPT", name: ".", udpPayloadSize: 4096, flags: 0x80_00, options: [] };
    return stage.decoded({
      type: "query",
      questions: [{ name, type: type as "A", class: "IN" }],
      ...(isAware && { additionals: [opt] }),
    } as never);
  };
  return ask;
}

type Rrsig = Extract<Answer, { type: "RRSIG" }>["data"];
type Nsec = Extract<Answer, { type: "NSEC" }>["data"];

const wire = (name: string) =>
  Buffer.concat([
    ...name
      .split(".")
      .filter(Boolean)
      .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);

/** Whether the signature is that of records of addresses, put together as RFC 4034, 3.1.8.1 says. */
function isSigned(name: string, addresses: string[], ttl: number, rrsig: Rrsig): boolean {
  const head = Buffer.alloc(18);
  head.writeUInt16BE(1, 0);
  head.writeUInt8(rrsig.algorithm, 2);
  head.writeUInt8(rrsig.labels, 3);
  head.writeUInt32BE(rrsig.originalTTL, 4);
  head.writeUInt32BE(rrsig.expiration, 8);
  head.writeUInt32BE(rrsig.inception, 12);
  head.writeUInt16BE(rrsig.keyTag, 16);
  const records = addresses.toSorted().map((address) => {
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(1, 0);
    fixed.writeUInt16BE(1, 2);
    fixed.writeUInt32BE(ttl, 4);
    fixed.writeUInt16BE(4, 8);
    return Buffer.concat([wire(name), fixed, Buffer.from(address.split(".").map(Number))]);
  });
  const bytes = Buffer.concat([head, wire("example.com"), ...records]);
  return verify("sha256", bytes, { key: publicKey, dsaEncoding: "ieee-p1363" }, rrsig.signature);
}

test("who asks for signatures gets one for each set of records, others none", () => {
  const addresses = ["192.0.2.1", "192.0.2.9", "192.0.2.5"];
  const ask = signedStage([
    record("www.example.com.", addresses),
    record("\\052.example.com.", "192.0.2.7"),
  ]);
  const signatureIn = (name: string) => {
    const found = ask(name).answers!.find((one) => one.type === "RRSIG") as { data: Rrsig };
    return found.data;
  };
  const own = signatureIn("WWW.example.com");
  assert.ok(isSigned("www.example.com", addresses, 60, own));
  assert.equal(own.labels, 3);
  assert.equal(isSigned("www.example.com", ["192.0.2.1"], 60, own), false);
  assert.ok(isSigned("any.example.com", ["192.0.2.7"], 60, signatureIn("any.example.com")));
  assert.equal(ask("www.example.com", "A", false).answers!.length, 3);
});

test("what is not there is proven to have no such type", () => {
  const ask = signedStage([
    record("www.example.com.", "192.0.2.1"),
    {
      Name: "sub.example.com.",
      Type: "NS",
      TTL: 60,
      ResourceRecords: [{ Value: "ns.example.net" }],
    },
  ]);
  const proof = (name: string, type?: string) => {
    const { rcode, authorities } = ask(name, type);
    const nsec = authorities!.find((one) => one.type === "NSEC") as { data: Nsec };
    const covered = authorities!.flatMap((one) =>
      one.type === "RRSIG" ? [one.data.typeCovered] : [],
    );
    return [rcode, nsec.data.rrtypes, covered];
  };
  assert.deepEqual(proof("www.example.com", "TXT"), [
    "NOERROR",
    ["A", "RRSIG", "NSEC"],
    ["SOA", "NSEC"],
  ]);
  assert.deepEqual(proof("none.example.com"), [
    "NOERROR",
    ["RRSIG", "NSEC", "UNKNOWN_128"],
    ["SOA", "NSEC"],
  ]);
  assert.equal(ask("none.example.com", "A", false).rcode, "NXDOMAIN");
  assert.deepEqual(proof("www.sub.example.com"), ["NOERROR", ["NS", "RRSIG", "NSEC"], ["NSEC"]]);
});

test("who asks for the proof itself gets it: it says that it is there", () => {
  const ask = signedStage([record("www.example.com.", "192.0.2.1")]);
  for (const name of ["www.example.com", "none.example.com"]) {
    const { rcode, answers, authorities } = ask(name, "NSEC");
    assert.deepEqual(
      [rcode, answers!.map(({ type }) => type), authorities],
      ["NOERROR", ["NSEC", "RRSIG"], []],
    );
  }
  const { answers } = ask("www.example.com", "NSEC", false);
  assert.deepEqual(answers, []);
});

test("the keys come with the signatures that were made over them", () => {
  const { answers } = signedStage([])("example.com", "DNSKEY");
  assert.deepEqual(
    answers!.map(({ type }) => type),
    ["DNSKEY", "DNSKEY", "RRSIG"],
  );
});
