import type { HealthCheckObservation } from "@aws-sdk/client-route-53";
import { dateOf } from "#runtime/date.ts";
import type { Operations } from "#services/kit/service.ts";
import {
  healthStatuses,
  ofAccount,
  type FailureReport,
  type HealthStatusRecord,
} from "../records.ts";
import type { State } from "../state.ts";
import { checker } from "../geo/checkers.ts";
import { findCheck } from "./health-checks.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html and its neighbour */
export const healthStatusOperations: Operations<"route53", State> = {
  async GetHealthCheckStatus({ HealthCheckId }, context) {
    const scope = ofAccount(context);
    const { check, status } = await context.store.transaction(async (tx) => {
      const check = await findCheck(tx, scope, HealthCheckId);
      return { check, status: await healthStatuses.get(tx, scope, check.id) };
    });
    const owner = check.linkedService?.ServicePrincipal;
    // Whose instances it judges is told what was decided, not what one checker saw last.
    if (owner !== undefined && context.principal.arn === owner)
      return { HealthCheckObservations: observed(status && decided(status)) };
    return { HealthCheckObservations: observed(context.state.observations.get(check.id)) };
  },
  async GetHealthCheckLastFailureReason({ HealthCheckId }, context) {
    const scope = ofAccount(context);
    const { id, status } = await context.store.transaction(async (tx) => {
      const check = await findCheck(tx, scope, HealthCheckId);
      return { id: check.id, status: await healthStatuses.get(tx, scope, check.id) };
    });
    const seen = context.state.observations.get(id)?.lastFailure ?? status?.lastFailure;
    return { HealthCheckObservations: observed(seen) };
  },
};

function decided({ healthy, sinceMs }: HealthStatusRecord): FailureReport {
  return { report: healthy ? "Success" : "Failure", checkedMs: sinceMs };
}

/** Empty until the first check has run. */
function observed(seen: FailureReport | undefined): HealthCheckObservation[] {
  if (!seen) return [];
  return [
    { ...checker, StatusReport: { Status: seen.report, CheckedTime: dateOf(seen.checkedMs) } },
  ];
}
