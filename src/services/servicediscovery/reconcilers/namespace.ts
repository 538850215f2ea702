/** Makes and deletes the hosted zone of a DNS namespace. */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Client, Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { limits } from "../limits.ts";
import { failureOf } from "../operation-failure.ts";
import { endOperation } from "../operation-records.ts";
import { namespaces, type NamespaceRecord } from "../records.ts";

export function namespaceReconciler(env: Environment): Reconciler {
  return {
    name: "servicediscovery/namespace",
    watches: [{ collection: namespaces }],
    async reconcile(scope, [id]) {
      const namespace = await env.store.transaction((tx) => namespaces.get(tx, scope, String(id)));
      if (!namespace || namespace.type === "HTTP") return;
      const route53 = env.clients.route53(
        asService(scope, "servicediscovery.amazonaws.com", namespace.arn),
      );
      try {
        if (namespace.phase === "deleting") await remove(scope, namespace, route53);
        else await make(scope, namespace, route53);
      } catch (error) {
        if (!(error instanceof AwsError) || namespace.phase === "deleting") throw error;
        const failure = failureOf(error, "CANNOT_CREATE_HOSTED_ZONE");
        await env.store.transaction(async (tx) => {
          await endOperation(tx, scope, namespace.operationId, env.clock.now(), failure);
          if (namespace.phase === "creating") namespaces.delete(tx, scope, namespace.id);
        });
      }
    },
  };

  async function make(scope: Scope, namespace: NamespaceRecord, route53: Client<"route53">) {
    const hostedZoneId = namespace.hostedZoneId ?? (await findOrCreate(scope, namespace, route53));
    await setSoaTtl(namespace, hostedZoneId, route53);
    await env.store.transaction(async (tx) => {
      const present = await namespaces.get(tx, scope, namespace.id);
      if (!present || present.phase === "deleting") return;
      if (present.phase === "creating")
        namespaces.put(tx, scope, [present.id], { ...present, hostedZoneId, phase: "ready" });
      await endOperation(tx, scope, namespace.operationId, env.clock.now());
    });
  }

  /** A try that was interrupted left a zone with the namespace's id as its reference. */
  async function findOrCreate(
    scope: Scope,
    { id, name, description, vpcId }: NamespaceRecord,
    route53: Client<"route53">,
  ): Promise<string> {
    let Marker: string | undefined;
    do {
      const page = await route53.ListHostedZones({ ...(Marker !== undefined && { Marker }) });
      const found = page.HostedZones?.find(({ CallerReference }) => CallerReference === id);
      if (found) return bare(found.Id);
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    const { HostedZone } = await route53.CreateHostedZone({
      Name: name,
      CallerReference: id,
      HostedZoneConfig: {
        Comment: description ?? "Created by AWS Cloud Map",
        PrivateZone: vpcId !== undefined,
      },
      ...(vpcId !== undefined && { VPC: { VPCId: vpcId, VPCRegion: scope.region as "us-east-1" } }),
    });
    return bare(HostedZone?.Id);
  }

  async function setSoaTtl(
    { name, soaTtl = limits.soaTtl }: NamespaceRecord,
    HostedZoneId: string,
    route53: Client<"route53">,
  ): Promise<void> {
    const { ResourceRecordSets = [] } = await route53.ListResourceRecordSets({
      HostedZoneId,
      StartRecordName: name,
      StartRecordType: "SOA",
      MaxItems: 1,
    });
    const [soa] = ResourceRecordSets;
    const [value] = soa?.ResourceRecords ?? [];
    if (soa?.Type !== "SOA" || !value?.Value || soa.TTL === soaTtl) return;
    // What is not there is remembered for the lesser of both.
    const Value = value.Value.replace(/\d+$/, String(soaTtl));
    await route53.ChangeResourceRecordSets({
      HostedZoneId,
      ChangeBatch: {
        Changes: [
          {
            Action: "UPSERT",
            ResourceRecordSet: { ...soa, TTL: soaTtl, ResourceRecords: [{ Value }] },
          },
        ],
      },
    });
  }

  async function remove(scope: Scope, namespace: NamespaceRecord, route53: Client<"route53">) {
    try {
      if (namespace.hostedZoneId !== undefined)
        await route53.DeleteHostedZone({ Id: namespace.hostedZoneId });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "NoSuchHostedZone") throw error;
    }
    await env.store.transaction(async (tx) => {
      namespaces.delete(tx, scope, namespace.id);
      await endOperation(tx, scope, namespace.operationId, env.clock.now());
    });
  }
}

function bare(id: string | undefined): string {
  return (id ?? "").replace("/hostedzone/", "");
}
