import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createMapCloud } from "./testing/map-cloud.ts";

function mapCloud(t: TestContext) {
  const { cloud, map, route53, ended, namespace } = createMapCloud(t);
  return {
    cloud,
    map,
    namespace,
    done: async (OperationId: string | undefined) =>
      assert.equal((await ended(OperationId)).Status, "SUCCESS"),
    checks: async () => {
      const { HealthChecks } = await route53.ListHealthChecks({});
      return HealthChecks!.map(({ HealthCheckConfig: config }) => config!);
    },
    records: async (namespaceId: string) => {
      const { Namespace } = await map.GetNamespace({ Id: namespaceId });
      const { HostedZoneId } = Namespace!.Properties!.DnsProperties!;
      const { ResourceRecordSets } = await route53.ListResourceRecordSets({ HostedZoneId });
      return ResourceRecordSets!
        .slice(2)
        .map(({ Type, TTL, HealthCheckId }) => [Type, TTL, HealthCheckId !== undefined]);
    },
  };
}

// On this machine, where a health check needs not wait for an answer.
const address = { AWS_INSTANCE_IPV4: "127.0.0.1", AWS_INSTANCE_PORT: "8080" };

test("records and health checks follow the settings of their service, and go with them", async (t) => {
  const { cloud, map, done, namespace, checks, records } = mapCloud(t);
  const NamespaceId = await namespace("example.com");
  const { Service } = await map.CreateService({
    Name: "web",
    NamespaceId,
    DnsConfig: { DnsRecords: [{ Type: "A", TTL: 10 }] },
    HealthCheckConfig: { Type: "HTTP", ResourcePath: "/ping" },
  });
  const ServiceId = Service!.Id!;
  await assert.rejects(
    map.RegisterInstance({
      ServiceId,
      InstanceId: "one",
      Attributes: { AWS_INSTANCE_IPV4: "192.0.2.10" },
    }),
    { code: "InvalidInput", message: /AWS_INSTANCE_PORT/ },
  );
  const register = { ServiceId, InstanceId: "one", Attributes: address };
  await done((await map.RegisterInstance(register)).OperationId);
  assert.deepEqual(await records(NamespaceId), [["A", 10, true]]);
  const [first] = await checks();
  assert.deepEqual(
    [first!.Type, first!.Port, first!.ResourcePath, first!.FailureThreshold],
    ["HTTP", 8080, "/ping", 1],
  );
  const update = async (change: Parameters<typeof map.UpdateService>[0]["Service"]) => {
    await done((await map.UpdateService({ Id: ServiceId, Service: change })).OperationId);
    await cloud.advance("1s");
  };
  await update({
    DnsConfig: { DnsRecords: [{ Type: "A", TTL: 20 }] },
    HealthCheckConfig: { Type: "HTTP", ResourcePath: "/ready" },
  });
  assert.deepEqual(await records(NamespaceId), [["A", 20, true]]);
  assert.deepEqual(
    (await checks()).map(({ ResourcePath }) => ResourcePath),
    ["/ready"],
  );
  // Settings that come back get a check of their own: Route 53 takes a spent reference no more.
  for (const ResourcePath of ["/ping", "/ready"])
    await update({
      DnsConfig: { DnsRecords: [{ Type: "A", TTL: 20 }] },
      HealthCheckConfig: { Type: "HTTP", ResourcePath },
    });
  assert.deepEqual(
    (await checks()).map(({ ResourcePath }) => ResourcePath),
    ["/ready"],
  );
  await assert.rejects(
    map.UpdateService({ Id: ServiceId, Service: { HealthCheckConfig: { Type: "TCP" } } }),
    { code: "InvalidInput", message: /can't change the value of Type/ },
  );
  await update({ DnsConfig: { DnsRecords: [{ Type: "A", TTL: 20 }] } });
  assert.deepEqual(await records(NamespaceId), [["A", 20, false]]);
  assert.deepEqual(await checks(), []);
  await update({ Description: "nothing but words" });
  assert.deepEqual(await records(NamespaceId), []);
  const { Service: shown } = await map.GetService({ Id: ServiceId });
  assert.deepEqual([shown!.DnsConfig, shown!.HealthCheckConfig], [{}, undefined]);
});

test("a service of an HTTP namespace has health checks, no records, and keeps its settings", async (t) => {
  const { map, cloud, done, namespace, checks } = mapCloud(t);
  const NamespaceId = await namespace("shop", "Http");
  const create = (more: object) => map.CreateService({ Name: "web", NamespaceId, ...more });
  await assert.rejects(create({ DnsConfig: { DnsRecords: [{ Type: "A", TTL: 10 }] } }), {
    code: "InvalidInput",
    message: "When you specify an HTTP service, you can't include a DnsConfig element.",
  });
  const HealthCheckConfig = { Type: "TCP" as const, FailureThreshold: 2 };
  const { Service } = await create({ HealthCheckConfig });
  const ServiceId = Service!.Id!;
  await map.RegisterInstance({ ServiceId, InstanceId: "one", Attributes: address });
  await cloud.advance("1s");
  assert.deepEqual(
    (await checks()).map(({ Type, FailureThreshold }) => [Type, FailureThreshold]),
    [["TCP", 2]],
  );
  const other = { ...HealthCheckConfig, FailureThreshold: 3 };
  await assert.rejects(
    map.UpdateService({ Id: ServiceId, Service: { HealthCheckConfig: other } }),
    {
      code: "InvalidInput",
    },
  );
  await map.UpdateService({ Id: ServiceId, Service: { Description: "the shop" } });
  const { Service: shown } = await map.GetService({ Id: ServiceId });
  assert.deepEqual([shown!.Description, shown!.HealthCheckConfig], ["the shop", HealthCheckConfig]);
  const gone = await map.DeregisterInstance({ ServiceId, InstanceId: "one" });
  await done(gone.OperationId);
  assert.deepEqual(await checks(), []);
  // Instances come and go for years: nothing is left of them.
  const kept = [cloud.caller.account, "global", "route53"];
  const left = await cloud.store.transaction((tx) =>
    tx.count(kept, [...kept, Number.POSITIVE_INFINITY]),
  );
  assert.equal(left, 0);
});

test("a namespace is deleted once, and its operations are listed no longer", async (t) => {
  const { cloud, map, done, namespace } = mapCloud(t);
  const Id = await namespace("example.com");
  const { Namespace } = await map.GetNamespace({ Id });
  assert.deepEqual(Object.keys(Namespace!.Properties!.DnsProperties!), ["HostedZoneId"]);
  const { OperationId } = await map.DeleteNamespace({ Id });
  await assert.rejects(map.DeleteNamespace({ Id }), {
    code: "DuplicateRequest",
    message: `Another operation of type DeleteNamespace and id ${OperationId} is in progress`,
  });
  assert.equal((await map.ListOperations({})).Operations!.length, 2);
  await done(OperationId);
  assert.deepEqual((await map.ListOperations({})).Operations, []);
  await cloud.advance("1s");
  const Http = await namespace("shop", "Http");
  await done((await map.DeleteNamespace({ Id: Http })).OperationId);
  assert.deepEqual((await map.ListOperations({})).Operations, []);
});
