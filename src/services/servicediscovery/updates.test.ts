import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { instances } from "./records.ts";
import { createMapCloud } from "./testing/map-cloud.ts";

type Type = "A" | "AAAA" | "SRV" | "CNAME";

const dns = (types: readonly Type[], TTL = 10) => ({
  DnsRecords: types.map((Type) => ({ Type, TTL })),
});

async function mapCloud(t: TestContext) {
  const { cloud, map, route53, ended, namespace } = createMapCloud(t);
  const NamespaceId = await namespace("example.com");
  return {
    cloud,
    map,
    route53,
    NamespaceId,
    /** The id of a new service of these records. */
    service: async (...types: Type[]) => {
      const { Service } = await map.CreateService({
        Name: "web",
        NamespaceId,
        DnsConfig: dns(types),
      });
      return Service!.Id!;
    },
    /** How the update to these records, or none, ended. */
    update: async (Id: string, ...types: Type[]) => {
      const Service = types.length > 0 ? { DnsConfig: dns(types, 20) } : {};
      return (await ended((await map.UpdateService({ Id, Service })).OperationId)).Status;
    },
    register: async (ServiceId: string, Attributes: Record<string, string>) => {
      await map.RegisterInstance({ ServiceId, InstanceId: "one", Attributes });
      await cloud.advance("1s");
    },
  };
}

test("an update asks for no combination of records that a service cannot have", async (t) => {
  const { service, update, register } = await mapCloud(t);
  const id = await service("A");
  await register(id, { AWS_INSTANCE_IPV4: "192.0.2.1" });
  const refused = { code: "InvalidInput" };
  await assert.rejects(update(id, "A", "A"), refused);
  assert.equal(await update(id), "SUCCESS");
  await assert.rejects(update(id, "A", "SRV"), refused);
  await assert.rejects(update(id, "CNAME"), refused);
  assert.equal(await update(id, "A"), "SUCCESS");
});

test("an instance that lacks what a record needs has none, and no update waits for it", async (t) => {
  const { map, route53, NamespaceId, service, update, register } = await mapCloud(t);
  const id = await service("A");
  assert.equal(await update(id), "SUCCESS");
  await register(id, { version: "7" });
  assert.equal(await update(id, "SRV"), "SUCCESS");
  const { Namespace } = await map.GetNamespace({ Id: NamespaceId });
  const { HostedZoneId } = Namespace!.Properties!.DnsProperties!;
  const { ResourceRecordSets } = await route53.ListResourceRecordSets({ HostedZoneId });
  assert.deepEqual(
    ResourceRecordSets!.map(({ Type }) => Type),
    ["NS", "SOA"],
  );
});

test("an update ends with its service", async (t) => {
  const { cloud, map, service, register } = await mapCloud(t);
  const ServiceId = await service("A");
  await register(ServiceId, { AWS_INSTANCE_IPV4: "192.0.2.1" });
  const update = { Id: ServiceId, Service: { DnsConfig: dns(["A"], 60) } };
  const { OperationId } = await map.UpdateService(update);
  await map.DeregisterInstance({ ServiceId, InstanceId: "one" });
  // Less than until it is looked again whether instances have followed.
  await cloud.advance("10ms");
  await map.DeleteService({ Id: ServiceId });
  assert.equal((await map.GetOperation({ OperationId })).Operation!.Status, "SUCCESS");
});

test("an instance that is taken away while its old health check goes stays away", async (t) => {
  const { cloud, map, route53, NamespaceId } = await mapCloud(t);
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId,
    HealthCheckConfig: { Type: "TCP" },
  });
  const ServiceId = Service!.Id!;
  const Attributes = { AWS_INSTANCE_IPV4: "127.0.0.1", AWS_INSTANCE_PORT: "1" };
  await map.RegisterInstance({ ServiceId, InstanceId: "one", Attributes });
  await cloud.advance("1s");
  await map.UpdateService({ Id: ServiceId, Service: {} });
  // As soon as the check is to go.
  const isLeft = async () => {
    const record = await cloud.store.transaction((tx) =>
      instances.get(tx, cloud.caller, ServiceId, "one"),
    );
    return record!.healthCheckId === undefined;
  };
  while (!(await isLeft()));
  const { OperationId } = await map.DeregisterInstance({ ServiceId, InstanceId: "one" });
  await cloud.advance("5s");
  assert.equal((await map.GetOperation({ OperationId })).Operation!.Status, "SUCCESS");
  assert.deepEqual((await map.ListInstances({ ServiceId })).Instances, []);
  const { HealthChecks } = await route53.ListHealthChecks({});
  assert.deepEqual(HealthChecks, []);
});
