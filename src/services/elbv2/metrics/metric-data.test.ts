import assert from "node:assert/strict";
import { test } from "node:test";
import { Counted, Counters } from "#traffic/application/counters.ts";
import { metricData, type BalancerSituation, type GroupSituation } from "./metric-data.ts";

const zone = "us-east-1a";
const group: GroupSituation = {
  fullName: "targetgroup/app/1",
  arn: "tg",
  targets: [{ id: "i-1", zone, healthy: true }],
};
const empty: BalancerSituation = { fullName: "app/web/1", groups: [group], report: undefined };

/** "Name LB,TG,AZ" (what there is of these) and what was put. */
function put(situation: Partial<BalancerSituation>): Map<string, unknown> {
  const short: Record<string, string> = {
    LoadBalancer: "LB",
    TargetGroup: "TG",
    AvailabilityZone: "AZ",
  };
  return new Map(
    metricData({ ...empty, ...situation }, 0).map((datum) => {
      const names = datum.Dimensions!.map(({ Name }) => short[Name!]!);
      const key = `${datum.MetricName} ${names.toSorted((a, b) => (a > b ? -1 : 1)).join()}`;
      return [key, datum.Value ?? datum.Values];
    }),
  );
}

function report(count: (counters: Counters) => void) {
  const counters = new Counters();
  count(counters);
  return { ...counters.take("lb"), peakUnits: 7, busyPercentage: 12 };
}

test("a load balancer without traffic tells its targets, and zeros of what is always reported", () => {
  const metrics = put({});
  assert.equal(metrics.get("RequestCount LB"), 0);
  assert.equal(metrics.get("ConsumedLCUs LB"), 0);
  assert.equal(metrics.get("ForwardedInvalidHeaderRequestCount LB"), 0);
  assert.equal(metrics.get("HealthyHostCount TG,LB,AZ"), 1);
  assert.equal(metrics.get("AnomalousHostCount TG,LB"), 0);
  assert.equal(metrics.get("HTTPCode_Target_5XX_Count LB,AZ"), 0);
  assert.equal(metrics.get("RequestCountPerTarget TG,AZ"), 0);
  for (const name of ["ProcessedBytes LB", "PeakLCUs LB", "NonStickyRequestCount LB"])
    assert.ok(!metrics.has(name), name);
});

test("requests count for whom a target was chosen, and are divided by healthy targets or, without any, by all", () => {
  const counted = report((counters) => {
    const node = counters.node(zone);
    node.requests = 10;
    node.routedRequests = 6;
    counters.target("tg", zone).requests = 6;
  });
  const targets = [true, true, false].map((healthy, index) => ({
    id: `i-${index}`,
    zone,
    healthy,
  }));
  const metrics = put({ report: counted, groups: [{ ...group, targets }] });
  assert.equal(metrics.get("RequestCount LB"), 6);
  assert.equal(metrics.get("RequestCount TG,LB,AZ"), 6);
  assert.equal(metrics.get("RequestCountPerTarget TG"), 3);
  const ill = targets.map((target) => ({ ...target, healthy: false }));
  assert.equal(
    put({ report: counted, groups: [{ ...group, targets: ill }] }).get("RequestCountPerTarget TG"),
    2,
  );
});

test("functions have metrics of their own, and no zone", () => {
  const metrics = put({
    groups: [
      {
        ...group,
        isFunction: true,
        targets: [{ id: "f", zone: "all", healthy: true }],
        dns: { count: 1, percentage: 0 },
      },
    ],
    report: report((counters) => {
      Object.assign(counters.node(zone), { processedBytes: 500, functionBytes: 200 });
      const counted: Counted = counters.target("tg", "all");
      Object.assign(counted, { requests: 3, functionUserErrors: 2, functionInternalErrors: 1 });
    }),
  });
  assert.equal(metrics.get("LambdaUserError TG"), 2);
  assert.equal(metrics.get("LambdaUserError TG,LB"), 2);
  assert.equal(metrics.get("LambdaInternalError TG,LB"), 1);
  assert.equal(metrics.get("LambdaTargetProcessedBytes LB"), 200);
  assert.equal(metrics.get("StandardProcessedBytes LB"), 300);
  assert.equal(metrics.get("RequestCount TG,LB"), 3);
  assert.ok(!metrics.has("RequestCountPerTarget TG"));
  assert.equal(metrics.get("HealthyStateDNS TG,LB"), 1);
  assert.ok(![...metrics.keys()].some((key) => /^Healthy(?:HostCount|StateDNS) .*AZ/.test(key)));
});

test("what asks providers, cookies and gRPC is reported with AWS's dimensions", () => {
  const metrics = put({
    groups: [{ ...group, stickiness: "app_cookie" }],
    report: report((counters) => {
      Object.assign(counters.node(zone), {
        authRefreshes: 1,
        authClaimsTooLong: 2,
        authLatencies: { 12: 1, 30: 2 },
        nonStickyRequests: 4,
        nonStickyByAppCookie: 3,
        ruleEvaluations: 5,
        redirects: 1,
        answers: { 302: 2, 401: 3, 561: 1 },
      });
      counters.target("tg", zone).grpcRequests = 6;
    }),
  });
  assert.equal(metrics.get("ELBAuthRefreshTokenSuccess LB,AZ"), 1);
  assert.equal(metrics.get("ELBAuthUserClaimsSizeExceeded LB"), 2);
  assert.deepEqual(metrics.get("ELBAuthLatency LB"), [12, 30]);
  assert.equal(metrics.get("NonStickyRequestCount LB"), 4);
  assert.equal(metrics.get("AppCookieNonStickinessCount LB,AZ"), 3);
  assert.equal(metrics.get("RuleEvaluations LB"), 5);
  assert.ok(!metrics.has("RuleEvaluations LB,AZ"));
  assert.equal(metrics.get("HTTPCode_ELB_3XX_Count LB"), 3);
  assert.equal(metrics.get("HTTPCode_ELB_4XX_Count LB"), 3);
  assert.equal(metrics.get("HTTPCode_ELB_5XX_Count LB"), 1);
  for (const dimensions of ["TG", "TG,AZ", "TG,LB", "TG,LB,AZ"])
    assert.equal(metrics.get(`GrpcRequestCount ${dimensions}`), 6);
});

test("reserved capacity is billed by the minute, and told beside the peak and what is in use", () => {
  const metrics = put({ report: report(() => undefined), reservedUnits: 600 });
  assert.equal(metrics.get("ReservedLCUs LB"), 10);
  assert.equal(metrics.get("PeakLCUs LB"), 7);
  assert.equal(metrics.get("CapacityUtilization LB"), 12);
});
