import type { DescribeCapacityReservationOutput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { dateOf } from "#runtime/date.ts";
import type { Operation } from "#services/kit/service.ts";
import {
  capacityDecreasesExceeded,
  capacityUnitsExceeded,
  invalidConfiguration,
  validationError,
} from "../errors.ts";
import { findLoadBalancer } from "../find.ts";
import { limits } from "../limits.ts";
import { loadBalancers, type CapacityRecord, type LoadBalancerRecord } from "../records.ts";
import type { State } from "../state.ts";

const dayMs = 86_400_000;

/** What is reserved is there at once: nothing on this machine is provisioned ahead. */
function reservationShape(
  { zones, capacity }: LoadBalancerRecord,
  nowMs: number,
): Omit<DescribeCapacityReservationOutput, "$metadata"> {
  const decreases = capacity ? decreasesToday(capacity, nowMs) : [];
  const units = capacity?.units;
  return {
    ...(capacity && { LastModifiedTime: dateOf(capacity.modifiedMs) }),
    DecreaseRequestsRemaining: limits.capacityDecreasesPerDay - decreases.length,
    ...(units !== undefined && { MinimumLoadBalancerCapacity: { CapacityUnits: units } }),
    CapacityReservationState:
      units === undefined
        ? []
        : zones.map(({ zoneName }) => ({
            State: { Code: "provisioned" as const },
            AvailabilityZone: zoneName,
            EffectiveCapacityUnits: units / zones.length,
          })),
  };
}

/** Moments of the last day at which capacity was given back. */
function decreasesToday({ decreasedMs }: CapacityRecord, nowMs: number): number[] {
  return decreasedMs.filter((timeMs) => timeMs > nowMs - dayMs);
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeCapacityReservation.html */
export const describeCapacityReservation: Operation<
  "elbv2",
  "DescribeCapacityReservation",
  State
> = async ({ LoadBalancerArn }, context) => {
  const balancer = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerArn),
  );
  return reservationShape(balancer, context.clock.now());
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/capacity-unit-reservation.html */
export const modifyCapacityReservation: Operation<
  "elbv2",
  "ModifyCapacityReservation",
  State
> = async (input, context) => {
  const { LoadBalancerArn, MinimumLoadBalancerCapacity, ResetCapacityReservation } = input;
  const asked = MinimumLoadBalancerCapacity?.CapacityUnits;
  if ((asked === undefined) === (ResetCapacityReservation !== true))
    throw validationError(
      "Exactly one of MinimumLoadBalancerCapacity and ResetCapacityReservation must be specified",
    );
  if (asked !== undefined && asked < limits.fewestCapacityUnits)
    throw invalidConfiguration(
      `The minimum capacity must be at least ${limits.fewestCapacityUnits} capacity units`,
    );
  if (asked !== undefined && asked > limits.capacityUnitsPerLoadBalancer)
    throw capacityUnitsExceeded();
  const nowMs = context.clock.now();
  const changed = await context.store.transaction(async (tx) => {
    const balancer = await findLoadBalancer(tx, context, LoadBalancerArn);
    const before = balancer.capacity;
    const decreasedMs = before ? decreasesToday(before, nowMs) : [];
    // Giving everything back is no decrease that counts.
    if (asked !== undefined && before?.units !== undefined && asked < before.units) {
      if (decreasedMs.length >= limits.capacityDecreasesPerDay) throw capacityDecreasesExceeded();
      decreasedMs.push(nowMs);
    }
    const capacity: CapacityRecord = {
      modifiedMs: nowMs,
      decreasedMs,
      ...(asked !== undefined && { units: asked }),
    };
    const record = { ...balancer, capacity };
    loadBalancers.put(tx, context, [balancer.name], record);
    return record;
  });
  return reservationShape(changed, nowMs);
};
