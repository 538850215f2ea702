import type { Operation } from "#services/kit/service.ts";
import type {
  AnomalyDetection,
  TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Anomaly } from "#traffic/application/config.ts";
import { findTargetGroup, readAssociations } from "../find.ts";
import { notRegistered } from "../health/plan.ts";
import {
  loadBalancers,
  targets,
  type TargetGroupRecord,
  type TargetHealthRecord,
  type TargetRecord,
} from "../records.ts";
import { unchecked } from "../functions/target-groups.ts";
import type { State } from "../state.ts";
import { overrideOf } from "../zonal-shift.ts";

export const describeTargetHealth: Operation<"elbv2", "DescribeTargetHealth", State> = async (
  { TargetGroupArn, Targets, Include },
  context,
) => {
  const asksAnomalies = Include?.some((what) => what === "AnomalyDetection" || what === "All");
  const { group, registered, balancers } = await context.store.transaction(async (tx) => {
    const found = await findTargetGroup(tx, context, TargetGroupArn);
    const names = (await readAssociations(tx, context)).balancersOf(found.arn);
    const users = await loadBalancers.list(tx, context);
    return {
      group: found,
      registered: await targets.list(tx, context, [found.name]),
      balancers: users.filter(({ name }) => names.has(name)),
    };
  });
  const anomalies = asksAnomalies ? ((await context.state.presentPlane?.anomalies()) ?? []) : [];
  const all = registered.map((target) => ({
    ...describe(group, target, target.health, shownZone(group, target)),
    AdministrativeOverride: overrideOf(group, balancers, target.zone),
    ...(asksAnomalies && { AnomalyDetection: detected(anomalies, group, target) }),
  }));
  if (!Targets?.length)
    return { TargetHealthDescriptions: all.filter((_one, at) => !registered[at]!.isTerminated) };
  const asked = Targets.flatMap(({ Id = "", Port }) => {
    const found = all.filter(
      ({ Target }) => Target!.Id === Id && (Port === undefined || Target!.Port === Port),
    );
    if (found.length > 0) return found;
    // What is not registered has nothing that could be overridden.
    const { AdministrativeOverride: _none, ...unknown } = describe(
      group,
      { id: Id, port: Port ?? group.port },
      notRegistered,
      undefined,
    );
    return [unknown];
  });
  return { TargetHealthDescriptions: asked };
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AnomalyDetection.html */
function detected(
  anomalies: readonly Anomaly[],
  { arn }: TargetGroupRecord,
  { id, port }: { id: string; port: number },
): AnomalyDetection {
  // A group has an entry for each load balancer that sends to it.
  const own = anomalies.filter(({ group, key }) => group === arn && key === `${id}:${port}`);
  return {
    Result: own.some(({ anomalous }) => anomalous) ? "anomalous" : "normal",
    MitigationInEffect: own.some(({ mitigated }) => mitigated) ? "yes" : "no",
  };
}

/** Of instances EC2 tells it. */
function shownZone({ targetType }: TargetGroupRecord, { zone }: TargetRecord): string | undefined {
  return targetType === "ip" || targetType === "lambda" ? zone : undefined;
}

function describe(
  group: TargetGroupRecord,
  { id, port }: { id: string; port: number },
  { state, reason, description }: TargetHealthRecord,
  availabilityZone: string | undefined,
): TargetHealthDescription {
  const { port: checkPort } = group.healthCheck;
  const isFunction = group.targetType === "lambda";
  return {
    Target: {
      Id: id,
      ...(!isFunction && { Port: port }),
      ...(availabilityZone !== undefined && { AvailabilityZone: availabilityZone }),
    },
    ...(!isFunction && {
      HealthCheckPort: checkPort === "traffic-port" ? String(port) : checkPort,
    }),
    TargetHealth: {
      State: reason === unchecked.reason ? "unavailable" : state,
      ...(reason !== undefined && { Reason: reason as never }),
      ...(description !== undefined && { Description: description }),
    },
    AdministrativeOverride: overrideOf(group, [], undefined),
  };
}
