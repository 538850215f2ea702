import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapCloud } from "./testing/map-cloud.ts";

const records = (...types: ("A" | "AAAA" | "SRV" | "CNAME")[]) => ({
  DnsRecords: types.map((Type) => ({ Type, TTL: 10 })),
});

test("a namespace and an instance have one operation at a time", async (t) => {
  const { cloud, map, ended, namespace } = createMapCloud(t);
  const NamespaceId = await namespace("example.com");
  const Namespace = { Description: "the shop" };
  const update = await map.UpdatePublicDnsNamespace({ Id: NamespaceId, Namespace });
  const busy = (type: string, id: string | undefined) => ({
    code: "DuplicateRequest",
    message: `Another operation of type ${type} and id ${id} is in progress`,
    members: { DuplicateOperationId: id },
  });
  const { OperationId } = update;
  for (const call of [
    map.UpdatePublicDnsNamespace({ Id: NamespaceId, Namespace }),
    map.DeleteNamespace({ Id: NamespaceId }),
  ])
    await assert.rejects(call, busy("UpdateNamespace", OperationId));
  assert.equal((await ended(OperationId)).Status, "SUCCESS");
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId,
    DnsConfig: records("A"),
  });
  const ServiceId = Service!.Id;
  const request = {
    ServiceId,
    InstanceId: "one",
    CreatorRequestId: "first",
    Attributes: { AWS_INSTANCE_IPV4: "192.0.2.1" },
  };
  const first = await map.RegisterInstance(request);
  assert.deepEqual(await map.RegisterInstance(request), first);
  for (const call of [
    map.RegisterInstance({ ...request, CreatorRequestId: "second" }),
    map.DeregisterInstance({ ServiceId, InstanceId: "one" }),
  ])
    await assert.rejects(call, busy("RegisterInstance", first.OperationId));
  assert.equal((await ended(first.OperationId)).Status, "SUCCESS");
  const gone = await map.DeregisterInstance({ ServiceId, InstanceId: "one" });
  await assert.rejects(map.RegisterInstance(request), busy("DeregisterInstance", gone.OperationId));
  await assert.rejects(map.GetInstancesHealthStatus({ ServiceId, Instances: ["one"] }), {
    code: "InstanceNotFound",
  });
  await cloud.advance("1s");
  assert.equal((await ended((await map.RegisterInstance(request)).OperationId)).Status, "SUCCESS");
});

test("an instance that cannot be registered anew stays what it was, and is found meanwhile", async (t) => {
  const { map, ended, namespace } = createMapCloud(t);
  const NamespaceId = await namespace("example.com");
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId,
    DnsConfig: { ...records("CNAME"), RoutingPolicy: "WEIGHTED" },
  });
  const register = (AWS_INSTANCE_CNAME: string) =>
    map.RegisterInstance({
      ServiceId: Service!.Id,
      InstanceId: "one",
      Attributes: { AWS_INSTANCE_CNAME },
    });
  const discovered = async () => {
    const { Instances } = await map.DiscoverInstances({
      NamespaceName: "example.com",
      ServiceName: "web",
    });
    return Instances!.map(({ Attributes }) => Attributes!["AWS_INSTANCE_CNAME"]);
  };
  await ended((await register("www.example.org")).OperationId);
  const { OperationId } = await register("not a name");
  assert.deepEqual(await discovered(), ["www.example.org"]);
  const { Status, ErrorCode } = await ended(OperationId);
  assert.deepEqual([Status, ErrorCode], ["FAIL", "INVALID_CHANGE_BATCH"]);
  assert.deepEqual(await discovered(), ["www.example.org"]);
  await ended((await register("www.example.net")).OperationId);
  assert.deepEqual(await discovered(), ["www.example.net"]);
});

test("what DNS records a service may have, and what they ask of an instance", async (t) => {
  const { map, ended, namespace } = createMapCloud(t);
  const NamespaceId = await namespace("example.com");
  const create = (Name: string, DnsConfig: object) =>
    map.CreateService({ Name, NamespaceId, DnsConfig: DnsConfig as never });
  const invalid = { code: "InvalidInput" };
  await assert.rejects(create("web", records("A", "SRV")), invalid);
  await assert.rejects(create("web", records("A", "A")), invalid);
  await assert.rejects(create("web", records("CNAME")), invalid);
  const { Service: both } = await create("web", {
    ...records("A", "AAAA"),
    RoutingPolicy: "WEIGHTED",
  });
  await assert.rejects(create("WEB", records("A")), {
    code: "ServiceAlreadyExists",
    members: {
      ServiceId: both!.Id,
      ServiceArn: both!.Arn,
      CreatorRequestId: both!.CreatorRequestId,
    },
  });
  const { Service: ports } = await create("_web._tcp", records("SRV"));
  const { Service: multi } = await create("multi", records("A"));
  const refused: [string | undefined, Record<string, string>, RegExp][] = [
    [both!.Id, { AWS_INSTANCE_IPV4: "192.0.2.1" }, /AWS_INSTANCE_IPV6 must be given/],
    [ports!.Id, { AWS_INSTANCE_PORT: "80" }, /AWS_INSTANCE_IPV4, AWS_INSTANCE_IPV6 or both/],
    [both!.Id, { AWS_ALIAS_DNS_NAME: "a.b.c", AWS_INSTANCE_PORT: "80" }, /cannot be specified/],
    [multi!.Id, { AWS_ALIAS_DNS_NAME: "a.b.c" }, /WEIGHTED/],
    [ports!.Id, { AWS_ALIAS_DNS_NAME: "a.b.c" }, /an A record, an AAAA record or both/],
    [multi!.Id, { AWS_INSTANCE_IPV4: "192.0.2.1", AWS_INIT_HEALTH_STATUS: "well" }, /is not valid/],
  ];
  for (const [ServiceId, Attributes, message] of refused)
    await assert.rejects(map.RegisterInstance({ ServiceId, InstanceId: "one", Attributes }), {
      code: "InvalidInput",
      message,
    });
  await assert.rejects(
    map.UpdateService({ Id: multi!.Id, Service: { DnsConfig: records("A", "AAAA") } }),
    { code: "InvalidInput", message: /no DNS record of type AAAA/ },
  );
  const { OperationId } = await map.UpdateService({
    Id: both!.Id,
    Service: { DnsConfig: records("A") },
  });
  assert.equal((await ended(OperationId)).Status, "SUCCESS");
});

