import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

async function zoneCloud(name = "example.com") {
  const cloud = createTestCloud();
  const route53 = cloud.clients.route53(cloud.caller);
  const created = await route53.CreateHostedZone({ Name: name, CallerReference: "one" });
  const HostedZoneId = created.HostedZone!.Id!.replace("/hostedzone/", "");
  const change = (Action: Change["Action"], ...sets: ResourceRecordSet[]) =>
    route53.ChangeResourceRecordSets({
      HostedZoneId,
      ChangeBatch: { Changes: sets.map((ResourceRecordSet) => ({ Action, ResourceRecordSet })) },
    });
  const list = async () =>
    (await route53.ListResourceRecordSets({ HostedZoneId })).ResourceRecordSets!.map(
      ({ Name, Type }) => `${Name} ${Type}`,
    );
  return { cloud, route53, created, HostedZoneId, change, list };
}

const plain = (Name: string, Type: ResourceRecordSet["Type"], ...values: string[]) => ({
  Name,
  Type,
  TTL: 300,
  ResourceRecords: values.map((Value) => ({ Value })),
});

test("a new public zone has four name servers, an NS and an SOA record", async () => {
  const { cloud, created, route53, HostedZoneId } = await zoneCloud("Example.COM");
  assert.match(created.HostedZone!.Id!, /^\/hostedzone\/Z[A-Z0-9]{20}$/);
  assert.equal(created.HostedZone!.Name, "example.com.");
  const servers = created.DelegationSet!.NameServers!;
  assert.equal(servers.length, 4);
  const { ResourceRecordSets } = await route53.ListResourceRecordSets({ HostedZoneId });
  const [ns, soa] = ResourceRecordSets!;
  assert.deepEqual(
    ns!.ResourceRecords,
    servers.map((server) => ({ Value: `${server}.` })),
  );
  assert.equal(ns!.TTL, 172_800);
  assert.equal(
    soa!.ResourceRecords![0]!.Value,
    `${servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`,
  );
  await cloud.stop();
});

test("a change is PENDING until it has reached the name servers", async () => {
  const { cloud, created, route53 } = await zoneCloud();
  const Id = created.ChangeInfo!.Id!.replace("/change/", "");
  assert.equal((await route53.GetChange({ Id })).ChangeInfo!.Status, "PENDING");
  await cloud.advance("60s");
  assert.equal((await route53.GetChange({ Id })).ChangeInfo!.Status, "INSYNC");
  await cloud.stop();
});

test("records are listed by their reversed names and in pages", async () => {
  const { cloud, change, list, route53, HostedZoneId } = await zoneCloud();
  await change(
    "CREATE",
    plain("www.example.com", "A", "192.0.2.1"),
    plain("*.example.com", "A", "192.0.2.2"),
    plain("a.www.example.com", "AAAA", "2001:db8::1"),
    plain("mail.example.com", "MX", "10 mx.example.com"),
  );
  assert.deepEqual(await list(), [
    "example.com. NS",
    "example.com. SOA",
    "\\052.example.com. A",
    "mail.example.com. MX",
    "www.example.com. A",
    "a.www.example.com. AAAA",
  ]);
  const first = await route53.ListResourceRecordSets({ HostedZoneId, MaxItems: 3 });
  assert.equal(first.IsTruncated, true);
  assert.equal(first.NextRecordName, "mail.example.com.");
  const rest = await route53.ListResourceRecordSets({
    HostedZoneId,
    StartRecordName: first.NextRecordName,
    StartRecordType: first.NextRecordType,
  });
  assert.equal(rest.ResourceRecordSets!.length, 3);
  await cloud.stop();
});

test("a batch changes everything or nothing", async () => {
  const { cloud, change, list } = await zoneCloud();
  await change("CREATE", plain("a.example.com", "A", "192.0.2.1"));
  await assert.rejects(
    change(
      "CREATE",
      plain("b.example.com", "A", "192.0.2.1"),
      plain("a.example.com", "A", "192.0.2.1"),
    ),
    {
      code: "InvalidChangeBatch",
      message:
        "[Tried to create resource record set [name='a.example.com.', type='A'] but it already exists]",
    },
  );
  assert.equal((await list()).length, 3);
  await cloud.stop();
});

