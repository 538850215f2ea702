/** A Spot request that RunInstances makes and fulfils at once, and what it would launch again. */
import type { InstanceRecord } from "../instances/records.ts";
import type { LaunchRequest } from "../instances/run/launch-request.ts";
import type { Market } from "./market.ts";
import { statusMessage, type SpotLaunch, type SpotRequestRecord } from "./records.ts";

export function fulfilledRequest(
  requestId: string,
  request: LaunchRequest,
  market: Market,
  instance: Pick<InstanceRecord, "instanceId" | "instanceType" | "imageId" | "zone" | "subnetId">,
  nowMs: number,
): Omit<SpotRequestRecord, "tags"> {
  const { instanceId, instanceType, imageId, zone, subnetId } = instance;
  return {
    requestId,
    type: market.persistent ? "persistent" : "one-time",
    state: "active",
    status: { code: "fulfilled", message: statusMessage("fulfilled"), updatedMs: nowMs },
    interruptionBehavior: market.interruptionBehavior,
    maxPrice: market.maxPrice.toFixed(6),
    ...(market.validUntilMs !== undefined && { validUntilMs: market.validUntilMs }),
    launch: launchOf(request),
    instanceType,
    imageId,
    instanceId,
    zone,
    subnetId,
    launches: 1,
    createdMs: nowMs,
  };
}

/** The members that make the same instance once more. */
function launchOf(request: LaunchRequest): SpotLaunch {
  const {
    MinCount: _least,
    MaxCount: _most,
    ClientToken: _token,
    InstanceMarketOptions: _market,
    DryRun: _dry,
    // A launch from a template was resolved: it stays what it was when the template changes.
    LaunchTemplate: _template,
    ...launch
  } = request;
  return launch;
}
