/** Finding what a caller names. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { noInstance, noNamespace, noService } from "./errors.ts";
import { bareId } from "./ids.ts";
import {
  instances,
  namespaces,
  services,
  type InstanceRecord,
  type NamespaceRecord,
  type ServiceRecord,
} from "./records.ts";

export async function findNamespace(
  tx: Transaction,
  scope: Scope,
  id: string | undefined,
): Promise<NamespaceRecord> {
  const found = await namespaces.get(tx, scope, bareId(id));
  if (!found || found.phase === "creating") throw noNamespace(bareId(id));
  return found;
}

export async function findService(
  tx: Transaction,
  scope: Scope,
  id: string | undefined,
): Promise<ServiceRecord> {
  const found = await services.get(tx, scope, bareId(id));
  if (!found) throw noService(bareId(id));
  return found;
}

export async function findInstance(
  tx: Transaction,
  scope: Scope,
  serviceId: string,
  id: string | undefined,
): Promise<InstanceRecord> {
  const found = await instances.get(tx, scope, serviceId, id!);
  if (!found || found.phase === "deregistering") throw noInstance(id!);
  return found;
}

/** What DiscoverInstances calls the namespace. */
export const httpNameOf = ({ name, httpName }: NamespaceRecord): string => httpName ?? name;

/** The service of a name in the namespace of a name, as DiscoverInstances asks. */
export async function findByNames(
  tx: Transaction,
  scope: Scope,
  namespaceName: string,
  serviceName: string,
): Promise<{ namespace: NamespaceRecord; service: ServiceRecord }> {
  const all = await namespaces.list(tx, scope);
  const namespace = all.find((one) => httpNameOf(one) === namespaceName && one.phase === "ready");
  if (!namespace) throw noNamespace(namespaceName);
  const found = (await services.list(tx, scope)).find(
    (one) => one.namespaceId === namespace.id && one.name === serviceName,
  );
  if (!found) throw noService(serviceName);
  return { namespace, service: found };
}