test("what cannot be is refused in AWS's words", async () => {
  const { cloud, change } = await zoneCloud();
  await change(
    "CREATE",
    plain("a.example.com", "A", "192.0.2.1"),
    plain("c.example.com", "CNAME", "a.example.com"),
  );
  const cases: [Change["Action"], ResourceRecordSet, string][] = [
    [
      "DELETE",
      plain("x.example.com", "A", "192.0.2.1"),
      "Tried to delete resource record set [name='x.example.com.', type='A'] but it was not found",
    ],
    [
      "DELETE",
      plain("a.example.com", "A", "192.0.2.2"),
      "Tried to delete resource record set [name='a.example.com.', type='A'] but the values provided do not match the current values",
    ],
    [
      "CREATE",
      plain("a.example.org", "A", "192.0.2.1"),
      "RRSet with DNS name a.example.org. is not permitted in zone example.com.",
    ],
    [
      "CREATE",
      plain("example.com", "CNAME", "a.example.com"),
      "RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com., RRSet of type CNAME with DNS name example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.",
    ],
    [
      "CREATE",
      plain("c.example.com", "A", "192.0.2.1"),
      "RRSet of type A with DNS name c.example.com. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone example.com.",
    ],
    [
      "CREATE",
      plain("b.example.com", "A", "192.0.2.256"),
      "Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '192.0.2.256''",
    ],
    [
      "CREATE",
      plain("b.example.com", "TXT", "bare"),
      "Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with 'bare''",
    ],
    [
      "CREATE",
      { ...plain("a.example.com", "A", "192.0.2.1"), SetIdentifier: "w", Weight: 1 },
      "RRSet with DNS name a.example.com., type A, SetIdentifier w cannot be created as other RRSets exist with the same name and type.",
    ],
  ];
  for (const [action, set, message] of cases)
    await assert.rejects(change(action, set), {
      code: "InvalidChangeBatch",
      message: `[${message}]`,
    });
  await cloud.stop();
});

test("every type's value is checked", async () => {
  const { cloud, change } = await zoneCloud();
  const good: [ResourceRecordSet["Type"], string][] = [
    ["A", "192.0.2.1"],
    ["AAAA", "2001:db8::1"],
    ["CAA", '0 issue "ca.example.net"'],
    ["CNAME", "target.example.net"],
    ["DS", "123 4 5 1234567890ABCDEF"],
    ["HTTPS", '1 . alpn="h2,h3" ipv4hint=192.0.2.1'],
    ["MX", "10 mail.example.net"],
    ["NAPTR", String.raw`100 50 "u" "E2U+sip" "!^(\\+441632960083)$!sip:\\1@example.com!" .`],
    ["NS", "ns.example.net"],
    ["PTR", "host.example.net"],
    ["SPF", '"v=spf1 -all"'],
    ["SRV", "1 10 5269 xmpp.example.net."],
    ["SSHFP", "1 1 00112233445566778899aabbccddeeff00112233"],
    ["SVCB", "0 svc.example.net"],
    ["TLSA", "3 1 1 0123456789abcdef0123456789abcdef"],
    ["TXT", String.raw`"a \"quoted\" text" "and \344 another"`],
  ];
  for (const [type, value] of good)
    await change("CREATE", plain(`${type}.example.com`, type, value));
  const bad: [ResourceRecordSet["Type"], string][] = [
    ["AAAA", "192.0.2.1"],
    ["CAA", "0 issue"],
    ["CNAME", "a..b"],
    ["DS", "123 4 5 xyz"],
    ["HTTPS", "1 . nonsense=1"],
    ["MX", "mail.example.net"],
    ["NAPTR", "100 50 u"],
    ["SRV", "1 10 99999999 x.example.net"],
    ["SSHFP", "1 1"],
    ["SVCB", "one ."],
    ["TLSA", "3 1 1 0"],
    ["TXT", `"${"x".repeat(256)}"`],
  ];
  for (const [type, value] of bad)
    await assert.rejects(change("CREATE", plain("bad.example.com", type, value)), {
      code: "InvalidChangeBatch",
      message: /^\[Invalid Resource Record: 'FATAL problem: /,
    });
  await cloud.stop();
});

test("a private zone belongs to VPCs, at least one", async () => {
  const { cloud, route53 } = await zoneCloud();
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: "10.0.0.0/16" });
  const VPC = { VPCId: Vpc!.VpcId!, VPCRegion: "us-east-1" as const };
  const { HostedZone } = await route53.CreateHostedZone({
    Name: "corp.internal",
    CallerReference: "private",
    VPC,
  });
  const Id = HostedZone!.Id!.replace("/hostedzone/", "");
  assert.deepEqual((await route53.GetHostedZone({ Id })).VPCs, [VPC]);
  await assert.rejects(route53.DisassociateVPCFromHostedZone({ HostedZoneId: Id, VPC }), {
    code: "LastVPCAssociation",
  });
  await assert.rejects(
    route53.CreateHostedZone({ Name: "corp.internal", CallerReference: "again", VPC }),
    { code: "ConflictingDomainExists" },
  );
  const other = await ec2.CreateVpc({ CidrBlock: "10.1.0.0/16" });
  const second = { VPCId: other.Vpc!.VpcId!, VPCRegion: "us-east-1" as const };
  await route53.AssociateVPCWithHostedZone({ HostedZoneId: Id, VPC: second });
  await route53.DisassociateVPCFromHostedZone({ HostedZoneId: Id, VPC: { VPCId: VPC.VPCId } });
  assert.deepEqual((await route53.GetHostedZone({ Id })).VPCs, [second]);
  const first = await route53.ListHostedZones({ MaxItems: 1 });
  assert.deepEqual([first.Marker, first.IsTruncated], [undefined, true]);
  const next = await route53.ListHostedZones({ MaxItems: 1, Marker: first.NextMarker });
  assert.deepEqual([next.Marker, next.IsTruncated], [first.NextMarker, false]);
  await cloud.stop();
});

