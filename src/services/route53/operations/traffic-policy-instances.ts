import type { TrafficPolicyInstance } from "@aws-sdk/client-route-53";
import type { Operations } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  conflictingTypes,
  instanceExists,
  invalidInput,
  noSuchInstance,
  tooManyInstances,
} from "../errors.ts";
import { inputName } from "../input-name.ts";
import { limits } from "../limits.ts";
import { isWithin } from "../names.ts";
import {
  hostedZones,
  ofAccount,
  recordSets,
  trafficInstances,
  type TrafficInstanceRecord,
  type ZoneRecord,
} from "../records.ts";
import { conflicts } from "../set-conflicts.ts";
import { setProblems } from "../set-problems.ts";
import type { State } from "../state.ts";
import { parseDocument } from "../traffic-policies/document.ts";
import { expand } from "../traffic-policies/expand.ts";
import { checkOwner, countSets, findZone, setId, viewZone } from "../zones.ts";
import { findPolicy } from "./traffic-policies.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateTrafficPolicyInstance.html and its neighbours */
export const trafficPolicyInstanceOperations: Operations<"route53", State> = {
  async CreateTrafficPolicyInstance(input, context) {
    const scope = ofAccount(context);
    const name = inputName(input.Name!);
    return context.store.transaction(async (tx) => {
      const zone = await findZone(tx, scope, input.HostedZoneId);
      checkOwner(zone, context);
      const policy = await findPolicy(tx, scope, input.TrafficPolicyId, input.TrafficPolicyVersion);
      if (!isWithin(name, zone.name))
        throw invalidInput(`The name ${name} is not permitted in zone ${zone.name}`);
      const all = await trafficInstances.list(tx, scope);
      const isTaken = (one: TrafficInstanceRecord) =>
        one.zoneId === zone.id && one.name === name && one.type === policy.type;
      if (all.some(isTaken)) throw instanceExists(name, policy.type);
      if (all.length >= limits.trafficPolicyInstances)
        throw tooManyInstances(limits.trafficPolicyInstances);
      const created: TrafficInstanceRecord = {
        id: context.random.uuid(),
        zoneId: zone.id,
        name,
        ttl: input.TTL!,
        policyId: policy.id,
        policyVersion: policy.version,
        type: policy.type,
        isUpdate: false,
        submittedMs: context.clock.now(),
      };
      trafficInstances.put(tx, scope, [zone.id, created.id], created);
      created.failure = await problemsOf(tx, scope, created, policy.document);
      trafficInstances.put(tx, scope, [zone.id, created.id], created);
      if (created.failure === undefined) await putSet(tx, scope, zone, created);
      return {
        TrafficPolicyInstance: show(created, context.clock.now()),
        Location: `https://route53.amazonaws.com/2013-04-01/trafficpolicyinstance/${created.id}`,
      };
    });
  },
  async UpdateTrafficPolicyInstance(input, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const present = await find(tx, scope, input.Id);
      const policy = await findPolicy(tx, scope, input.TrafficPolicyId, input.TrafficPolicyVersion);
      if (policy.type !== present.type) throw conflictingTypes();
      const wanted: TrafficInstanceRecord = {
        ...present,
        ttl: input.TTL!,
        policyId: policy.id,
        policyVersion: policy.version,
        isUpdate: true,
        submittedMs: context.clock.now(),
        failure: undefined,
      };
      // What cannot be made leaves the records that are there.
      const failure = await problemsOf(tx, scope, wanted, policy.document);
      const kept = failure === undefined ? wanted : { ...present, failure };
      trafficInstances.put(tx, scope, [kept.zoneId, kept.id], kept);
      // One whose creation failed has none yet.
      if (failure === undefined)
        await putSet(tx, scope, await findZone(tx, scope, kept.zoneId), kept);
      return { TrafficPolicyInstance: show(kept, context.clock.now()) };
    });
  },
  async DeleteTrafficPolicyInstance({ Id }, context) {
    const scope = ofAccount(context);
    await context.store.transaction(async (tx) => {
      const present = await find(tx, scope, Id);
      trafficInstances.delete(tx, scope, present.zoneId, present.id);
      const zone = await hostedZones.get(tx, scope, present.zoneId);
      const key = setId(present.zoneId, setFor(present));
      const set = await recordSets.get(tx, scope, ...key);
      if (!zone || set?.TrafficPolicyInstanceId !== present.id) return;
      recordSets.delete(tx, scope, ...key);
      const setCount = await countSets(tx, scope, zone.id);
      hostedZones.put(tx, scope, [zone.id], { ...zone, setCount });
    });
    return {};
  },
  async GetTrafficPolicyInstance({ Id }, context) {
    const found = await context.store.transaction((tx) => find(tx, ofAccount(context), Id));
    return { TrafficPolicyInstance: show(found, context.clock.now()) };
  },
  async GetTrafficPolicyInstanceCount(_input, context) {
    const all = await context.store.transaction((tx) =>
      trafficInstances.list(tx, ofAccount(context)),
    );
    return { TrafficPolicyInstanceCount: all.length };
  },
};

