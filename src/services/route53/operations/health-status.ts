import type { HealthCheckObservation } from "@aws-sdk/client-route-53";
import { dateOf } from "#runtime/date.ts";
import type { Operations } from "#services/kit/service.ts";
import { ofAccount } from "../records.ts";
import type { State } from "../state.ts";
import { findCheck } from "./health-checks.ts";

/** The one checker: this machine, in the region from which Route 53's API is served. */
const checker = { Region: "us-east-1", IPAddress: "127.0.0.1" } as const;

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html and its neighbour */
export const healthStatusOperations: Operations<"route53", State> = {
  async GetHealthCheckStatus({ HealthCheckId }, context) {
    const { id } = await context.store.transaction((tx) =>
      findCheck(tx, ofAccount(context), HealthCheckId),
    );
    return { HealthCheckObservations: observed(context.state.observations.get(id)) };
  },
  async GetHealthCheckLastFailureReason({ HealthCheckId }, context) {
    const { id } = await context.store.transaction((tx) =>
      findCheck(tx, ofAccount(context), HealthCheckId),
    );
    return { HealthCheckObservations: observed(context.state.observations.get(id)?.lastFailure) };
  },
};

/** Empty until the first check has run. */
function observed(
  seen: { report: string; checkedMs: number } | undefined,
): HealthCheckObservation[] {
  if (!seen) return [];
  return [
    { ...checker, StatusReport: { Status: seen.report, CheckedTime: dateOf(seen.checkedMs) } },
  ];
}