test("zones of one name, or one above the other, share no name server", async () => {
  const { cloud, HostedZoneId, route53 } = await zoneCloud("shop.example.com");
  let references = 0;
  const create = (Name: string, DelegationSetId?: string) =>
    route53.CreateHostedZone({
      Name,
      CallerReference: `zone ${++references}`,
      ...(DelegationSetId && { DelegationSetId }),
    });
  const { DelegationSet } = await route53.CreateReusableDelegationSet({
    CallerReference: "set",
    HostedZoneId,
  });
  const id = DelegationSet!.Id!.replace("/delegationset/", "");
  for (const name of ["shop.example.com.", "example.com.", "a.shop.example.com."])
    await assert.rejects(create(name, id), {
      code: "ConflictingDomainExists",
      message: `Cannot create hosted zone with DelegationSetId DelegationSetId:${id} as the DNSName ${name} conflicts with existing ones sharing the delegation set`,
    });
  const beside = await create("bookshop.example.com", id);
  assert.deepEqual(beside.DelegationSet!.NameServers, DelegationSet!.NameServers);
  const drawn = await create("example.com");
  for (const server of drawn.DelegationSet!.NameServers!)
    assert.ok(!DelegationSet!.NameServers!.includes(server));
  await cloud.stop();
});

test("a name that cannot be read is told before anything else, and alone", async () => {
  const { cloud, change } = await zoneCloud();
  await assert.rejects(change("CREATE", { Name: "a b.example.com", Type: "TXT" }), {
    code: "InvalidChangeBatch",
    message:
      "FATAL problem: UnsupportedCharacter (Value contains unsupported characters) encountered with ' '",
  });
  await assert.rejects(change("CREATE", plain("a..example.com", "A", "192.0.2.1")), {
    code: "InvalidChangeBatch",
    message:
      "FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..example.com'",
  });
  await cloud.stop();
});

test("a backslash without digits behind it is a character of a name", async () => {
  const { cloud, change, list, route53, HostedZoneId } = await zoneCloud();
  await change("CREATE", plain(String.raw`a\b.example.com`, "A", "192.0.2.1"));
  assert.equal((await list())[2], String.raw`a\134b.example.com. A`);
  const from = (StartRecordName: string) =>
    route53.ListResourceRecordSets({ HostedZoneId, StartRecordName });
  const found = await from(String.raw`a\b.example.com`);
  assert.equal(found.ResourceRecordSets!.length, 1);
  await assert.rejects(from(String.raw`a\9.example.com`), { message: /InvalidEscapeSequence/ });
  await assert.rejects(from(String.raw`a\ b.example.com`), { message: /UnsupportedCharacter/ });
  await cloud.stop();
});

test("a dot within a label makes another name than a dot between labels", async () => {
  const { cloud, change, list } = await zoneCloud();
  await change(
    "CREATE",
    plain(String.raw`a\056b.example.com`, "A", "192.0.2.1"),
    plain("b.a.example.com", "A", "192.0.2.2"),
  );
  assert.deepEqual((await list()).slice(2).sort(), [
    String.raw`a\056b.example.com. A`,
    "b.a.example.com. A",
  ]);
  await change("DELETE", plain("b.a.example.com", "A", "192.0.2.2"));
  assert.deepEqual((await list()).slice(2), [String.raw`a\056b.example.com. A`]);
  await cloud.stop();
});

test("a new delegation set has name servers that no zone has", async () => {
  const { cloud, created, route53 } = await zoneCloud();
  const taken = new Set(created.DelegationSet!.NameServers);
  for (let index = 0; index < 99; index++) {
    const { DelegationSet } = await route53.CreateReusableDelegationSet({
      CallerReference: `set ${index}`,
    });
    for (const server of DelegationSet!.NameServers!) {
      assert.ok(!taken.has(server), `${server} is taken`);
      taken.add(server);
    }
  }
  await cloud.stop();
});
