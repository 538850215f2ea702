/** Builds what a resource type is handed from a resource's record. */
import { asService } from "#services/kit/principal.ts";
import type { Clients } from "#services/kit/service.ts";
import type { ServiceName } from "#model/sdk.ts";
import type { Scope } from "#store/collection.ts";
import type {
  Attributes,
  ExistingRequest,
  ReceivedSignal,
  ResourceRequest,
  StackClients,
} from "../resource-types/resource-type.ts";
import { signals, type ResourceRecord } from "../records.ts";
import { nestedStacks } from "./nested-stacks.ts";
import type { Turn } from "./turn.ts";

export function requestFor(
  turn: Turn,
  record: ResourceRecord,
  remembered: Attributes = {},
): ResourceRequest {
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
    nested: nestedStacks(turn),
    others: otherIds(turn, record),
    now,
    beganMs: record.work?.startedMs ?? now,
    remember: (attributes) => void Object.assign(remembered, attributes),
  };
}

/** What the resource replaces, and what was replaced and is not deleted yet. */
function otherIds(turn: Turn, { logicalId, token, before }: ResourceRecord): string[] {
  const own = [...turn.discarded.values(), ...(before && before !== "absent" ? [before] : [])];
  return own
    .filter((other) => other.logicalId === logicalId && other.token !== token)
    .flatMap(({ physicalId }) => physicalId ?? []);
}

export function existingRequest(turn: Turn, record: ResourceRecord): ExistingRequest {
  const sinceMs = record.work?.startedMs ?? 0;
  return {
    ...requestFor(turn, record),
    physicalId: record.physicalId ?? "",
    signals: (handle) =>
      handle === undefined
        ? receivedSignals(turn, record.logicalId, sinceMs)
        : receivedSignals(turn, handle, 0),
  };
}

/** Every service's client with CloudFormation as the caller. */
export function stackClients(clients: Clients, scope: Scope): StackClients {
  const caller = asService(scope, "cloudformation.amazonaws.com");
  return new Proxy(Object.create(null) as StackClients, {
    get: (_target, service: ServiceName) => clients[service](caller),
  });
}

/** Signals that came since a moment, oldest first. */
export async function receivedSignals(
  turn: Turn,
  logicalId: string,
  sinceMs: number,
): Promise<ReceivedSignal[]> {
  const { env, scope, stack } = turn;
  const found = await env.store.transaction((tx) =>
    signals.entries(tx, scope, [stack.uuid, logicalId]),
  );
  return found
    .map(({ id, record }) => ({ uniqueId: String(id[2]), ...record }))
    .filter(({ receivedMs }) => receivedMs >= sinceMs)
    .sort((a, b) => a.receivedMs - b.receivedMs);
}
