import type { TrafficPolicy } from "@aws-sdk/client-route-53";
import type { Context, Operations } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  invalidInput,
  noSuchPolicy,
  policyExists,
  policyInUse,
  tooManyPolicies,
  tooManyVersions,
} from "../errors.ts";
import { limits } from "../limits.ts";
import { pageByMarker } from "../paging.ts";
import {
  ofAccount,
  trafficInstances,
  trafficPolicies,
  type TrafficPolicyRecord,
} from "../records.ts";
import type { State } from "../state.ts";
import { parseDocument } from "../traffic-policies/document.ts";
import { expand } from "../traffic-policies/expand.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateTrafficPolicy.html and its neighbours */
export const trafficPolicyOperations: Operations<"route53", State> = {
  async CreateTrafficPolicy({ Name, Document, Comment }, context) {
    const type = typeOf(Document!);
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const latest = await latestPolicies(tx, scope);
      if (latest.some(({ name }) => name === Name)) throw policyExists(Name!);
      if (latest.length >= limits.trafficPolicies) throw tooManyPolicies(limits.trafficPolicies);
      const created: TrafficPolicyRecord = {
        id: context.random.uuid(),
        version: 1,
        name: Name!,
        type,
        document: Document!,
        comment: Comment,
        createdMs: context.clock.now(),
        isDeleted: false,
      };
      return keep(tx, context, created);
    });
  },
  async CreateTrafficPolicyVersion({ Id, Document, Comment }, context) {
    const type = typeOf(Document!);
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const versions = await trafficPolicies.list(tx, scope, [Id!]);
      const present = versions.filter(({ isDeleted }) => !isDeleted);
      const latest = versions.at(-1);
      if (!latest || present.length === 0) throw noSuchPolicy(Id!, undefined);
      if (present.length >= limits.trafficPolicyVersions)
        throw tooManyVersions(limits.trafficPolicyVersions);
      return keep(tx, context, {
        ...latest,
        version: latest.version + 1,
        type,
        document: Document!,
        comment: Comment,
        createdMs: context.clock.now(),
        isDeleted: false,
      });
    });
  },
  async GetTrafficPolicy({ Id, Version }, context) {
    const found = await context.store.transaction((tx) =>
      trafficPolicies.get(tx, ofAccount(context), Id!, Version!),
    );
    if (!found) throw noSuchPolicy(Id!, Version);
    return { TrafficPolicy: show(found) };
  },
  async UpdateTrafficPolicyComment({ Id, Version, Comment }, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const updated = { ...(await findPolicy(tx, scope, Id, Version)), comment: Comment };
      trafficPolicies.put(tx, scope, [updated.id, updated.version], updated);
      return { TrafficPolicy: show(updated) };
    });
  },
  async DeleteTrafficPolicy({ Id, Version }, context) {
    const scope = ofAccount(context);
    await context.store.transaction(async (tx) => {
      const found = await findPolicy(tx, scope, Id, Version);
      const instances = await trafficInstances.list(tx, scope);
      if (instances.some((one) => one.policyId === Id && one.policyVersion === Version))
        throw policyInUse();
      trafficPolicies.put(tx, scope, [found.id, found.version], { ...found, isDeleted: true });
    });
    return {};
  },
  async ListTrafficPolicies({ TrafficPolicyIdMarker, MaxItems }, context) {
    const latest = await context.store.transaction((tx) => latestPolicies(tx, ofAccount(context)));
    const page = pageByMarker(latest, { Marker: TrafficPolicyIdMarker, MaxItems }, ({ id }) => id);
    return {
      TrafficPolicySummaries: page.items.map(({ id, name, type, version }) => ({
        Id: id,
        Name: name,
        Type: type,
        LatestVersion: version,
        TrafficPolicyCount: latest.length,
      })),
      IsTruncated: page.isTruncated,
      TrafficPolicyIdMarker: page.nextMarker ?? "",
      MaxItems: page.maxItems,
    };
  },
  async ListTrafficPolicyVersions({ Id, TrafficPolicyVersionMarker, MaxItems }, context) {
    const found = await context.store.transaction((tx) =>
      trafficPolicies.list(tx, ofAccount(context), [Id!]),
    );
    const present = found.filter(({ isDeleted }) => !isDeleted);
    if (present.length === 0) throw noSuchPolicy(Id!, undefined);
    const page = pageByMarker(
      present,
      { Marker: TrafficPolicyVersionMarker, MaxItems },
      ({ version }) => String(version),
    );
    return {
      TrafficPolicies: page.items.map(show),
      IsTruncated: page.isTruncated,
      TrafficPolicyVersionMarker: page.nextMarker,
      MaxItems: page.maxItems,
    };
  },
};

export async function findPolicy(
  tx: Transaction,
  scope: Scope,
  id: string | undefined,
  version: number | undefined,
): Promise<TrafficPolicyRecord> {
  if (version === undefined) throw invalidInput("A version must be given.");
  const found = await trafficPolicies.get(tx, scope, id!, version);
  if (!found || found.isDeleted) throw noSuchPolicy(id!, version);
  return found;
}

/** The latest version of each policy, in the order in which they were created. */
export async function latestPolicies(
  tx: Transaction,
  scope: Scope,
): Promise<TrafficPolicyRecord[]> {
  const all = (await trafficPolicies.list(tx, scope)).filter(({ isDeleted }) => !isDeleted);
  const first = new Map<string, number>();
  const latest = new Map<string, TrafficPolicyRecord>();
  for (const one of all) {
    first.set(one.id, Math.min(first.get(one.id) ?? Number.POSITIVE_INFINITY, one.createdMs));
    latest.set(one.id, one);
  }
  return [...latest.values()].sort(
    (a, b) => first.get(a.id)! - first.get(b.id)! || (a.id < b.id ? -1 : 1),
  );
}

/** The type of a document that is right in every part. */
function typeOf(text: string): TrafficPolicyRecord["type"] {
  const document = parseDocument(text);
  expand(document, { id: "", zoneId: "", zoneName: "", name: "", ttl: 0 });
  return document.type;
}

function keep(tx: Transaction, context: Context<State>, policy: TrafficPolicyRecord) {
  trafficPolicies.put(tx, ofAccount(context), [policy.id, policy.version], policy);
  return {
    TrafficPolicy: show(policy),
    Location: `https://route53.amazonaws.com/2013-04-01/trafficpolicy/${policy.id}/${policy.version}`,
  };
}

function show({ id, version, name, type, document, comment }: TrafficPolicyRecord): TrafficPolicy {
  return {
    Id: id,
    Version: version,
    Name: name,
    Type: type,
    Document: document,
    ...(comment !== undefined && { Comment: comment }),
  };
}
