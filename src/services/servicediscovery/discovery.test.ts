import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import { createMemoryStore } from "#store/memory.ts";
import { createMapCloud } from "./testing/map-cloud.ts";

test("an HTTP namespace's instances are discovered by attributes and health", async (t) => {
  const { cloud, map, ended } = createMapCloud(t);
  const made = await ended((await map.CreateHttpNamespace({ Name: "shop" })).OperationId);
  assert.equal(made.Status, "SUCCESS");
  const NamespaceId = made.Targets!.NAMESPACE;
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId,
    HealthCheckCustomConfig: { FailureThreshold: 1 },
  });
  const ServiceId = Service!.Id;
  for (const id of ["a", "b", "c"])
    await map.RegisterInstance({
      ServiceId,
      InstanceId: id,
      Attributes: { AWS_INSTANCE_IPV4: "10.0.0.1", stage: id === "c" ? "beta" : "live", zone: id },
    });
  await map.UpdateInstanceCustomHealthStatus({ ServiceId, InstanceId: "a", Status: "UNHEALTHY" });
  await cloud.advance("30s");
  const discover = async (more: object) => {
    const { Instances } = await map.DiscoverInstances({
      NamespaceName: "shop",
      ServiceName: "web",
      ...more,
    });
    return Instances!.map(({ InstanceId }) => InstanceId!).sort();
  };
  assert.deepEqual(await discover({}), ["a", "b", "c"]);
  assert.deepEqual(await discover({ HealthStatus: "HEALTHY" }), ["b", "c"]);
  assert.deepEqual(await discover({ QueryParameters: { stage: "live" } }), ["a", "b"]);
  assert.deepEqual(await discover({ OptionalParameters: { zone: "c" } }), ["c"]);
  assert.deepEqual(await discover({ OptionalParameters: { zone: "none" } }), ["a", "b", "c"]);
  for (const id of ["b", "c"])
    await map.UpdateInstanceCustomHealthStatus({ ServiceId, InstanceId: id, Status: "UNHEALTHY" });
  await cloud.advance("30s");
  assert.deepEqual(await discover({ HealthStatus: "HEALTHY" }), []);
  assert.deepEqual(await discover({ HealthStatus: "HEALTHY_OR_ELSE_ALL" }), ["a", "b", "c"]);
  const { InstancesRevision } = await map.DiscoverInstancesRevision({
    NamespaceName: "shop",
    ServiceName: "web",
  });
  assert.equal(InstancesRevision, 3);
  const elsewhere = { NamespaceName: "shop", ServiceName: "web", OwnerAccount: "999999999999" };
  for (const call of [map.DiscoverInstances(elsewhere), map.DiscoverInstancesRevision(elsewhere)])
    await assert.rejects(call, { code: "NamespaceNotFound" });
  await assert.rejects(map.DeleteService({ Id: ServiceId }), { code: "ResourceInUse" });
});

