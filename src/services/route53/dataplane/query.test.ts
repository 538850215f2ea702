/** Packets as they come, byte by byte. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dnsStage, record } from "../testing/dns-stage.ts";

const typeNumbers = { A: 1, TXT: 16, DS: 43, NXNAME: 128, AXFR: 252, ANY: 255 } as const;

interface Asked {
  type?: keyof typeof typeNumbers;
  class?: number;
  /** Flags of the OPT record; undefined without one. */
  opt?: { flags?: number; options?: number[]; count?: number };
}

function packetOf(labels: readonly (string | Buffer)[], asked: Asked = {}): Buffer {
  const name = labels.map((label) =>
    Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]),
  );
  const { opt } = asked;
  const count = opt ? (opt.count ?? 1) : 0;
  const options = Buffer.from(opt?.options ?? []);
  const record = Buffer.concat([
    Buffer.from([0, 0, 41, 4, 208, 0, 0, (opt?.flags ?? 0) >> 8, 0, 0, options.length]),
    options,
  ]);
  return Buffer.concat([
    Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, count]),
    ...name,
    Buffer.from([0, 0, typeNumbers[asked.type ?? "A"], 0, asked.class ?? 1]),
    ...Array.from({ length: count }, () => record),
  ]);
}

const asker = { address: "192.0.2.1", vpcId: undefined, isStream: false };
const codeOf = (reply: Buffer | undefined) => reply![3]! & 15;
const answersOf = (reply: Buffer | undefined) => reply!.readUInt16BE(6);

test("a dot within a label is no end of the label, and bytes beyond ASCII are themselves", () => {
  const stage = dnsStage([
    record("a\\056b.example.com.", "192.0.2.1"),
    record("b.a.example.com.", "192.0.2.2"),
    record("caf\\351.example.com.", "192.0.2.3"),
  ]);
  const last = (labels: (string | Buffer)[]) =>
    stage.answer(packetOf([...labels, "example", "com"]), asker)!.at(-1);
  assert.equal(last(["a.b"]), 1);
  assert.equal(last(["b", "a"]), 2);
  assert.equal(last([Buffer.from("caf\u00e9", "latin1")]), 3);
  const utf8 = stage.answer(packetOf([Buffer.from("café"), "example", "com"]), asker);
  assert.equal(codeOf(utf8), 3, "é in UTF-8 is another name");
});

test("transfers of zones and other classes are refused, with their question", () => {
  const stage = dnsStage([record("www.example.com.", "192.0.2.1")]);
  for (const asked of [{ type: "AXFR" }, { class: 3 }, { class: 255 }] as const) {
    const packet = packetOf(["example", "com"], asked);
    const reply = stage.answer(packet, asker)!;
    assert.equal(codeOf(reply), 5);
    assert.deepEqual(reply.subarray(12), packet.subarray(12), "the question comes back");
  }
});

test("a type that stands in proofs only is nothing to ask for", () => {
  const stage = dnsStage([]);
  const packet = packetOf(["none", "example", "com"], { type: "NXNAME" });
  assert.equal(codeOf(stage.answer(packet, asker)), 1);
});

test("ANY gives every record of a name", () => {
  const stage = dnsStage([
    record("www.example.com.", ["192.0.2.1", "192.0.2.2"]),
    { Name: "www.example.com.", Type: "TXT", TTL: 1, ResourceRecords: [{ Value: '"a"' }] },
  ]);
  assert.equal(
    answersOf(stage.answer(packetOf(["www", "example", "com"], { type: "ANY" }), asker)),
    3,
  );
  const none = stage.answer(packetOf(["none", "example", "com"], { type: "ANY" }), asker);
  assert.equal(codeOf(none), 3);
});

test("what EDNS cannot mean is FORMERR", () => {
  const stage = dnsStage([record("www.example.com.", "192.0.2.1")]);
  const code = (opt: Asked["opt"]) =>
    codeOf(stage.answer(packetOf(["www", "example", "com"], opt && { opt }), asker));
  assert.equal(code({}), 0);
  assert.equal(code({ count: 2 }), 1, "two OPT records");
  const subnet = (...data: number[]) => ({ options: [0, 8, 0, data.length, ...data] });
  assert.equal(code(subnet(0, 1, 24, 0, 198, 51, 100)), 0);
  assert.equal(code(subnet(0, 1, 24, 0, 198, 51)), 1, "too few bytes of the address");
  assert.equal(code(subnet(0, 1, 24, 24, 198, 51, 100)), 1, "a scope in a query");
  assert.equal(code(subnet(0, 1, 20, 0, 198, 51, 100)), 1, "bits beyond the prefix");
  assert.equal(code(subnet(0, 1, 33, 0, 198, 51, 100, 0, 0)), 1, "longer than addresses are");
  assert.equal(code({ options: [0, 8, 0] }), 1, "an option that is cut off");
});

test("a subnet of no length keeps the client's place out of it", () => {
  const stage = dnsStage(
    [
      record("www.example.com.", "192.0.2.1", {
        SetIdentifier: "1",
        GeoLocation: { CountryCode: "DE" },
      }),
      record("www.example.com.", "192.0.2.2", {
        SetIdentifier: "2",
        GeoLocation: { CountryCode: "*" },
      }),
    ],
    {
      locations: [
        { cidr: "0.0.0.0/1", country: "FR" },
        { cidr: "192.0.2.0/24", country: "DE" },
      ],
    },
  );
  const options = [0, 8, 0, 4, 0, 1, 0, 0];
  const reply = stage.answer(packetOf(["www", "example", "com"], { opt: { options } }), asker)!;
  assert.deepEqual([...reply.subarray(-8)], options, "the subnet comes back as it was");
  const address = reply.subarray(0, -19).at(-1);
  assert.equal(address, 1, "the asker's own place decides");
});

test("who understands DNSSEC gets its flag back, and no signatures", () => {
  const stage = dnsStage([record("www.example.com.", "192.0.2.1")]);
  const opt = { flags: 0x80_00 };
  const reply = stage.answer(packetOf(["www", "example", "com"], { opt }), asker)!;
  assert.deepEqual([...reply.subarray(-11)], [0, 0, 41, 16, 0, 0, 0, 0x80, 0, 0, 0]);
});
