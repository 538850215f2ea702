/** Brings an instance's records and health check to Route 53, and takes them back. */
import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Client, Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { desiredRecords } from "../desired-records.ts";
import { endOperation } from "../operation-records.ts";
import {
  instances,
  namespaces,
  services,
  type InstanceRecord,
  type NamespaceRecord,
  type ServiceRecord,
} from "../records.ts";

export function instanceReconciler(env: Environment): Reconciler {
  let wake: (scope: Scope, id: readonly string[]) => void = () => {};
  return {
    name: "servicediscovery/instance",
    watches: [{ collection: instances }, { collection: services }],
    subscribe(given) {
      wake = given;
    },
    async reconcile(scope, [serviceId, instanceId]) {
      const { all, found } = await env.store.transaction(async (tx) => {
        const service = await services.get(tx, scope, String(serviceId));
        if (instanceId === undefined)
          return { all: await instances.list(tx, scope, [String(serviceId)]), found: undefined };
        const instance = await instances.get(tx, scope, String(serviceId), String(instanceId));
        const namespace = service && (await namespaces.get(tx, scope, service.namespaceId));
        return {
          all: [],
          found: instance && service && namespace && { instance, service, namespace },
        };
      });
      // A service's records may have changed, and with them those of its instances.
      for (const { id } of all) wake(scope, [String(serviceId), id]);
      if (found) await bring(scope, found.namespace, found.service, found.instance);
    },
  };

  async function bring(
    scope: Scope,
    namespace: NamespaceRecord,
    service: ServiceRecord,
    given: InstanceRecord,
  ): Promise<void> {
    const route53 = env.clients.route53(
      asService(scope, "servicediscovery.amazonaws.com", namespace.arn),
    );
    let instance = given;
    try {
      if (
        service.healthCheck &&
        instance.phase !== "deregistering" &&
        instance.healthCheckId === undefined
      )
        instance = await addHealthCheck(scope, service, instance, route53);
      const desired = desiredRecords(namespace, service, instance);
      const published = desired.map((set) => JSON.stringify(set));
      const stale = instance.published.filter((text) => !published.includes(text));
      const fresh = published.filter((text) => !instance.published.includes(text));
      if (stale.length + fresh.length > 0)
        await change(namespace.hostedZoneId!, stale, fresh, route53);
      await settle(scope, instance, published);
      if (instance.phase === "deregistering" && instance.healthCheckId !== undefined)
        await route53.DeleteHealthCheck({ HealthCheckId: instance.healthCheckId });
    } catch (error) {
      if (!(error instanceof AwsError) || instance.phase !== "registering") throw error;
      const { code, message } = error;
      await env.store.transaction(async (tx) => {
        await endOperation(tx, scope, instance.operationId, env.clock.now(), { code, message });
        instances.delete(tx, scope, instance.serviceId, instance.id);
      });
    }
  }

  async function change(
    HostedZoneId: string,
    stale: readonly string[],
    fresh: readonly string[],
    route53: Client<"route53">,
  ): Promise<void> {
    const sets = (texts: readonly string[]) =>
      texts.map((text) => JSON.parse(text) as ResourceRecordSet);
    const keyOf = ({ Name, Type, SetIdentifier }: ResourceRecordSet) =>
      `${Name} ${Type} ${SetIdentifier}`;
    const added = sets(fresh);
    const replaced = new Set(added.map(keyOf));
    // What an interrupted step has taken back already is not taken back again: UPSERT, then DELETE, makes it so.
    const gone = sets(stale).filter((set) => !replaced.has(keyOf(set)));
    const Changes: Change[] = [
      ...gone.map((ResourceRecordSet): Change => ({ Action: "UPSERT", ResourceRecordSet })),
      ...gone.map((ResourceRecordSet): Change => ({ Action: "DELETE", ResourceRecordSet })),
      ...added.map((ResourceRecordSet): Change => ({ Action: "UPSERT", ResourceRecordSet })),
    ];
    await route53.ChangeResourceRecordSets({ HostedZoneId, ChangeBatch: { Changes } });
  }

  async function settle(
    scope: Scope,
    { serviceId, id, operationId, phase }: InstanceRecord,
    published: string[],
  ) {
    await env.store.transaction(async (tx) => {
      const present = await instances.get(tx, scope, serviceId, id);
      // Somebody registered it anew or took it away meanwhile: that wakes this reconciler again.
      if (!present) return;
      const same = present.operationId === operationId && present.phase === phase;
      if (same && phase === "deregistering") instances.delete(tx, scope, serviceId, id);
      else if (
        !same ||
        present.phase !== "ready" ||
        JSON.stringify(present.published) !== JSON.stringify(published)
      )
        instances.put(tx, scope, [serviceId, id], {
          ...present,
          published,
          phase: same ? "ready" : present.phase,
        });
      if (same) await endOperation(tx, scope, operationId, env.clock.now());
    });
  }

  async function addHealthCheck(
    scope: Scope,
    { healthCheck }: ServiceRecord,
    instance: InstanceRecord,
    route53: Client<"route53">,
  ): Promise<InstanceRecord> {
    const { attributes } = instance;
    const type = healthCheck!.Type!;
    const port = attributes["AWS_INSTANCE_PORT"];
    const { HealthCheck } = await route53.CreateHealthCheck({
      // The same for every try of one registration.
      CallerReference: instance.operationId,
      HealthCheckConfig: {
        Type: type,
        IPAddress: attributes["AWS_INSTANCE_IPV4"] ?? attributes["AWS_INSTANCE_IPV6"],
        Port: port === undefined ? (type === "HTTPS" ? 443 : 80) : Number(port),
        ...(type !== "TCP" && { ResourcePath: healthCheck!.ResourcePath ?? "/" }),
        FailureThreshold: healthCheck!.FailureThreshold,
        RequestInterval: 30,
      },
    });
    const healthCheckId = HealthCheck!.Id!;
    return env.store.transaction(async (tx) => {
      const present = (await instances.get(tx, scope, instance.serviceId, instance.id)) ?? instance;
      instances.put(tx, scope, [instance.serviceId, instance.id], { ...present, healthCheckId });
      return { ...instance, healthCheckId };
    });
  }
}