test("what an instance's owner says of its health counts after thirty seconds", async (t) => {
  const { cloud, map, namespace } = createMapCloud(t);
  const NamespaceId = await namespace("shop", "Http");
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId,
    HealthCheckCustomConfig: {},
  });
  const ServiceId = Service!.Id;
  const Attributes = { AWS_INIT_HEALTH_STATUS: "UNHEALTHY", port: "1" };
  await map.RegisterInstance({ ServiceId, InstanceId: "one", Attributes });
  const { Instance } = await map.GetInstance({ ServiceId, InstanceId: "one" });
  assert.deepEqual(Instance!.Attributes, Attributes);
  const say = (Status: "HEALTHY" | "UNHEALTHY") =>
    map.UpdateInstanceCustomHealthStatus({ ServiceId, InstanceId: "one", Status });
  const health = async () => (await map.GetInstancesHealthStatus({ ServiceId })).Status!["one"];
  assert.equal(await health(), "UNHEALTHY");
  await say("HEALTHY");
  await cloud.advance("20s");
  await say("HEALTHY");
  assert.equal(await health(), "UNHEALTHY");
  await cloud.advance("10s");
  assert.equal(await health(), "HEALTHY");
  await say("UNHEALTHY");
  await cloud.advance("20s");
  await say("HEALTHY");
  await cloud.advance("1m");
  assert.equal(await health(), "HEALTHY");
});

test("filters take the conditions that AWS documents", async (t) => {
  const { map, namespace } = createMapCloud(t);
  const first = await namespace("shop", "Http");
  const second = await namespace("shop.internal");
  const named = async (...Filters: object[]) =>
    (await map.ListNamespaces({ Filters: Filters as never })).Namespaces!.map(({ Id }) => Id!);
  assert.deepEqual(await named({ Name: "NAME", Values: ["shop"] }), [first]);
  const starts = { Name: "NAME", Values: ["shop"], Condition: "BEGINS_WITH" };
  assert.deepEqual((await named(starts)).sort(), [first, second].sort());
  assert.deepEqual(await named(starts, { Name: "TYPE", Values: ["DNS_PUBLIC"] }), [second]);
  assert.deepEqual(await named({ Name: "RESOURCE_OWNER", Values: ["OTHER_ACCOUNTS"] }), []);
  const wrong = { code: "InvalidInput" };
  await assert.rejects(named({ Name: "NAME", Values: ["a", "b"] }), wrong);
  await assert.rejects(named({ Name: "NAME", Values: ["a"], Condition: "IN" }), wrong);
  const listed = async (...Filters: object[]) =>
    (await map.ListOperations({ Filters: Filters as never })).Operations!.length;
  const types = ["CREATE_NAMESPACE", "DELETE_NAMESPACE"];
  assert.equal(await listed({ Name: "TYPE", Values: types, Condition: "IN" }), 2);
  assert.equal(await listed({ Name: "NAMESPACE_ID", Values: [second] }), 1);
  await assert.rejects(listed({ Name: "TYPE", Values: types }), wrong);
  const backwards = { Name: "UPDATE_DATE", Values: ["2", "1"], Condition: "BETWEEN" };
  await assert.rejects(listed(backwards), wrong);
  const services = { Filters: [{ Name: "RESOURCE_OWNER" as const, Values: ["OTHER_ACCOUNTS"] }] };
  await map.CreateService({ Name: "web", NamespaceId: first });
  assert.deepEqual((await map.ListServices(services)).Services, []);
});

