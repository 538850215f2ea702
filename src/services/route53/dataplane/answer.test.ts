import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encode } from "dns-packet";
import { alias, dnsStage, record, soa } from "../testing/dns-stage.ts";

const question = (name: string, type = "A") => ({
  type: "query" as const,
  id: 7,
  flags: 0x100,
  questions: [{ name, type: type as "A", class: "IN" as const }],
});

const zone = [
  record("www.example.com.", "192.0.2.1"),
  record("\\052.dev.example.com.", "192.0.2.9"),
  record("deep.below.dev.example.com.", "192.0.2.10"),
  {
    Name: "alias.example.com.",
    Type: "CNAME" as const,
    TTL: 30,
    ResourceRecords: [{ Value: "WWW.example.com" }],
  },
  {
    Name: "away.example.com.",
    Type: "CNAME" as const,
    TTL: 30,
    ResourceRecords: [{ Value: "www.example.net" }],
  },
  {
    Name: "sub.example.com.",
    Type: "NS" as const,
    TTL: 30,
    ResourceRecords: [{ Value: "ns.example.net." }],
  },
  alias("example.com.", "www.example.com."),
];

test("an answer carries its question, and its name as it was asked", () => {
  const reply = dnsStage(zone).decoded(question("WwW.Example.com"));
  assert.equal(reply.id, 7);
  assert.equal(reply.rcode, "NOERROR");
  assert.equal(reply.flag_aa, true);
  assert.equal(reply.questions![0]!.name, "WwW.Example.com");
  assert.deepEqual(
    reply.answers!.map(({ name, ...one }) => [name, one.type, (one as { data?: unknown }).data]),
    [["WwW.Example.com", "A", "192.0.2.1"]],
  );
});

test("what is not there is answered with the zone's SOA and its lesser TTL", () => {
  const stage = dnsStage(zone);
  const none = stage.decoded(question("none.example.com"));
  assert.equal(none.rcode, "NXDOMAIN");
  assert.equal(none.authorities![0]!.type, "SOA");
  assert.equal((none.authorities![0] as { ttl: number }).ttl, 900);
  const other = stage.decoded(question("www.example.com", "AAAA"));
  assert.equal(other.rcode, "NOERROR");
  assert.equal(other.answers!.length, 0);
  assert.equal(other.authorities![0]!.type, "SOA");
});

test("names outside of all zones are refused", () => {
  assert.equal(dnsStage(zone).decoded(question("example.org")).rcode, "REFUSED");
});

test("wildcards answer beside what exists, not below it (RFC 4592)", () => {
  const stage = dnsStage(zone);
  assert.deepEqual(stage.values("any.dev.example.com."), ["192.0.2.9"]);
  assert.deepEqual(stage.values("a.b.dev.example.com."), ["192.0.2.9"]);
  assert.equal(stage.ask("below.dev.example.com.").code, "NOERROR", "exists without records");
  assert.deepEqual(stage.values("below.dev.example.com."), []);
  assert.equal(stage.ask("other.below.dev.example.com.").code, "NXDOMAIN");
});

test("CNAMEs are followed as far as the server knows", () => {
  const stage = dnsStage(zone);
  assert.deepEqual(
    stage.ask("alias.example.com.").answers.map(({ name, text }) => `${name} ${text}`),
    ["alias.example.com. WWW.example.com", "www.example.com. 192.0.2.1"],
  );
  assert.deepEqual(stage.values("away.example.com."), ["www.example.net"]);
  assert.deepEqual(stage.values("alias.example.com.", { type: "CNAME" }), ["WWW.example.com"]);
});

test("a delegated name is handed over", () => {
  const reply = dnsStage(zone).decoded(question("host.sub.example.com"));
  assert.equal(reply.flag_aa, false);
  assert.equal(reply.answers!.length, 0);
  assert.deepEqual((reply.authorities![0] as { data?: unknown }).data, "ns.example.net");
});

test("an alias at the apex answers under its own name", () => {
  const { answers } = dnsStage(zone).ask("example.com.");
  assert.deepEqual(
    answers.map(({ name, text, ttl }) => [name, text, ttl]),
    [["example.com.", "192.0.2.1", 60]],
  );
});

test("aliases and CNAMEs that lead in circles end", () => {
  const stage = dnsStage([
    alias("a.example.com.", "b.example.com.", { SetIdentifier: "1", Weight: 1 }),
    alias("b.example.com.", "a.example.com.", { SetIdentifier: "1", Weight: 1 }),
    {
      Name: "c.example.com.",
      Type: "CNAME",
      TTL: 1,
      ResourceRecords: [{ Value: "d.example.com" }],
    },
    {
      Name: "d.example.com.",
      Type: "CNAME",
      TTL: 1,
      ResourceRecords: [{ Value: "c.example.com" }],
    },
  ]);
  assert.deepEqual(stage.values("a.example.com."), []);
  const { answers } = stage.ask("c.example.com.");
  assert.deepEqual(
    answers.map(({ name, text }) => [name, text]),
    [
      ["c.example.com.", "d.example.com"],
      ["d.example.com.", "c.example.com"],
    ],
  );
});

