/** What a batch of changes may hold, in AWS's words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

async function zoneCloud() {
  const cloud = createTestCloud();
  const route53 = cloud.clients.route53(cloud.caller);
  const create = async (Name: string) => {
    const { HostedZone } = await route53.CreateHostedZone({ Name, CallerReference: Name });
    return HostedZone!.Id!.replace("/hostedzone/", "");
  };
  const HostedZoneId = await create("example.com");
  const change = (...changes: [Change["Action"], ResourceRecordSet][]) =>
    route53.ChangeResourceRecordSets({
      HostedZoneId,
      ChangeBatch: {
        Changes: changes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet })),
      },
    });
  const refused = (message: string, ...changes: [Change["Action"], ResourceRecordSet][]) =>
    assert.rejects(change(...changes), { code: "InvalidChangeBatch", message });
  return { cloud, route53, create, HostedZoneId, change, refused };
}

const a = (name: string, value: string, more: Partial<ResourceRecordSet> = {}) => ({
  Name: `${name}.example.com`,
  Type: "A" as const,
  TTL: 60,
  ResourceRecords: [{ Value: value }],
  ...more,
});

const alias = (name: string, HostedZoneId: string, DNSName: string): ResourceRecordSet => ({
  Name: `${name}.example.com`,
  Type: "A",
  AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth: false },
});

test("a record is changed once in a batch; only after its removal it may begin anew", async () => {
  const { cloud, change, refused } = await zoneCloud();
  const said =
    "[The request contains an invalid set of changes for a resource record set 'A x.example.com.']";
  await refused(said, ["CREATE", a("x", "192.0.2.1")], ["CREATE", a("X", "192.0.2.2")]);
  await refused(said, ["UPSERT", a("x", "192.0.2.1")], ["UPSERT", a("x", "192.0.2.2")]);
  await change(["CREATE", a("x", "192.0.2.1")]);
  await refused(said, ["DELETE", a("x", "192.0.2.1")], ["DELETE", a("x", "192.0.2.1")]);
  await change(["DELETE", a("x", "192.0.2.1")], ["CREATE", a("x", "192.0.2.2")]);
  await cloud.stop();
});

test("weighted records of one name have one TTL", async () => {
  const { cloud, change, refused } = await zoneCloud();
  const weighted = (SetIdentifier: string, TTL: number) =>
    a("w", "192.0.2.1", { SetIdentifier, Weight: 1, TTL });
  await change(["CREATE", weighted("1", 60)]);
  await refused(
    "[RRSet with DNS name w.example.com., type A, SetIdentifier 2 cannot be created as weighted sets must contain the same TTL.]",
    ["CREATE", weighted("2", 30)],
  );
  await change(["UPSERT", weighted("1", 30)], ["CREATE", weighted("2", 30)]);
  await refused(
    "[RRSet with DNS name w.example.com., type A cannot be created as other RRSets exist with the same name and type.]",
    ["CREATE", a("w", "192.0.2.3")],
  );
  await cloud.stop();
});

test("a primary record needs a health check, and no wildcard hands over to other servers", async () => {
  const { cloud, refused } = await zoneCloud();
  await refused(
    "[A non-alias primary ResourceRecordSet must have an associated health check. No changes made.]",
    ["CREATE", a("f", "192.0.2.1", { SetIdentifier: "1", Failover: "PRIMARY" })],
  );
  await assert.rejects(
    refused("", ["CREATE", a("*", "ns.example.net", { Type: "NS" })]),
    /a wildcard cannot be of type NS/,
  );
  await cloud.stop();
});

test("an alias names a record of its own zone, and the same batch may bring it", async () => {
  const { cloud, create, HostedZoneId: own, change, refused } = await zoneCloud();
  const other = await create("example.org");
  await change(
    ["CREATE", alias("first", own, "target.example.com")],
    ["CREATE", a("target", "192.0.2.1")],
  );
  const missing = (name: string, zone: string) =>
    `[Tried to create an alias that targets ${name}., type A in zone ${zone}, but that target was not found]`;
  await refused(missing("none.example.com", own), [
    "CREATE",
    alias("second", own, "none.example.com"),
  ]);
  await refused(missing("self.example.com", own), [
    "CREATE",
    alias("self", own, "self.example.com"),
  ]);
  await refused(missing("www.example.org", other), [
    "CREATE",
    alias("second", other, "www.example.org"),
  ]);
  await refused(
    missing("target.example.com", own),
    ["CREATE", alias("third", own, "target.example.com")],
    ["DELETE", a("target", "192.0.2.1")],
  );
  await cloud.stop();
});

test("a batch holds a thousand values, aliases and both halves of an UPSERT included", async () => {
  const { cloud, HostedZoneId, change, refused } = await zoneCloud();
  const said = "Number of records limit of 1000 exceeded.";
  const values = (count: number) => ({
    ResourceRecords: Array.from({ length: count }, (_one, index) => ({
      Value: `10.${index >> 8}.${index & 255}.1`,
    })),
  });
  const sets = ["1", "2", "3"].map((name) => a(name, "", values(333)));
  await change(["CREATE", a("1", "192.0.2.1")], ["CREATE", a("2", "", values(1))]);
  await refused(said, ...sets.map((set): ["UPSERT", ResourceRecordSet] => ["UPSERT", set]));
  const full = sets.map((set): ["CREATE", ResourceRecordSet] => [
    "CREATE",
    { ...set, Name: `x${set.Name}` },
  ]);
  await refused(
    said,
    ...full,
    ["CREATE", alias("a", HostedZoneId, "1.example.com")],
    ["CREATE", alias("b", HostedZoneId, "1.example.com")],
  );
  await change(...full, ["CREATE", alias("a", HostedZoneId, "1.example.com")]);
  await cloud.stop();
});

test("a zone keeps its own NS and SOA records, which may change places within a batch", async () => {
  const { cloud, route53, HostedZoneId, change, refused } = await zoneCloud();
  const { ResourceRecordSets } = await route53.ListResourceRecordSets({ HostedZoneId });
  const [ns, soa] = ResourceRecordSets!;
  await refused("[A HostedZone must contain at least one NS record for the zone itself.]", [
    "DELETE",
    ns!,
  ]);
  await refused("[A HostedZone must contain exactly one SOA record.]", ["DELETE", soa!]);
  const other = { ...ns!, ResourceRecords: [{ Value: "ns.example.net." }] };
  await change(["DELETE", ns!], ["CREATE", other]);
  await cloud.stop();
});

test("protected records stay as they are, and hold their zone", async () => {
  const { cloud, route53, HostedZoneId, change, refused } = await zoneCloud();
  await change(["CREATE", a("x", "192.0.2.1")]);
  const protect = (...names: string[]) =>
    route53.CreateResourceRecordSetProtections({
      HostedZoneId,
      Protections: names.map((name) => ({
        RecordName: `${name}.example.com`,
        RecordType: "A" as const,
        Comment: "payroll",
      })),
    });
  await protect("X");
  const said = "[The resource record set [name='x.example.com.', type='A'] is protected: payroll]";
  await refused(said, ["DELETE", a("x", "192.0.2.1")]);
  await refused(said, ["UPSERT", a("x", "192.0.2.2")]);
  await change(["CREATE", a("x", '"text"', { Type: "TXT" })]);
  await assert.rejects(protect("x"), { code: "ProtectionAlreadyExists" });
  await assert.rejects(protect("x", "y"), {
    code: "InvalidResourceRecordSetProtectionBatch",
    members: {
      Errors: [
        {
          RecordName: "x.example.com.",
          RecordType: "A",
          Code: "ProtectionAlreadyExists",
          Message: "A protection already exists.",
        },
      ],
    },
  });
  await assert.rejects(protect("y", "y"), { code: "InvalidResourceRecordSetProtectionBatch" });
  await protect("y", "b");
  const list = async (more: object = {}) => {
    const page = await route53.ListResourceRecordSetProtections({ HostedZoneId, ...more });
    return [page.ResourceRecordSetProtections!.map(({ RecordName }) => RecordName), page.NextToken];
  };
  const [first, NextToken] = await list({ MaxResults: 2 });
  assert.deepEqual(first, ["b.example.com.", "x.example.com."]);
  assert.deepEqual((await list({ NextToken }))[0], ["y.example.com."]);
  assert.deepEqual((await list({ StartRecordName: "x.example.com" }))[0], [
    "x.example.com.",
    "y.example.com.",
  ]);
  const key = { RecordName: "x.example.com", RecordType: "A" as const };
  const release = { HostedZoneId, Protections: [key] };
  await route53.DeleteResourceRecordSetProtections(release);
  await assert.rejects(route53.DeleteResourceRecordSetProtections(release), {
    code: "InvalidResourceRecordSetProtectionBatch",
  });
  await change(["DELETE", a("x", "192.0.2.1")], ["DELETE", a("x", '"text"', { Type: "TXT" })]);
  await assert.rejects(route53.DeleteHostedZone({ Id: HostedZoneId }), {
    code: "HostedZoneNotEmpty",
  });
  await cloud.stop();
});