test("a private namespace has a hosted zone, in which its instances stand while they are healthy", async (t) => {
  const { cloud, map, route53, ended } = createMapCloud(t);
  const { Vpc } = await cloud.clients.ec2(cloud.caller).CreateVpc({ CidrBlock: "10.0.0.0/16" });
  const made = await ended(
    (await map.CreatePrivateDnsNamespace({ Name: "shop.internal", Vpc: Vpc!.VpcId })).OperationId,
  );
  assert.equal(made.Status, "SUCCESS");
  const Id = made.Targets!.NAMESPACE;
  const { Namespace } = await map.GetNamespace({ Id });
  const HostedZoneId = Namespace!.Properties!.DnsProperties!.HostedZoneId!;
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId: Id,
    DnsConfig: { DnsRecords: [{ Type: "A", TTL: 10 }] },
    HealthCheckCustomConfig: {},
  });
  const ServiceId = Service!.Id;
  const register = (InstanceId: string, AWS_INSTANCE_IPV4: string, to = ServiceId) =>
    map.RegisterInstance({
      ServiceId: to,
      InstanceId,
      Attributes: { AWS_INSTANCE_IPV4, AWS_INSTANCE_PORT: "8080" },
    });
  const { Service: ports } = await map.CreateService({
    Name: "_web._tcp",
    NamespaceId: Id,
    DnsConfig: { DnsRecords: [{ Type: "SRV", TTL: 10 }] },
  });
  assert.equal((await ended((await register("one", "10.0.0.1")).OperationId)).Status, "SUCCESS");
  await ended((await register("two", "10.0.0.2")).OperationId);
  const answered = async (RecordName: string, RecordType: "A" | "SRV") =>
    (await route53.TestDNSAnswer({ HostedZoneId, RecordName, RecordType })).RecordData!.sort();
  assert.deepEqual(await answered("web.shop.internal", "A"), ["10.0.0.1", "10.0.0.2"]);
  await ended((await register("one", "10.0.0.1", ports!.Id)).OperationId);
  const name = "_web._tcp.shop.internal";
  assert.deepEqual(await answered(name, "SRV"), [`1 1 8080 one.${name}.`]);
  assert.deepEqual(await answered(`one.${name}`, "A"), ["10.0.0.1"]);
  await ended(
    (await map.DeregisterInstance({ ServiceId: ports!.Id, InstanceId: "one" })).OperationId,
  );
  assert.deepEqual(await answered(`one.${name}`, "A"), []);
  await map.DeleteService({ Id: ports!.Id });
  await map.UpdateInstanceCustomHealthStatus({ ServiceId, InstanceId: "one", Status: "UNHEALTHY" });
  await cloud.advance("29s");
  assert.deepEqual(await answered("web.shop.internal", "A"), ["10.0.0.1", "10.0.0.2"]);
  await cloud.advance("2s");
  assert.deepEqual(await answered("web.shop.internal", "A"), ["10.0.0.2"]);
  for (const InstanceId of ["one", "two"])
    assert.equal(
      (await ended((await map.DeregisterInstance({ ServiceId, InstanceId })).OperationId)).Status,
      "SUCCESS",
    );
  assert.deepEqual(await answered("web.shop.internal", "A"), []);
  await assert.rejects(route53.DeleteHostedZone({ Id: HostedZoneId }), { code: "AccessDenied" });
  await map.DeleteService({ Id: ServiceId });
  assert.equal((await ended((await map.DeleteNamespace({ Id })).OperationId)).Status, "SUCCESS");
  await assert.rejects(route53.GetHostedZone({ Id: HostedZoneId }), { code: "NoSuchHostedZone" });
});

test("a namespace whose zone cannot be fails with Route 53's error", async (t) => {
  const { map, ended } = createMapCloud(t);
  const { OperationId } = await map.CreatePrivateDnsNamespace({
    Name: "shop.internal",
    Vpc: "vpc-0123456789abcdef0",
  });
  const { Status, ErrorCode } = await ended(OperationId);
  assert.deepEqual([Status, ErrorCode], ["FAIL", "CANNOT_CREATE_HOSTED_ZONE"]);
  assert.deepEqual((await map.ListNamespaces({})).Namespaces, []);
});

test("an instance is as healthy as Route 53 decided, also right after a restart", async (t) => {
  const store = createMemoryStore();
  const isUp = createServer().listen(0, "127.0.0.1");
  await once(isUp, "listening");
  t.after(() => isUp.close());
  const { port } = isUp.address() as AddressInfo;
  const first = createTestCloud({ store: { ...store, close: async () => {} } });
  const healths = async ({ clients, caller }: TestCloud) => {
    const { Instances } = await clients
      .servicediscovery(caller)
      .DiscoverInstances({ NamespaceName: "shop", ServiceName: "web" });
    return Object.fromEntries(
      Instances!.map(({ InstanceId, HealthStatus }) => [InstanceId, HealthStatus]),
    );
  };
  const map = first.clients.servicediscovery(first.caller);
  const { OperationId } = await map.CreateHttpNamespace({ Name: "shop" });
  const { Operation } = await map.GetOperation({ OperationId });
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId: Operation!.Targets!.NAMESPACE,
    HealthCheckConfig: { Type: "TCP", FailureThreshold: 2 },
  });
  const register = (InstanceId: string, AWS_INSTANCE_PORT: string) =>
    map.RegisterInstance({
      ServiceId: Service!.Id,
      InstanceId,
      Attributes: { AWS_INSTANCE_IPV4: "127.0.0.1", AWS_INSTANCE_PORT },
    });
  await register("up", String(port));
  // Nothing listens there.
  await register("down", "1");
  await first.advance("10s");
  // One failure is not two.
  assert.deepEqual(await healths(first), { up: "HEALTHY", down: "HEALTHY" });
  await first.advance("30s");
  assert.deepEqual(await healths(first), { up: "HEALTHY", down: "UNHEALTHY" });
  await first.stop();
  const again = createTestCloud({ store });
  t.after(() => again.stop());
  assert.deepEqual(await healths(again), { up: "HEALTHY", down: "UNHEALTHY" });
});