test("what does not fit into a datagram is left out, and comes over TCP", () => {
  const values = Array.from({ length: 100 }, (_one, index) => `192.0.2.${index}`);
  const stage = dnsStage([record("many.example.com.", values)]);
  const short = stage.decoded(question("many.example.com"));
  assert.equal(short.flag_tc, true);
  assert.equal(short.answers!.length, 0);
  const opt = { type: "OPT" as const, name: ".", udpPayloadSize: 4096, flags: 0, options: [] };
  const large = stage.decoded({ ...question("many.example.com"), additionals: [opt] } as never);
  assert.equal(large.flag_tc, false);
  assert.equal(large.answers!.length, 100);
  assert.equal(large.additionals![0]!.type, "OPT");
  assert.equal(stage.decoded(question("many.example.com"), true).answers!.length, 100);
});

test("EDNS client subnet decides, and the answer says for whom it holds", () => {
  const stage = dnsStage(
    [
      record("geo.example.com.", "192.0.2.1", {
        SetIdentifier: "de",
        GeoLocation: { CountryCode: "DE" },
      }),
      record("geo.example.com.", "192.0.2.2", {
        SetIdentifier: "*",
        GeoLocation: { CountryCode: "*" },
      }),
      record("www.example.com.", "192.0.2.3"),
    ],
    { locations: [{ cidr: "198.51.100.0/24", country: "DE" }] },
  );
  const options = [{ code: "CLIENT_SUBNET", ip: "198.51.100.0", sourcePrefixLength: 24 }];
  const opt = { type: "OPT", name: ".", udpPayloadSize: 1232, flags: 0, options };
  const scopeOf = (name: string) => {
    const reply = stage.decoded({ ...question(name), additionals: [opt] } as never);
    const [found] = reply.additionals as unknown as { options: { scopePrefixLength: number }[] }[];
    return [(reply.answers![0] as { data?: unknown }).data, found!.options[0]!.scopePrefixLength];
  };
  assert.deepEqual(scopeOf("geo.example.com"), ["192.0.2.1", 24]);
  assert.deepEqual(scopeOf("www.example.com"), ["192.0.2.3", 0]);
});

test("a VPC's machines see its private zones before the public ones, others none", () => {
  const stage = dnsStage([record("www.example.com.", "192.0.2.1")]);
  stage.setZone({
    id: "Z2",
    isPrivate: true,
    vpcs: [{ vpcId: "vpc-1", region: "us-east-1" }],
    sets: [soa, record("www.example.com.", "10.0.0.1")],
  });
  assert.deepEqual(stage.values("www.example.com.", { vpcId: "vpc-1" }), ["10.0.0.1"]);
  assert.deepEqual(stage.values("www.example.com.", { vpcId: "vpc-2" }), ["192.0.2.1"]);
  assert.deepEqual(stage.values("www.example.com."), ["192.0.2.1"]);
});

test("no bytes break the server", () => {
  const stage = dnsStage(zone);
  const ask = (bytes: Uint8Array) =>
    stage.answer(Buffer.from(bytes), { address: "192.0.2.1", vpcId: undefined, isStream: false });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void ask(bytes)),
    { numRuns: 5000 },
  );
  const good = encode({
    ...question("www.example.com"),
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: 1232,
        flags: 0,
        options: [{ code: 8, ip: "198.51.100.0", sourcePrefixLength: 24 }],
      },
    ],
  } as never);
  const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(damage, (changes) => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      const reply = ask(bytes);
      if (reply) assert.equal(reply.readUInt16BE(), bytes.readUInt16BE());
    }),
    { numRuns: 5000 },
  );
});

test("a machine's address leads back to its private name, within its VPC", () => {
  const names = [
    {
      name: "ip-10-0-0-5.ec2.internal",
      addresses: ["127.1.2.3"],
      vpcId: "vpc-1",
      inside: { vpcId: "vpc-1", addresses: ["10.0.0.5"] },
    },
    { name: "ip-10-0-0-6.ec2.internal", addresses: ["10.0.0.6"], vpcId: "vpc-1" },
  ];
  const stage = dnsStage([], { names });
  const back = (name: string, vpcId?: string) =>
    stage.values(`${name}.in-addr.arpa.`, { type: "PTR", ...(vpcId && { vpcId }) });
  assert.deepEqual(back("5.0.0.10", "vpc-1"), ["ip-10-0-0-5.ec2.internal."]);
  assert.deepEqual(back("6.0.0.10", "vpc-1"), ["ip-10-0-0-6.ec2.internal."]);
  assert.deepEqual(back("6.0.0.10", "vpc-2"), []);
  assert.deepEqual(back("6.0.0.10"), []);
  stage.setZone({
    id: "Z2",
    name: "10.in-addr.arpa.",
    isPrivate: true,
    vpcs: [{ vpcId: "vpc-1", region: "us-east-1" }],
    sets: [soa, record("6.0.0.10.in-addr.arpa.", "own.example.com", { Type: "PTR" })],
  });
  assert.deepEqual(back("6.0.0.10", "vpc-1"), ["own.example.com"], "a private zone comes first");
});
