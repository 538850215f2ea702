/** Names that a zone hands over to others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { alias, dnsStage, record, soa } from "../testing/dns-stage.ts";

const set = (Name: string, Type: ResourceRecordSet["Type"], ...values: string[]) => ({
  Name,
  Type,
  TTL: 60,
  ResourceRecords: values.map((Value) => ({ Value })),
});

const parent = [
  set("sub.example.com.", "NS", "ns1.sub.example.com.", "NS.Example.com", "ns.example.net."),
  set("sub.example.com.", "DS", "123 4 5 1234567890ABCDEF"),
  record("ns1.sub.example.com.", "192.0.2.53"),
  record("ns.example.com.", "192.0.2.54"),
  set("ns.example.com.", "AAAA", "2001:db8::53"),
];

test("a referral carries the addresses that the zone has for its servers, and no authority", () => {
  const stage = dnsStage(parent);
  for (const name of ["www.sub.example.com.", "sub.example.com.", "ns1.sub.example.com."]) {
    const { authoritative, answers, authorities, additionals } = stage.ask(name);
    assert.deepEqual([authoritative, answers.length, authorities.length], [false, 0, 3]);
    assert.deepEqual(
      additionals.map(({ name: server, text }) => `${server} ${text}`),
      [
        "ns1.sub.example.com. 192.0.2.53",
        "ns.example.com. 192.0.2.54",
        "ns.example.com. 2001:db8::53",
      ],
    );
  }
});

test("a referral whose addresses do not fit says so", () => {
  const servers = Array.from({ length: 30 }, (_one, index) => `ns${index}.sub.example.com.`);
  const stage = dnsStage([
    set("sub.example.com.", "NS", ...servers.slice(0, 8)),
    ...servers.slice(0, 8).map((name) => set(name, "AAAA", "2001:db8::1")),
  ]);
  const question = {
    type: "query" as const,
    questions: [{ name: "www.sub.example.com", type: "A" as const, class: "IN" as const }],
  };
  assert.equal(stage.decoded(question).flag_tc, true);
  assert.equal(stage.decoded(question, true).additionals!.length, 8);
});

test("the signer of a delegated name is asked for in the zone above, though the other is here too", () => {
  const stage = dnsStage(parent);
  const values = () => stage.values("sub.example.com.", { type: "DS" });
  assert.deepEqual(values(), ["123 4 5 1234567890ABCDEF"]);
  stage.setZone({
    id: "Z2",
    name: "sub.example.com.",
    sets: [{ ...soa, Name: "sub.example.com." }],
  });
  assert.deepEqual(values(), ["123 4 5 1234567890ABCDEF"]);
  assert.equal(stage.ask("sub.example.com.", { type: "SOA" }).authoritative, true);
});

test("an alias to what is gone has nothing healthy behind it", () => {
  const gone = { HostedZoneId: "ZELB", DNSName: "gone.elb.localhost.", EvaluateTargetHealth: true };
  const stage = dnsStage([
    alias("www.example.com.", "", { SetIdentifier: "1", Failover: "PRIMARY", AliasTarget: gone }),
    record("www.example.com.", "192.0.2.2", { SetIdentifier: "2", Failover: "SECONDARY" }),
  ]);
  assert.deepEqual(stage.values("www.example.com."), ["192.0.2.2"]);
});