test("a name has as many instances in DNS as its service may have", async (t) => {
  const { cloud, map, namespace } = createMapCloud(t);
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId: await namespace("example.com"),
    DnsConfig: { DnsRecords: [{ Type: "A", TTL: 10 }] },
  });
  const begun: (string | undefined)[] = [];
  // Of other zones no name may have more than a hundred.
  for (let number = 1; number <= 101; number++) {
    const { OperationId } = await map.RegisterInstance({
      ServiceId: Service!.Id,
      InstanceId: `i-${number}`,
      Attributes: { AWS_INSTANCE_IPV4: `10.0.0.${number}` },
    });
    begun.push(OperationId);
  }
  await cloud.advance("10s");
  for (const OperationId of begun) {
    const { Operation } = await map.GetOperation({ OperationId });
    assert.equal(Operation!.Status, "SUCCESS");
  }
});

test("an instance leaves nothing in DNS, however its name is written there", async (t) => {
  const { map, route53, ended, namespace } = createMapCloud(t);
  const NamespaceId = await namespace("example.com");
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId,
    DnsConfig: { DnsRecords: [{ Type: "SRV", TTL: 10 }] },
  });
  const own = { ServiceId: Service!.Id, InstanceId: "A@b/c:1" };
  const Attributes = { AWS_INSTANCE_IPV4: "10.0.0.1", AWS_INSTANCE_PORT: "80" };
  await ended((await map.RegisterInstance({ ...own, Attributes })).OperationId);
  const { Namespace } = await map.GetNamespace({ Id: NamespaceId });
  const { HostedZoneId } = Namespace!.Properties!.DnsProperties!;
  const records = async () => {
    const { ResourceRecordSets } = await route53.ListResourceRecordSets({ HostedZoneId });
    return ResourceRecordSets!.slice(2).map(({ Name }) => Name);
  };
  assert.deepEqual(await records(), ["web.example.com.", "a\\100b\\057c\\0721.web.example.com."]);
  await ended((await map.DeregisterInstance(own)).OperationId);
  assert.deepEqual(await records(), []);
});

test("load balancers are found through an alias of their region's zone", async (t) => {
  const { map, route53, ended, namespace } = createMapCloud(t);
  const NamespaceId = await namespace("example.com");
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId,
    DnsConfig: { RoutingPolicy: "WEIGHTED", DnsRecords: [{ Type: "A", TTL: 10 }] },
  });
  const AWS_ALIAS_DNS_NAME = "web-1234.eu-west-1.elb.amazonaws.com";
  const { OperationId } = await map.RegisterInstance({
    ServiceId: Service!.Id,
    InstanceId: "one",
    Attributes: { AWS_ALIAS_DNS_NAME },
  });
  assert.equal((await ended(OperationId)).Status, "SUCCESS");
  const { Namespace } = await map.GetNamespace({ Id: NamespaceId });
  const { HostedZoneId } = Namespace!.Properties!.DnsProperties!;
  const { ResourceRecordSets } = await route53.ListResourceRecordSets({ HostedZoneId });
  const found = ResourceRecordSets!.find(({ AliasTarget }) => AliasTarget);
  assert.deepEqual(found, {
    Name: "web.example.com.",
    Type: "A",
    SetIdentifier: "one",
    Weight: 1,
    AliasTarget: {
      HostedZoneId: "Z32O12XQLNTSW2",
      DNSName: `${AWS_ALIAS_DNS_NAME}.`,
      EvaluateTargetHealth: true,
    },
  });
});
