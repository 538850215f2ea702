import assert from "node:assert/strict";
import { test } from "node:test";
import { erlangC, latencyMs } from "./queueing.ts";

test("Erlang C gives the textbook's values", () => {
  assert.equal(erlangC(1, 0.5), 0.5);
  assert.ok(Math.abs(erlangC(2, 1) - 1 / 3) < 1e-12);
  // 10 servers, 8 erlangs: 0.4092 (tables of the Erlang C formula).
  assert.ok(Math.abs(erlangC(10, 8) - 0.4092) < 1e-4);
  assert.equal(erlangC(2, 3), 1);
});

test("latency is the service time when idle and rises towards saturation", () => {
  const model = { requestsPerSecondPerCpu: 100, longestQueue: 1000 };
  const at = (arrivals: number) => latencyMs(model, { arrivals, cpus: 2, waiting: 0 });
  assert.equal(at(0), 10);
  // M/M/1: service / (1 - utilisation).
  assert.ok(Math.abs(latencyMs(model, { arrivals: 50, cpus: 1, waiting: 0 }) - 20) < 1e-9);
  assert.ok(at(100) < at(180) && at(180) < at(199));
});
