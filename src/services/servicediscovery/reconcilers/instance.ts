/** Brings an instance's records and health check to Route 53, and takes them back. */
import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { isDeepStrictEqual } from "node:util";
import { AwsError } from "#model/error.ts";
import { isSameDnsName } from "#services/kit/dns-name.ts";
import { asService } from "#services/kit/principal.ts";
import type { Client, Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { desiredRecords } from "../desired-records.ts";
import { isLastHealthy, releaseLastHealthy } from "../last-healthy.ts";
import { failureOf } from "../operation-failure.ts";
import { endOperation } from "../operation-records.ts";
import { tally } from "../tally.ts";
import { desiredCheck, dropHealthChecks, makeHealthCheck } from "./health-check.ts";
import {
  instances,
  namespaces,
  services,
  type InstanceRecord,
  type NamespaceRecord,
  type ServiceRecord,
} from "../records.ts";

/** How often it is looked whether instances have followed their service. */
const followMs = 200;

export function instanceReconciler(env: Environment): Reconciler {
  let wake: (scope: Scope, id: readonly string[]) => void = () => {};
  return {
    name: "servicediscovery/instance",
    watches: [{ collection: instances }, { collection: services }],
    subscribe(given) {
      wake = given;
    },
    async reconcile(scope, [serviceId, instanceId]) {
      if (instanceId === undefined) return followService(scope, String(serviceId));
      const found = await env.store.transaction(async (tx) => {
        const service = await services.get(tx, scope, String(serviceId));
        const instance = await instances.get(tx, scope, String(serviceId), String(instanceId));
        const namespace = service && (await namespaces.get(tx, scope, service.namespaceId));
        return instance && service && namespace && { instance, service, namespace };
      });
      if (!found) return;
      const { announced } = found.instance;
      const leftMs = announced ? announced.dueMs - env.clock.now() : 0;
      if (announced && leftMs <= 0) return applyAnnounced(scope, found.instance);
      await bring(scope, found.namespace, found.service, found.instance);
      if (leftMs > 0) return { afterMs: leftMs };
    },
  };

  /** A service's settings may have changed: its instances follow, and its operation ends when they have. */
  async function followService(scope: Scope, serviceId: string) {
    const { service, namespace, all } = await env.store.transaction(async (tx) => {
      const service = await services.get(tx, scope, serviceId);
      const namespace = service && (await namespaces.get(tx, scope, service.namespaceId));
      return { service, namespace, all: await instances.list(tx, scope, [serviceId]) };
    });
    if (!service || !namespace) return;
    const behind = all.filter((one) => !follows(namespace, service, one));
    for (const { id } of behind) wake(scope, [serviceId, id]);
    if (service.updateId === undefined) return;
    // What is on its way comes and goes by the settings as they are now.
    if (behind.some(({ phase }) => phase === "ready")) return { afterMs: followMs };
    const { updateId } = service;
    await env.store.transaction((tx) => endOperation(tx, scope, updateId, env.clock.now()));
  }

  /** That wakes this reconciler again. */
  async function applyAnnounced(scope: Scope, { serviceId, id }: InstanceRecord) {
    await env.store.transaction(async (tx) => {
      const present = await instances.get(tx, scope, serviceId, id);
      const { announced, ...rest } = present ?? {};
      if (!announced || announced.dueMs > env.clock.now()) return;
      const instance: InstanceRecord = {
        ...(rest as InstanceRecord),
        customStatus: announced.status,
        isLastHealthy: undefined,
      };
      if (announced.status === "UNHEALTHY" && (await isLastHealthy(tx, scope, instance)))
        instance.isLastHealthy = true;
      instances.put(tx, scope, [serviceId, id], instance);
    });
  }

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
      instance = await makeHealthCheck(env, scope, namespace, service, instance, route53);
      const desired = desiredRecords(namespace, service, instance);
      const published = desired.map((set) => JSON.stringify(set));
      const stale = instance.published.filter((text) => !published.includes(text));
      const fresh = published.filter((text) => !instance.published.includes(text));
      if (stale.length + fresh.length > 0)
        await change(namespace.hostedZoneId!, stale, fresh, route53);
      await dropHealthChecks(env, scope, instance, route53);
      await settle(scope, service, instance, published);
    } catch (error) {
      if (!(error instanceof AwsError) || instance.phase !== "registering") throw error;
      const failure = failureOf(error, "INTERNAL_FAILURE");
      if (instance.former) return restore(scope, service, instance, failure);
      const gone = { ...instance, phase: "deregistering" as const };
      const unchecked = await makeHealthCheck(env, scope, namespace, service, gone, route53);
      await dropHealthChecks(env, scope, unchecked, route53);
      await env.store.transaction(async (tx) => {
        await endOperation(tx, scope, instance.operationId, env.clock.now(), failure);
        if (!(await instances.get(tx, scope, instance.serviceId, instance.id))) return;
        await tally(tx, scope, service, { added: -1, revised: 1 });
        instances.delete(tx, scope, instance.serviceId, instance.id);
      });
    }
  }

  /** An instance that could not be registered anew stays what it was; its health check follows. */
  async function restore(
    scope: Scope,
    service: ServiceRecord,
    { serviceId, id, operationId }: InstanceRecord,
    failure: { code: string; message: string },
  ): Promise<void> {
    await env.store.transaction(async (tx) => {
      await endOperation(tx, scope, operationId, env.clock.now(), failure);
      const present = await instances.get(tx, scope, serviceId, id);
      if (!present?.former || present.operationId !== operationId) return;
      const { former, ...rest } = present;
      instances.put(tx, scope, [serviceId, id], { ...rest, ...former, phase: "ready" });
      await tally(tx, scope, service, { revised: 1 });
    });
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
    const gone: ResourceRecordSet[] = [];
    for (const set of sets(stale)) {
      if (replaced.has(keyOf(set))) continue;
      // What an interrupted step has taken back already is not taken back again.
      const { ResourceRecordSets = [] } = await route53.ListResourceRecordSets({
        HostedZoneId,
        StartRecordName: set.Name,
        StartRecordType: set.Type,
        ...(set.SetIdentifier !== undefined && { StartRecordIdentifier: set.SetIdentifier }),
        MaxItems: 1,
      });
      const [present] = ResourceRecordSets;
      if (present && isSameRecord(present, set)) gone.push(present);
    }
    const Changes: Change[] = [
      ...gone.map((ResourceRecordSet): Change => ({ Action: "DELETE", ResourceRecordSet })),
      ...added.map((ResourceRecordSet): Change => ({ Action: "UPSERT", ResourceRecordSet })),
    ];
    if (Changes.length === 0) return;
    await route53.ChangeResourceRecordSets({ HostedZoneId, ChangeBatch: { Changes } });
  }

  async function settle(
    scope: Scope,
    service: ServiceRecord,
    { serviceId, id, operationId, phase }: InstanceRecord,
    published: string[],
  ) {
    await env.store.transaction(async (tx) => {
      const present = await instances.get(tx, scope, serviceId, id);
      // Somebody registered it anew or took it away meanwhile: that wakes this reconciler again.
      if (!present) return;
      const same = present.operationId === operationId && present.phase === phase;
      if (same && phase === "deregistering") {
        await tally(tx, scope, service, { added: -1 });
        instances.delete(tx, scope, serviceId, id);
      } else if (
        !same ||
        present.phase !== "ready" ||
        JSON.stringify(present.published) !== JSON.stringify(published)
      )
        instances.put(tx, scope, [serviceId, id], {
          ...present,
          published,
          ...(same && { phase: "ready", former: undefined }),
        });
      if (same) await endOperation(tx, scope, operationId, env.clock.now());
      const isNew = present.published.length === 0 && published.length > 0;
      if (service.customHealth && present.customStatus === "HEALTHY" && isNew)
        await releaseLastHealthy(tx, scope, present);
    });
  }
}

function isSameRecord(one: ResourceRecordSet, other: ResourceRecordSet): boolean {
  return (
    isSameDnsName(one.Name, other.Name) &&
    one.Type === other.Type &&
    one.SetIdentifier === other.SetIdentifier
  );
}

function follows(
  namespace: NamespaceRecord,
  service: ServiceRecord,
  instance: InstanceRecord,
): boolean {
  if (desiredCheck(namespace, service, instance) !== instance.healthCheckConfig) return false;
  const published = desiredRecords(namespace, service, instance).map((set) => JSON.stringify(set));
  return isDeepStrictEqual(published, instance.published);
}