test("a name used again gets another HTTP name, by which its instances are discovered", async (t) => {
  const { map, namespace } = createMapCloud(t);
  await namespace("example.com", "Http");
  const Id = await namespace("example.com");
  const { Namespace } = await map.GetNamespace({ Id });
  const { HttpName } = Namespace!.Properties!.HttpProperties!;
  assert.match(HttpName!, /^example\.com-[0-9a-f]{16}$/);
  await map.CreateService({ Name: "web", NamespaceId: Id });
  const { Instances } = await map.DiscoverInstances({
    NamespaceName: HttpName,
    ServiceName: "web",
  });
  assert.deepEqual(Instances, []);
  await assert.rejects(
    map.DiscoverInstances({ NamespaceName: "example.com", ServiceName: "web" }),
    { code: "ServiceNotFound" },
  );
});

test("a creator's repeated request names the operation that made the namespace", async (t) => {
  const { map, ended } = createMapCloud(t);
  const request = { Name: "example.com", CreatorRequestId: "once" };
  const made = await map.CreatePublicDnsNamespace(request);
  const Id = (await ended(made.OperationId)).Targets!.NAMESPACE;
  const Namespace = { Description: "changed" };
  await ended((await map.UpdatePublicDnsNamespace({ Id, Namespace })).OperationId);
  assert.deepEqual(await map.CreatePublicDnsNamespace(request), made);
  for (const other of [
    map.CreatePublicDnsNamespace({ ...request, Name: "example.net" }),
    map.CreateHttpNamespace(request),
  ])
    await assert.rejects(other, {
      code: "NamespaceAlreadyExists",
      members: { NamespaceId: Id, CreatorRequestId: "once" },
    });
});

test("operations are kept for thirty days", async (t) => {
  const { cloud, map, namespace } = createMapCloud(t);
  await namespace("old", "Http");
  await cloud.advance("20d");
  await namespace("new", "Http");
  const count = async () => (await map.ListOperations({})).Operations!.length;
  assert.equal(await count(), 2);
  await cloud.advance("10d");
  assert.equal(await count(), 1);
  await cloud.advance("20d");
  assert.equal(await count(), 0);
});

test("a service's update is done when the records of its instances have followed", async (t) => {
  const { cloud, map, ended, namespace } = createMapCloud(t);
  const NamespaceId = await namespace("example.com");
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId,
    DnsConfig: records("A"),
  });
  const Id = Service!.Id;
  const Attributes = { AWS_INSTANCE_IPV4: "192.0.2.1" };
  const register = { ServiceId: Id, InstanceId: "one", Attributes };
  await ended((await map.RegisterInstance(register)).OperationId);
  const change = { DnsConfig: { DnsRecords: [{ Type: "A" as const, TTL: 60 }] } };
  const { OperationId } = await map.UpdateService({ Id, Service: change });
  assert.equal((await map.GetOperation({ OperationId })).Operation!.Status, "SUBMITTED");
  await assert.rejects(map.UpdateService({ Id, Service: change }), {
    code: "DuplicateRequest",
    message: `Another operation of type UpdateService and id ${OperationId} is in progress`,
  });
  assert.equal((await ended(OperationId)).Status, "SUCCESS");
  const { Namespace } = await map.GetNamespace({ Id: NamespaceId });
  const { HostedZoneId } = Namespace!.Properties!.DnsProperties!;
  const { ResourceRecordSets } = await cloud.clients
    .route53(cloud.caller)
    .ListResourceRecordSets({ HostedZoneId });
  assert.equal(ResourceRecordSets!.find(({ Type }) => Type === "A")!.TTL, 60);
});

test("when no instance is healthy, DNS answers with the last that was", async (t) => {
  const { cloud, map, ended, namespace } = createMapCloud(t);
  const NamespaceId = await namespace("example.com");
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId,
    DnsConfig: records("A"),
    HealthCheckCustomConfig: {},
  });
  const ServiceId = Service!.Id;
  const { Namespace } = await map.GetNamespace({ Id: NamespaceId });
  const { HostedZoneId } = Namespace!.Properties!.DnsProperties!;
  const answered = async () => {
    const { RecordData } = await cloud.clients.route53(cloud.caller).TestDNSAnswer({
      HostedZoneId,
      RecordName: "web.example.com",
      RecordType: "A",
    });
    return RecordData!.sort();
  };
  const register = async (InstanceId: string, AWS_INSTANCE_IPV4: string) =>
    ended(
      (await map.RegisterInstance({ ServiceId, InstanceId, Attributes: { AWS_INSTANCE_IPV4 } }))
        .OperationId,
    );
  const say = async (InstanceId: string, Status: "HEALTHY" | "UNHEALTHY") => {
    await map.UpdateInstanceCustomHealthStatus({ ServiceId, InstanceId, Status });
    await cloud.advance("31s");
  };
  await register("one", "192.0.2.1");
  await register("two", "192.0.2.2");
  await say("one", "UNHEALTHY");
  await say("two", "UNHEALTHY");
  assert.deepEqual(await answered(), ["192.0.2.2"]);
  await say("one", "HEALTHY");
  assert.deepEqual(await answered(), ["192.0.2.1"]);
  await say("one", "UNHEALTHY");
  assert.deepEqual(await answered(), ["192.0.2.1"]);
  await register("three", "192.0.2.3");
  await cloud.advance("1s");
  assert.deepEqual(await answered(), ["192.0.2.3"]);
});
