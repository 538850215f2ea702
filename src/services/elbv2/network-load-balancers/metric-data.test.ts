import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkCounters } from "#traffic/network/counters.ts";
import { networkMetricData, type NetworkSituation } from "./metric-data.ts";

const zone = "us-east-1a";
const situation: NetworkSituation = {
  fullName: "net/edge/1",
  datagramsOnly: false,
  zones: [
    { zone, healthy: true },
    { zone: "us-east-1b", healthy: false },
  ],
  groups: [
    {
      fullName: "targetgroup/app/1",
      arn: "tg",
      targets: [{ id: "i-1", zone, healthy: true }],
    },
  ],
  report: undefined,
};

/** Values by name and dimensions. */
function put(changes: Partial<NetworkSituation>): Map<string, number[]> {
  const metrics = new Map<string, number[]>();
  for (const datum of networkMetricData({ ...situation, ...changes }, 0, 60_000)) {
    const dimensions = datum.Dimensions!.map(({ Name }) => Name!.replace(/[a-z]/g, ""));
    const key = `${datum.MetricName} ${dimensions.toSorted().join()}`;
    metrics.set(key, [...(metrics.get(key) ?? []), datum.Value!]);
  }
  return metrics;
}

test("zeros are reported of what AWS always reports", () => {
  const metrics = put({});
  for (const name of ["ActiveFlowCount", "RejectedFlowCount", "PortAllocationErrorCount"])
    assert.deepEqual(metrics.get(`${name} LB`), [0], name);
  assert.deepEqual(metrics.get("NewFlowCount TG"), [0]);
  assert.deepEqual(metrics.get("ZonalHealthStatus LB"), [1, 0]);
  assert.deepEqual(metrics.get("HealthyHostCount LB,TG"), [1]);
  assert.ok(!metrics.has("ProcessedPackets LB"));
  assert.ok(!metrics.has("ReservedLCUs LB"));
});

test("flows are told by protocol, of the load balancer and of target groups", () => {
  const counters = new NetworkCounters();
  Object.assign(counters.node(zone, "TCP"), { newFlows: 3, activeFlows: 2, portErrors: 1 });
  Object.assign(counters.node(zone, "TLS"), { newFlows: 1, unhealthyRoutedFlows: 1 });
  counters.node(zone, "TLS").clientTlsErrors = 4;
  Object.assign(counters.group("tg", zone, "TCP"), { newFlows: 3, activeFlows: 2 });
  Object.assign(counters.group("tg", zone, "TLS"), { newFlows: 1 });
  const metrics = put({ report: counters.take("lb"), reservedUnits: 5500 });
  assert.deepEqual(metrics.get("NewFlowCount LB"), [4]);
  assert.deepEqual(metrics.get("ActiveFlowCount_TCP TG"), [2]);
  assert.deepEqual(metrics.get("NewFlowCount_TLS TG"), [1]);
  assert.ok(!metrics.has("ActiveFlowCount_TLS TG"));
  assert.deepEqual(metrics.get("PortAllocationErrorCount AZ,LB"), [1, 0]);
  assert.deepEqual(metrics.get("ClientTLSNegotiationErrorCount LB"), [4]);
  assert.ok(!metrics.has("ClientTLSNegotiationErrorCount AZ,LB"));
  assert.ok(!metrics.has("UnhealthyRoutingFlowCount LB"));
  assert.deepEqual(metrics.get("ReservedLCUs LB"), [5500]);
  // Flows that go on are told again.
  const later = put({ report: counters.take("lb") });
  assert.deepEqual(later.get("ActiveFlowCount TG"), [2]);
  assert.deepEqual(later.get("NewFlowCount TG"), [0]);
});

test("load balancers behind this one are no hosts", () => {
  const groups = [{ ...situation.groups[0]!, isBalancer: true }];
  assert.ok(!put({ groups }).has("HealthyHostCount LB,TG"));
});
