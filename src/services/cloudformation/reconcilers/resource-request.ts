/** Builds what a resource type is handed from a resource's record. */
import { asService } from "#services/kit/principal.ts";
import type { Clients } from "#services/kit/service.ts";
import type { ServiceName } from "#model/sdk.ts";
import type { Scope } from "#store/collection.ts";
import type {
  ExistingRequest,
  ReceivedSignal,
  ResourceRequest,
  StackClients,
} from "../resource-types/resource-type.ts";
import { signals, type ResourceRecord, type ResourceWork } from "../records.ts";
import type { Turn } from "./turn.ts";

export function requestFor(turn: Turn, record: ResourceRecord): ResourceRequest {
  const { env, scope, stack, now } = turn;
  return {
    logicalId: record.logicalId,
    properties: record.properties,
    name: record.name,
    token: record.token,
    tags: record.tags,
    creationPolicy: record.creationPolicy,
    updatePolicy: record.updatePolicy,
    clients: stackClients(env.clients, scope),
    env,
    scope,
    stack: { arn: stack.arn, name: stack.name, uuid: stack.uuid },
    now,
  };
}

export function existingRequest(turn: Turn, record: ResourceRecord): ExistingRequest {
  return { ...requestFor(turn, record), physicalId: record.physicalId ?? "" };
}

/** Every service's client with CloudFormation as the caller. */
export function stackClients(clients: Clients, scope: Scope): StackClients {
  const caller = asService(scope, "cloudformation.amazonaws.com");
  return new Proxy(Object.create(null) as StackClients, {
    get: (_target, service: ServiceName) => clients[service](caller),
  });
}

/** Signals that came since the work began, oldest first. */
export async function receivedSignals(
  turn: Turn,
  logicalId: string,
  work: Pick<ResourceWork, "startedMs">,
): Promise<ReceivedSignal[]> {
  const { env, scope, stack } = turn;
  const found = await env.store.transaction((tx) =>
    signals.entries(tx, scope, [stack.uuid, logicalId]),
  );
  return found
    .map(({ id, record }) => ({ uniqueId: String(id[2]), ...record }))
    .filter(({ receivedMs }) => receivedMs >= work.startedMs)
    .sort((a, b) => a.receivedMs - b.receivedMs);
}
