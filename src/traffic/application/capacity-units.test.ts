import assert from "node:assert/strict";
import { test } from "node:test";
import { capacityUnits, PeakUnits, type Load } from "./capacity-units.ts";

const idle: Load = {
  requests: 0,
  newConnections: 0,
  activeConnections: 0,
  processedBytes: 0,
  functionBytes: 0,
  ruleEvaluations: 0,
};

test("the dimension that is used most decides", () => {
  const cases: [Partial<Load>, number][] = [
    [{}, 0],
    [{ newConnections: 3000 }, 2],
    [{ activeConnections: 9000 }, 3],
    [{ processedBytes: 1e9 }, 60],
    [{ processedBytes: 1e9, functionBytes: 1e9 }, 150],
    [{ requests: 10, ruleEvaluations: 60_100 }, 1],
    [{ newConnections: 1500, activeConnections: 9000 }, 3],
  ];
  for (const [load, units] of cases)
    assert.equal(capacityUnits({ ...idle, ...load }, 60), units, JSON.stringify(load));
});

test("the peak is that of the busiest ten seconds, whatever is reported between", () => {
  const load = { ...idle };
  const peak = new PeakUnits(() => ({ ...load }), 0);
  load.newConnections = 250;
  peak.look(5000);
  peak.look(10_000);
  load.newConnections = 1250;
  peak.look(20_000);
  load.newConnections = 1300;
  assert.equal(peak.take(22_000), 4);
  load.newConnections = 100;
  assert.equal(peak.take(32_000), 0.4);
});
