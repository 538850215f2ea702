/** What stands beside an answer: the servers that have it, how long nothing remains nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { alias, dnsStage, record, soa } from "../testing/dns-stage.ts";

const names = ["ns-1.awsdns-00.com.", "ns-2.awsdns-00.net."];
const ns: ResourceRecordSet = {
  Name: "example.com.",
  Type: "NS",
  TTL: 172_800,
  ResourceRecords: names.map((Value) => ({ Value })),
};
const cname = (Name: string, Value: string) => record(Name, Value, { Type: "CNAME" });
const question = (name: string, type = "A") => ({
  type: "query" as const,
  questions: [{ name, type: type as "A", class: "IN" as const }],
});

test("an answer of a public zone names the servers that have it, too", () => {
  const stage = dnsStage([
    ns,
    record("www.example.com.", "192.0.2.1"),
    record("caf\\351.a.example.com.", "192.0.2.2"),
    cname("own.example.com.", "www.example.com"),
    cname("away.example.com.", "www.example.net"),
  ]);
  const told = (name: string, type?: string) =>
    stage
      .decoded(question(name, type))
      .authorities!.map(({ name: owner, ...one }) => [owner, (one as { data?: unknown }).data]);
  const servers = names.map((one) => ["example.com", one.replace(/\.$/, "")]);
  assert.deepEqual(told("www.example.com"), servers);
  assert.deepEqual(told("own.example.com"), servers);
  assert.deepEqual(told("away.example.com"), servers);
  assert.deepEqual(told("example.com", "SOA"), servers);
  assert.deepEqual(told("example.com", "NS"), [], "they are the answer");
  assert.equal(stage.ask("none.example.com.").servers.length, 0);
  const machine = { type: "A", vpcId: "vpc-1" };
  assert.deepEqual(stage.ask("www.example.com.", machine).servers, [], "a resolver asks them");
  // A label of bytes beyond ASCII before the name that is pointed to.
  const label = Buffer.from("\u0004caf\u00e9", "latin1");
  const packet = stage.packet(question("XXXX.a.example.com"))!;
  const start = packet.indexOf("\u0004XXXX", "latin1");
  const asked = Buffer.from(packet.subarray(0, packet.indexOf("\0", start) + 5));
  asked.set(label, start);
  asked.writeUInt16BE(0x01_00, 2);
  asked.writeUInt32BE(0, 6);
  asked.writeUInt16BE(0, 10);
  const reply = stage.answer(asked, { address: "192.0.2.1", vpcId: undefined, isStream: false })!;
  assert.deepEqual([reply.readUInt16BE(6), reply.readUInt16BE(8)], [1, 2]);
  const pointer = reply.readUInt16BE(asked.length + 16) & 0x3f_ff;
  assert.equal(reply.toString("latin1", pointer, pointer + 13), "\u0007example\u0003com\u0000");
});

test("servers that do not fit are left out, and nothing is missing", () => {
  const stage = dnsStage([
    ns,
    record(
      "many.example.com.",
      Array.from({ length: 29 }, (_one, index) => `192.0.2.${index}`),
    ),
  ]);
  const reply = stage.decoded(question("many.example.com"));
  assert.deepEqual(
    [reply.flag_tc, reply.answers!.length, reply.authorities!.length],
    [false, 29, 0],
  );
  assert.equal(stage.decoded(question("many.example.com"), true).authorities!.length, 2);
});

test("a private zone names no servers: nobody can ask them", () => {
  const stage = dnsStage([]);
  stage.setZone({
    id: "Z2",
    name: "in.example.",
    isPrivate: true,
    sets: [
      { ...soa, Name: "in.example." },
      { ...ns, Name: "in.example." },
      record("db.in.example.", "10.0.0.1"),
    ],
  });
  assert.equal(stage.decoded(question("db.in.example")).authorities!.length, 0);
});

test("a load balancer that is gone has no name any more, whoever asks", () => {
  const stage = dnsStage(
    [
      cname("gone.example.com.", "web-2.us-east-1.elb.localhost"),
      alias("alias.example.com.", "", {
        AliasTarget: {
          HostedZoneId: "ZELB",
          DNSName: "web-2.us-east-1.elb.localhost.",
          EvaluateTargetHealth: false,
        },
      }),
    ],
    { names: [{ name: "web-1.us-east-1.elb.localhost", addresses: ["127.0.0.9"] }] },
  );
  const denied = (name: string, type = "A", vpcId?: string) => {
    const { code, authorities } = stage.ask(name, { type, ...(vpcId && { vpcId }) });
    return [code, ...authorities.map((one) => `${one.name} ${one.ttl}`)];
  };
  const nothing = "us-east-1.elb.localhost. 60";
  const { code, answers, authorities } = stage.ask("dualstack.web-1.us-east-1.elb.localhost.");
  assert.deepEqual([code, answers.length, authorities.length], ["NOERROR", 1, 0]);
  assert.deepEqual(denied("web-1.us-east-1.elb.localhost.", "AAAA"), ["NOERROR", nothing]);
  assert.deepEqual(denied("web-2.us-east-1.elb.localhost."), ["NXDOMAIN", nothing]);
  assert.deepEqual(denied("web-2.us-east-1.elb.localhost.", "A", "vpc-1"), ["NXDOMAIN", nothing]);
  assert.deepEqual(denied("gone.example.com.", "A", "vpc-1"), ["NXDOMAIN", nothing]);
  assert.deepEqual(denied("us-east-1.elb.localhost."), ["NOERROR", nothing]);
  assert.deepEqual(denied("alias.example.com."), ["NOERROR", "example.com. 900"]);
  assert.deepEqual(denied("other.localhost."), ["REFUSED"]);
});

test("the names of websites lead to the gateway, as aliases to them do", () => {
  const website = "www.example.com.s3-website-us-east-1.amazonaws.com";
  const stage = dnsStage([cname("www.example.com.", website)], { gatewayHost: "127.0.0.7" });
  assert.deepEqual(stage.values(`${website}.`), ["127.0.0.7"]);
  assert.deepEqual(stage.values("www.example.com."), ["127.0.0.7", website]);
  assert.equal(stage.ask("s3.us-east-1.amazonaws.com.").code, "REFUSED");
});