async function find(
  tx: Transaction,
  scope: Scope,
  id: string | undefined,
): Promise<TrafficInstanceRecord> {
  const all = await trafficInstances.list(tx, scope);
  const found = all.find((one) => one.id === id);
  if (!found) throw noSuchInstance(id!);
  return found;
}

/** The one record that a list of records shows for an instance. */
function setFor({ id, name, type }: TrafficInstanceRecord) {
  return { Name: name, Type: type, TrafficPolicyInstanceId: id };
}

async function putSet(
  tx: Transaction,
  scope: Scope,
  zone: ZoneRecord,
  instance: TrafficInstanceRecord,
): Promise<void> {
  const set = setFor(instance);
  recordSets.put(tx, scope, setId(zone.id, set), set);
  const setCount = await countSets(tx, scope, zone.id);
  hostedZones.put(tx, scope, [zone.id], { ...zone, setCount });
}

/** Why the records of an instance cannot be made: others of the name, health checks that are not there. */
async function problemsOf(
  tx: Transaction,
  scope: Scope,
  instance: TrafficInstanceRecord,
  document: string,
): Promise<string | undefined> {
  const zone = await findZone(tx, scope, instance.zoneId);
  const view = viewZone(tx, scope, zone);
  const place = { ...instance, zoneName: zone.name };
  const set = setFor(instance);
  const others = (await view.ofName(instance.name)).filter(
    ({ TrafficPolicyInstanceId }) => TrafficPolicyInstanceId !== instance.id,
  );
  const problems = [...(await setProblems(view, set)), ...conflicts(view, set, others)];
  if (await view.protection(set.Name, set.Type))
    problems.push(`RRSet with DNS name ${set.Name}, type ${set.Type} is protected.`);
  if (others.some(({ Type }) => Type === set.Type) && problems.length === 0)
    problems.push(
      `RRSet with DNS name ${set.Name}, type ${set.Type} cannot be created as other RRSets exist with the same name and type.`,
    );
  for (const { HealthCheckId: id } of expand(parseDocument(document), place))
    if (id !== undefined && !(await view.healthCheckExists(id)))
      problems.push(`A health check with id ${id} does not exist.`);
  return problems.length > 0 ? [...new Set(problems)].join(" ") : undefined;
}

export function show(instance: TrafficInstanceRecord, nowMs: number): TrafficPolicyInstance {
  const isUnderWay = nowMs - instance.submittedMs < limits.propagationMs;
  const { failure } = instance;
  const state = isUnderWay ? (instance.isUpdate ? "Updating" : "Creating") : "Applied";
  return {
    Id: instance.id,
    HostedZoneId: instance.zoneId,
    Name: instance.name,
    TTL: instance.ttl,
    State: failure === undefined ? state : "Failed",
    Message: failure ?? "",
    TrafficPolicyId: instance.policyId,
    TrafficPolicyVersion: instance.policyVersion,
    TrafficPolicyType: instance.type,
  };
}
