import { zoneNamed } from "#services/kit/facts/zones.ts";
import type { Ec2Context, Ec2Input, Ec2Operation } from "../context.ts";
import {
  ec2Error,
  invalidParameterCombination,
  invalidParameterValue,
  invalidZone,
  missingParameter,
  unsupportedParameter,
} from "../errors.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../idempotency.ts";
import { newId } from "../ids.ts";
import { typeFacts } from "../instance-types/facts.ts";
import { refuseUnsupported } from "../instances/run/refused.ts";
import { tagsFor } from "../tags.ts";
import { describeSpotRequest } from "./describe-spot-instance-requests.ts";
import { withGroups } from "./launch-groups.ts";
import { behaviorOf, maxPriceOf, pricedOf } from "./market.ts";
import { spotRequests, statusMessage, type SpotLaunch, type SpotRequestRecord } from "./records.ts";

type Request = Ec2Input<"RequestSpotInstances">;

/** "The default end date is 7 days from the current date." */
const usualLifeMs = 7 * 86_400_000;

/**
 * Writes requests down; the reconciler fulfils them.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestSpotInstances.html
 */
export const requestSpotInstances: Ec2Operation<"RequestSpotInstances"> = async (
  input,
  context,
) => {
  const launch = launchOf(input);
  const common = await commonOf(input, context, launch);
  const tags = tagsFor("spot-instances-request", input.TagSpecifications, context.principal);
  const operation = "RequestSpotInstances";
  const { ClientToken } = input;
  const requests = await context.store.transaction(async (tx) => {
    const earlier = await findByToken(tx, context, operation, ClientToken, input, tokenLifeMs);
    const made: SpotRequestRecord[] = [];
    if (earlier !== undefined) {
      for (const id of earlier.split(" ")) {
        const present = await spotRequests.get(tx, context, id);
        if (present) made.push(present);
      }
      return withGroups(tx, context, made);
    }
    for (let index = 0; index < (input.InstanceCount ?? 1); index++) {
      const record = { ...common, requestId: newId(context.random, "sir"), tags };
      spotRequests.put(tx, context, [record.requestId], record);
      made.push(record);
    }
    const ids = made.map(({ requestId }) => requestId).join(" ");
    await rememberTokenForADay(tx, context, operation, ClientToken, input, ids);
    return withGroups(tx, context, made);
  });
  return { SpotInstanceRequests: requests.map(describeSpotRequest) };
};

async function commonOf(
  input: Request,
  context: Ec2Context,
  launch: SpotLaunch,
): Promise<Omit<SpotRequestRecord, "requestId" | "tags">> {
  const instanceType = launch.InstanceType!;
  const facts = await typeFacts(instanceType);
  const type = input.Type ?? "one-time";
  const behavior = behaviorOf(input.InstanceInterruptionBehavior, type === "persistent");
  const maxPrice = maxPriceOf(input.SpotPrice, pricedOf(instanceType, facts));
  const nowMs = context.clock.now();
  const validFromMs = input.ValidFrom?.getTime();
  const validUntilMs = input.ValidUntil?.getTime() ?? nowMs + usualLifeMs;
  if (validFromMs !== undefined && validFromMs < nowMs)
    throw ec2Error("InvalidTime", "validFrom must not be in the past");
  if (validUntilMs <= Math.max(nowMs, validFromMs ?? 0))
    throw ec2Error("InvalidTime", "validUntil must be after validFrom and not in the past");
  const zone = launch.Placement?.AvailabilityZone;
  if (zone && !zoneNamed(context.region, zone)) throw invalidZone(zone);
  return {
    type,
    state: "open",
    status: {
      code: "pending-evaluation",
      message: statusMessage("pending-evaluation"),
      updatedMs: nowMs,
    },
    interruptionBehavior: behavior,
    maxPrice: maxPrice.toFixed(6),
    ...(validFromMs !== undefined && { validFromMs }),
    validUntilMs,
    ...(input.LaunchGroup && { launchGroup: input.LaunchGroup }),
    ...(input.AvailabilityZoneGroup && { availabilityZoneGroup: input.AvailabilityZoneGroup }),
    launch,
    instanceType,
    imageId: launch.ImageId!,
    launches: 0,
    createdMs: nowMs,
  };
}

/** The launch specification in the members of RunInstances. */
function launchOf(input: Request): SpotLaunch {
  const { LaunchSpecification: spec, InstanceCount = 1 } = input;
  if (InstanceCount < 1)
    throw invalidParameterValue(`Value (${InstanceCount}) for parameter instanceCount is invalid.`);
  if (!spec) throw missingParameter("LaunchSpecification");
  if (!spec.ImageId) throw missingParameter("LaunchSpecification.ImageId");
  if (input.BlockDurationMinutes)
    throw unsupportedParameter("BlockDurationMinutes", "AWS has ended it.");
  if (spec.SubnetId && spec.NetworkInterfaces?.length)
    throw invalidParameterCombination(
      "Network interfaces and an instance-level subnet ID may not be specified on the same request",
    );
  const { AddressingType: _, SecurityGroups, Placement, ...rest } = spec;
  const launch: SpotLaunch = {
    ...rest,
    InstanceType: spec.InstanceType ?? "m1.small",
    ...(SecurityGroups?.length && { SecurityGroups: [...SecurityGroups] }),
    ...(Placement && {
      Placement: {
        ...(Placement.AvailabilityZone && { AvailabilityZone: Placement.AvailabilityZone }),
        ...(Placement.GroupName && { GroupName: Placement.GroupName }),
        ...(Placement.Tenancy && { Tenancy: Placement.Tenancy }),
      },
    }),
    Monitoring: { Enabled: spec.Monitoring?.Enabled ?? false },
  };
  refuseUnsupported({ ...launch, MinCount: 1, MaxCount: 1 });
  return launch;
}
