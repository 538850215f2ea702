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
  const [code, types, covered] = proof("www.example.com", "TXT");
  assert.deepEqual([code, covered], ["NOERROR", ["SOA", "NSEC"]]);
  // All that zones may have but what was asked for, and but what says more than that it is there.
  const supported = "A PTR MX AAAA SRV NAPTR SSHFP RRSIG NSEC TLSA UNKNOWN_64 UNKNOWN_65 SPF CAA";
  assert.deepEqual(types, supported.split(" "));
  assert.deepEqual(proof("none.example.com"), [
    "NOERROR",
    ["RRSIG", "NSEC", "UNKNOWN_128"],
    ["SOA", "NSEC"],
  ]);
  assert.equal(ask("none.example.com", "A", false).rcode, "NXDOMAIN");
  assert.deepEqual(proof("www.sub.example.com"), ["NOERROR", ["NS", "RRSIG", "NSEC"], ["NSEC"]]);
});

const typesOf = (records: readonly Answer[] = []) =>
  records.map((one) => (one.type === "RRSIG" ? `RRSIG ${one.data.typeCovered}` : one.type));

test("who asks for the proof itself gets it: it says which types the name has", () => {
  const ask = signedStage([
    record("www.example.com.", "192.0.2.1"),
    record("alias.example.com.", "www.example.com", { Type: "CNAME" }),
  ]);
  for (const [name, own] of [
    ["www.example.com", ["A"]],
    ["alias.example.com", ["CNAME"]],
    ["none.example.com", []],
  ] as const) {
    const { rcode, answers, authorities } = ask(name, "NSEC");
    assert.deepEqual([rcode, typesOf(answers)], ["NOERROR", ["NSEC", "RRSIG NSEC"]]);
    assert.deepEqual(authorities, []);
    const { rrtypes } = (answers![0] as { data: Nsec }).data;
    assert.deepEqual(rrtypes.slice(0, own.length + 2), [...own, "RRSIG", "NSEC"]);
  }
  // "… that has the DO bit clear MUST treat the RRSIG, DNSKEY, and NSEC RRs as it would any other RRset" (RFC 4035, 3.1).
  assert.deepEqual(typesOf(ask("www.example.com", "NSEC", false).answers), ["NSEC"]);
  const none = ask("none.example.com", "NSEC", false);
  assert.deepEqual([none.rcode, typesOf(none.authorities)], ["NXDOMAIN", ["SOA"]]);
});

test("who asks for the signatures gets those of all that the name has, whether or not he asks for DNSSEC", () => {
  const addresses = ["192.0.2.1", "192.0.2.2"];
  const ask = signedStage([
    record("www.example.com.", addresses),
    record("www.example.com.", '"text"', { Type: "TXT" }),
    record("alias.example.com.", "www.example.com", { Type: "CNAME" }),
    record("\\052.wild.example.com.", "192.0.2.7"),
  ]);
  for (const isAware of [true, false]) {
    const typed = (name: string) => {
      const { rcode, answers, authorities } = ask(name, "RRSIG", isAware);
      assert.deepEqual([rcode, authorities], ["NOERROR", []]);
      return typesOf(answers);
    };
    assert.deepEqual(typed("www.example.com"), ["RRSIG A", "RRSIG TXT", "RRSIG NSEC"]);
    assert.deepEqual(typed("alias.example.com"), ["RRSIG CNAME", "RRSIG NSEC"]);
    assert.deepEqual(typed("a.wild.example.com"), ["RRSIG A", "RRSIG NSEC"]);
    assert.equal(typed("example.com").filter((type) => type === "RRSIG SOA").length, 1);
    const [own] = ask("www.example.com", "RRSIG", isAware).answers as { data: Rrsig }[];
    assert.ok(isSigned("www.example.com", addresses, 60, own!.data));
  }
  assert.equal(ask("none.example.com", "RRSIG", false).rcode, "NXDOMAIN");
  assert.deepEqual(typesOf(ask("none.example.com", "RRSIG").answers), ["RRSIG NSEC"]);
  const unsigned = dnsStage([record("www.example.com.", "192.0.2.1")]);
  const { answers, authorities } = unsigned.ask("www.example.com.", { type: "RRSIG" });
  assert.deepEqual([answers.length, authorities.length], [0, 1]);
});

test("ANY brings the keys of a signed zone, too", () => {
  const ask = signedStage([]);
  assert.deepEqual(typesOf(ask("example.com", "ANY", false).answers), ["SOA", "DNSKEY", "DNSKEY"]);
});

test("the keys come with the signatures that were made over them", () => {
  const { answers } = signedStage([])("example.com", "DNSKEY");
  assert.deepEqual(
    answers!.map(({ type }) => type),
    ["DNSKEY", "DNSKEY", "RRSIG"],
  );
});

test("records of a signed zone are remembered for a week at most, as AWS says", () => {
  const ask = signedStage([
    record("month.example.com.", "192.0.2.1", { TTL: 2_592_000 }),
    record("day.example.com.", "192.0.2.1", { TTL: 86_400 }),
  ]);
  const ttlOf = (name: string) => (ask(name).answers![0] as { ttl: number }).ttl;
  assert.deepEqual([ttlOf("month.example.com"), ttlOf("day.example.com")], [604_800, 86_400]);
});
