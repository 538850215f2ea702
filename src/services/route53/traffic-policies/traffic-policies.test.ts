/** Traffic policies and their instances, to the answers that they give. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

async function policyCloud() {
  const cloud = createTestCloud();
  const route53 = cloud.clients.route53(cloud.caller);
  const { HostedZone } = await route53.CreateHostedZone({
    Name: "example.com",
    CallerReference: "1",
  });
  const HostedZoneId = HostedZone!.Id!.replace("/hostedzone/", "");
  const policy = async (Name: string, document: object) => {
    const { TrafficPolicy } = await route53.CreateTrafficPolicy({
      Name,
      Document: JSON.stringify({
        AWSPolicyFormatVersion: "2015-10-01",
        RecordType: "A",
        ...document,
      }),
    });
    return { TrafficPolicyId: TrafficPolicy!.Id!, TrafficPolicyVersion: TrafficPolicy!.Version! };
  };
  const answers = async (RecordName: string, EDNS0ClientSubnetIP?: string) => {
    const { RecordData } = await route53.TestDNSAnswer({
      HostedZoneId,
      RecordName,
      RecordType: "A",
      ...(EDNS0ClientSubnetIP && { EDNS0ClientSubnetIP }),
    });
    return RecordData!.sort();
  };
  return { cloud, route53, HostedZoneId, policy, answers };
}

const values = (...addresses: string[]) => ({
  Endpoints: Object.fromEntries(
    addresses.map((Value, index) => [`e${index}`, { Type: "value", Value }]),
  ),
});

test("rules lead to rules: by place, then by weight, then to a failover", async () => {
  const { cloud, route53, HostedZoneId, policy, answers } = await policyCloud();
  const check = await route53.CreateHealthCheck({
    CallerReference: "1",
    HealthCheckConfig: { Type: "CALCULATED", HealthThreshold: 1, Inverted: true },
  });
  const HealthCheck = check.HealthCheck!.Id;
  const version = await policy("tree", {
    ...values("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"),
    StartRule: "where",
    Rules: {
      where: {
        RuleType: "geo",
        Locations: [
          { Country: "DE", RuleReference: "shares", EvaluateTargetHealth: "true" },
          { IsDefault: true, RuleReference: "pair" },
        ],
      },
      shares: {
        RuleType: "weighted",
        Items: [
          { EndpointReference: "e0", Weight: "1" },
          { EndpointReference: "e1", Weight: 0 },
        ],
      },
      pair: {
        RuleType: "failover",
        Primary: { EndpointReference: "e2", HealthCheck },
        Secondary: { EndpointReference: "e3" },
      },
    },
  });
  const { TrafficPolicyInstance: made } = await route53.CreateTrafficPolicyInstance({
    HostedZoneId,
    Name: "WWW.example.com",
    TTL: 20,
    ...version,
  });
  assert.deepEqual(
    [made!.State, made!.Name, made!.TrafficPolicyType],
    ["Creating", "www.example.com.", "A"],
  );
  await cloud.advance("15s");
  const found = await route53.GetTrafficPolicyInstance({ Id: made!.Id });
  assert.equal(found.TrafficPolicyInstance!.State, "Applied");
  assert.deepEqual(await answers("www.example.com"), ["192.0.2.3"]);
  await route53.UpdateHealthCheck({ HealthCheckId: HealthCheck, Inverted: false });
  await cloud.advance("15s");
  assert.deepEqual(await answers("www.example.com"), ["192.0.2.4"], "its health check fails");
  await cloud.host.askOwn("route53", "dns", {
    method: "POST",
    item: undefined,
    scope: cloud.caller,
    body: { locations: [{ cidr: "198.51.100.0/24", country: "DE" }] },
  });
  await cloud.advance("1s");
  assert.deepEqual(await answers("www.example.com", "198.51.100.1"), ["192.0.2.1"]);
  const { ResourceRecordSets } = await route53.ListResourceRecordSets({ HostedZoneId });
  assert.deepEqual(ResourceRecordSets!.at(-1), {
    Name: "www.example.com.",
    Type: "A",
    TrafficPolicyInstanceId: made!.Id,
  });
  await assert.rejects(route53.DeleteTrafficPolicy({ Id: version.TrafficPolicyId, Version: 1 }), {
    code: "TrafficPolicyInUse",
  });
  await assert.rejects(route53.DeleteHostedZone({ Id: HostedZoneId }), {
    code: "HostedZoneNotEmpty",
  });
  await cloud.stop();
});

test("an instance moves to another version, and goes with its records", async () => {
  const { cloud, route53, HostedZoneId, policy, answers } = await policyCloud();
  const first = await policy("simple", { ...values("192.0.2.1"), StartEndpoint: "e0" });
  const { TrafficPolicy } = await route53.CreateTrafficPolicyVersion({
    Id: first.TrafficPolicyId,
    Document: JSON.stringify({
      AWSPolicyFormatVersion: "2023-05-09",
      RecordType: "A",
      ...values("192.0.2.1", "192.0.2.2"),
      StartRule: "all",
      Rules: {
        all: {
          RuleType: "multivalue",
          Items: [{ EndpointReference: "e0" }, { EndpointReference: "e1" }],
        },
      },
    }),
  });
  assert.equal(TrafficPolicy!.Version, 2);
  const wish = { HostedZoneId, Name: "a.example.com", TTL: 60, ...first };
  const { TrafficPolicyInstance: made } = await route53.CreateTrafficPolicyInstance(wish);
  await assert.rejects(route53.CreateTrafficPolicyInstance(wish), {
    code: "TrafficPolicyInstanceAlreadyExists",
  });
  await cloud.advance("10s");
  assert.deepEqual(await answers("a.example.com"), ["192.0.2.1"]);
  const updated = await route53.UpdateTrafficPolicyInstance({
    Id: made!.Id,
    TTL: 30,
    TrafficPolicyId: first.TrafficPolicyId,
    TrafficPolicyVersion: 2,
  });
  assert.equal(updated.TrafficPolicyInstance!.State, "Updating");
  await cloud.advance("10s");
  assert.deepEqual(await answers("a.example.com"), ["192.0.2.1", "192.0.2.2"]);
  assert.equal((await route53.GetTrafficPolicyInstanceCount({})).TrafficPolicyInstanceCount, 1);
  await route53.DeleteTrafficPolicyInstance({ Id: made!.Id });
  await cloud.advance("1s");
  assert.deepEqual(await answers("a.example.com"), []);
  await route53.DeleteTrafficPolicy({ Id: first.TrafficPolicyId, Version: 2 });
  const { TrafficPolicySummaries } = await route53.ListTrafficPolicies({});
  assert.deepEqual(
    TrafficPolicySummaries!.map(({ Name, LatestVersion }) => [Name, LatestVersion]),
    [["simple", 1]],
  );
  const deleted = await route53.GetTrafficPolicy({ Id: first.TrafficPolicyId, Version: 2 });
  assert.equal(deleted.TrafficPolicy!.Version, 2, "who knows its id still sees it");
  await cloud.stop();
});

test("an instance where a record stands already has failed, and says why", async () => {
  const { cloud, route53, HostedZoneId, policy, answers } = await policyCloud();
  await route53.ChangeResourceRecordSets({
    HostedZoneId,
    ChangeBatch: {
      Changes: [
        {
          Action: "CREATE",
          ResourceRecordSet: {
            Name: "a.example.com",
            Type: "A",
            TTL: 60,
            ResourceRecords: [{ Value: "192.0.2.9" }],
          },
        },
      ],
    },
  });
  const version = await policy("simple", { ...values("192.0.2.1"), StartEndpoint: "e0" });
  const { TrafficPolicyInstance: made } = await route53.CreateTrafficPolicyInstance({
    HostedZoneId,
    Name: "a.example.com",
    TTL: 60,
    ...version,
  });
  assert.equal(made!.State, "Failed");
  assert.match(made!.Message!, /other RRSets exist with the same name and type/);
  await route53.CreateResourceRecordSetProtections({
    HostedZoneId,
    Protections: [{ RecordName: "b.example.com", RecordType: "A" }],
  });
  const { TrafficPolicyInstance: kept } = await route53.CreateTrafficPolicyInstance({
    HostedZoneId,
    Name: "b.example.com",
    TTL: 60,
    ...version,
  });
  assert.match(kept!.Message!, /is protected/);
  // Once nothing is in its way an update makes what could not be made.
  await route53.DeleteResourceRecordSetProtections({
    HostedZoneId,
    Protections: [{ RecordName: "b.example.com", RecordType: "A" }],
  });
  const { TrafficPolicyInstance: again } = await route53.UpdateTrafficPolicyInstance({
    Id: kept!.Id,
    TTL: 60,
    ...version,
  });
  assert.deepEqual([again!.State, again!.Message], ["Updating", ""]);
  await cloud.advance("5s");
  assert.deepEqual(await answers("b.example.com"), ["192.0.2.1"]);
  const { HostedZone } = await route53.GetHostedZone({ Id: HostedZoneId });
  // NS and SOA, the record that stood there, and the instance's.
  assert.equal(HostedZone!.ResourceRecordSetCount, 4);
  await cloud.advance("1s");
  assert.deepEqual(await answers("a.example.com"), ["192.0.2.9"]);
  await cloud.stop();
});

test("a document that cannot be is refused, and lists come in pages", async () => {
  const { cloud, route53, HostedZoneId, policy } = await policyCloud();
  const start = { StartRule: "r" };
  const rule = (r: object) => ({ ...values("192.0.2.1"), ...start, Rules: { r } });
  const wrong: object[] = [
    { ...values("192.0.2.1") },
    { ...values("192.0.2.1"), StartEndpoint: "e9" },
    { ...values("not an address"), StartEndpoint: "e0" },
    { ...values("192.0.2.1"), StartEndpoint: "e0", RecordType: "SOA" },
    { ...values("192.0.2.1"), StartEndpoint: "e0", AWSPolicyFormatVersion: "2012-10-17" },
    rule({ RuleType: "nonsense", Items: [{ EndpointReference: "e0" }] }),
    rule({ RuleType: "weighted", Items: [{ EndpointReference: "e0", Weight: 256 }] }),
    rule({ RuleType: "weighted", Items: [{ RuleReference: "r", Weight: 1 }] }),
    rule({ RuleType: "latency", Regions: [{ EndpointReference: "e0", Region: "moon-1" }] }),
    rule({ RuleType: "geo", Locations: [{ EndpointReference: "e0", Country: "XX" }] }),
    rule({ RuleType: "geoproximity", GeoproximityLocations: [{ EndpointReference: "e0" }] }),
    rule({ RuleType: "multivalue", Items: [] }),
  ];
  for (const document of wrong)
    await assert.rejects(policy("wrong", document), { code: "InvalidTrafficPolicyDocument" });
  await assert.rejects(route53.CreateTrafficPolicy({ Name: "wrong", Document: "{" }), {
    code: "InvalidTrafficPolicyDocument",
  });
  const version = await policy("right", {
    ...values("192.0.2.1"),
    StartRule: "near",
    Rules: {
      near: {
        RuleType: "geoproximity",
        GeoproximityLocations: [
          { EndpointReference: "e0", Region: "aws:route53:eu-west-1", Bias: "10" },
          { EndpointReference: "e0", Latitude: 52.5, Longitude: "13.4" },
        ],
      },
    },
  });
  await assert.rejects(policy("right", { ...values("192.0.2.1"), StartEndpoint: "e0" }), {
    code: "TrafficPolicyAlreadyExists",
  });
  for (const name of ["c", "a", "b"])
    await route53.CreateTrafficPolicyInstance({
      HostedZoneId,
      Name: `${name}.example.com`,
      TTL: 60,
      ...version,
    });
  const first = await route53.ListTrafficPolicyInstancesByPolicy({ ...version, MaxItems: 2 });
  assert.deepEqual(
    first.TrafficPolicyInstances!.map(({ Name }) => Name),
    ["a.example.com.", "b.example.com."],
  );
  const { TrafficPolicyInstances } = await route53.ListTrafficPolicyInstancesByHostedZone({
    HostedZoneId,
    TrafficPolicyInstanceNameMarker: first.TrafficPolicyInstanceNameMarker,
    TrafficPolicyInstanceTypeMarker: first.TrafficPolicyInstanceTypeMarker,
  });
  assert.deepEqual(
    TrafficPolicyInstances!.map(({ Name }) => Name),
    ["c.example.com."],
  );
  await cloud.stop();
});
