/** Brings Spot requests to where their instances, their dates and the market have them. */
import { AwsError } from "#model/error.ts";
import { formatArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler, ReconcileResult } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { LaunchContext } from "../context.ts";
import { newId } from "../ids.ts";
import { typeFacts } from "../instance-types/facts.ts";
import { launch } from "../instances/operations/run-instances.ts";
import { changeInstance, instances, type InstanceRecord } from "../instances/records.ts";
import { prepare } from "../instances/run/blueprint.ts";
import { whenStarted } from "../instances/states.ts";
import { currentQuote, pricedOf } from "./market.ts";
import { planRequest, type RequestStep } from "./plan.ts";
import { interruptions, putSpotRequest, spotRequests, type SpotRequestRecord } from "./records.ts";

/** When a launch that found no room is tried again. */
const retryMs = 60_000;
/** What another moment may have while this one has not. */
const passing = /^(Insufficient|SpotMaxPriceTooLow|MaxSpotInstanceCountExceeded)/;

/** By request, for dates and prices. */
export function spotRequestReconciler(env: Environment): Reconciler {
  return {
    name: "ec2/spot-request",
    watches: [{ collection: spotRequests }],
    async reconcile(scope, [id]) {
      // Here alone: two that look at the same request would tell it twice.
      await tellFulfilment(env, scope, String(id));
      return settle(env, scope, String(id));
    },
  };
}

/** By instance: its states are its request's too. */
export function spotInstanceReconciler(env: Environment): Reconciler {
  return {
    name: "ec2/spot-instance",
    watches: [{ collection: instances }],
    async reconcile(scope, [id]) {
      const instance = await env.store.transaction((tx) => instances.view(tx, scope, String(id)));
      if (instance?.spotRequestId === undefined) return;
      return settle(env, scope, instance.spotRequestId);
    },
  };
}

async function settle(
  env: Environment,
  scope: Scope,
  requestId: string,
): Promise<ReconcileResult | void> {
  const { store, clock } = env;
  const request = await store.transaction((tx) => spotRequests.view(tx, scope, requestId));
  if (!request) return;
  const facts = await typeFacts(request.instanceType);
  const nowMs = clock.now();
  const step = await store.transaction(async (tx): Promise<RequestStep | undefined> => {
    const now = await spotRequests.get(tx, scope, requestId);
    if (!now) return undefined;
    const { instanceId } = now;
    const instance =
      instanceId === undefined ? undefined : await instances.get(tx, scope, instanceId);
    const interruption =
      instanceId === undefined ? undefined : await interruptions.get(tx, scope, instanceId);
    const zone = now.zone ?? now.launch.Placement?.AvailabilityZone;
    const quote =
      zone === undefined
        ? undefined
        : await currentQuote(tx, scope, pricedOf(now.instanceType, facts), zone, nowMs);
    const planned = planRequest(now, instance, {
      nowMs,
      price: quote?.price,
      cause: interruption?.acted && interruption.cause,
    });
    write(tx, scope, now, instance, planned, nowMs);
    return planned;
  });
  if (step?.do === "launch") return fulfil(env, scope, request);
  if (step && "afterMs" in step && step.afterMs !== undefined) return { afterMs: step.afterMs };
}

function write(
  tx: Transaction,
  scope: Scope,
  request: SpotRequestRecord,
  instance: InstanceRecord | undefined,
  step: RequestStep,
  nowMs: number,
): void {
  if (step.do === "set") {
    const { instanceId: _gone, ...rest } = request;
    const left = step.lets ? rest : request;
    // Nothing to write is nothing to wake anybody for.
    if (request.state === step.state && request.status.code === step.code && !step.lets) return;
    putSpotRequest(tx, scope, left, step.state, step.code, nowMs);
  }
  if (step.do === "forget") spotRequests.delete(tx, scope, request.requestId);
  if (step.do === "restart" && instance) {
    const change = whenStarted(instance, nowMs);
    if (change) changeInstance(tx, scope, instance, change);
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-spot-instances.html */
async function tellFulfilment(env: Environment, scope: Scope, requestId: string): Promise<void> {
  const { store, clients } = env;
  const request = await store.transaction((tx) => spotRequests.view(tx, scope, requestId));
  if (request?.state !== "active" || request.instanceId === undefined) return;
  const { launches, toldLaunches = 0, instanceId } = request;
  if (toldLaunches >= launches) return;
  const { Entries } = await clients.events(asService(scope, "ec2.amazonaws.com")).PutEvents({
    Entries: [
      {
        Source: "aws.ec2",
        DetailType: "EC2 Spot Instance Request Fulfillment",
        Resources: [formatArn("ec2", scope, `instance/${instanceId}`)],
        Detail: JSON.stringify({
          "spot-instance-request-id": requestId,
          "instance-id": instanceId,
        }),
      },
    ],
  });
  const [refused] = Entries ?? [];
  if (refused?.ErrorCode !== undefined) throw new Error(refused.ErrorMessage);
  await store.transaction(async (tx) => {
    const now = await spotRequests.get(tx, scope, requestId);
    if (now) spotRequests.put(tx, scope, [requestId], { ...now, toldLaunches: launches });
  });
}

async function fulfil(
  env: Environment,
  scope: Scope,
  request: SpotRequestRecord,
): Promise<ReconcileResult | void> {
  const { store, clock, random, clients } = env;
  const caller = asService(scope, "spot.amazonaws.com");
  const context: LaunchContext = { ...caller, store, clock, random, clients };
  const { requestId, type, interruptionBehavior } = request;
  const wanted = {
    ...request.launch,
    MinCount: 1,
    MaxCount: 1,
    InstanceMarketOptions: {
      MarketType: "spot" as const,
      SpotOptions: {
        MaxPrice: request.maxPrice,
        SpotInstanceType: type,
        InstanceInterruptionBehavior: interruptionBehavior,
      },
    },
  };
  try {
    const prepared = await prepare(context, wanted);
    await store.transaction(async (tx) => {
      const now = await spotRequests.get(tx, scope, requestId);
      if (now?.state !== "open" || now.launches !== request.launches) return;
      const counts = { least: 1, most: 1 };
      const reservationId = newId(random, "r");
      const [row] = await launch(tx, context, wanted, prepared, counts, reservationId, requestId);
      const { instanceId, zone, subnetId } = row!.record;
      const { noCapacityUntilMs: _over, ...rest } = now;
      const active = { ...rest, instanceId, zone, subnetId, launches: now.launches + 1 };
      putSpotRequest(tx, scope, active, "active", "fulfilled", clock.now());
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { code, message } = error;
    const again = passing.test(code);
    await store.transaction(async (tx) => {
      const now = await spotRequests.get(tx, scope, requestId);
      if (now?.state !== "open") return;
      if (!again)
        return putSpotRequest(tx, scope, now, "failed", "bad-parameters", clock.now(), message);
      const paused = { ...now, noCapacityUntilMs: clock.now() + retryMs };
      const why = code.startsWith("Spot") ? "price-too-low" : "capacity-not-available";
      putSpotRequest(tx, scope, paused, "open", why, clock.now());
    });
    if (again) return { afterMs: retryMs };
  }
}
