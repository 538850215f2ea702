import type { NodeCounts } from "#traffic/application/config.ts";

/**
 * Load balancer capacity units of one minute: the largest of the four dimensions.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html and
 * https://aws.amazon.com/elasticloadbalancing/pricing/: a unit is 25 new connections a second, 3,000 active
 * ones a minute, 1 GB an hour, or 1,000 rule evaluations a second beyond ten for each request.
 */
export function consumedUnits({
  newConnections,
  activeConnections,
  processedBytes,
  ruleEvaluations,
  requests,
}: Pick<
  NodeCounts,
  "newConnections" | "activeConnections" | "processedBytes" | "ruleEvaluations" | "requests"
>): number {
  const paidEvaluations = Math.max(0, ruleEvaluations - 10 * requests);
  return Math.max(
    newConnections / 60 / 25,
    activeConnections / 3000,
    (processedBytes * 60) / 1e9,
    paidEvaluations / 60 / 1000,
  );
}
