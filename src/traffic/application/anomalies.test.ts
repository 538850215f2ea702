import assert from "node:assert/strict";
import { test } from "node:test";
import { AnomalyWatch, Outcomes } from "./anomalies.ts";
import { createStage, target } from "./testing/stage.ts";

function serve(outcomes: Outcomes, requests: number, failures: number): void {
  for (let index = 0; index < requests; index++) outcomes.record(index < failures);
}

test("a target that fails more than the others stands out and gets less, until it is well again", () => {
  const [good, fine, bad] = [new Outcomes(), new Outcomes(), new Outcomes()] as const;
  const all = [good, fine, bad];
  const watch = new AnomalyWatch(0);
  for (const one of all) serve(one, 100, one === bad ? 50 : 1);
  watch.judge(() => all, true, 4999);
  assert.equal(bad.anomalous, false, "the period has not ended");
  watch.judge(() => all, true, 5000);
  assert.deepEqual(
    all.map(({ anomalous, weight }) => [anomalous, weight]),
    [
      [false, 1],
      [false, 1],
      [true, 1 / 16],
    ],
  );
  const weights: number[] = [];
  for (let turn = 1; turn <= 12; turn++) {
    for (const one of all) serve(one, 100 * one.weight, 0);
    watch.judge(() => all, true, 5000 + turn * 5000);
    weights.push(bad.weight);
  }
  assert.deepEqual(weights.slice(-4), [1, 1, 1, 1]);
  assert.ok(weights.includes(1 / 4), "it comes back gradually");
  assert.equal(bad.anomalous, false);
});

test("failures that all targets share, few requests and small groups are no anomaly", () => {
  const judged = (rates: [requests: number, failures: number][], mitigates = true) => {
    const all = rates.map(([requests, failures]) => {
      const outcomes = new Outcomes();
      serve(outcomes, requests, failures);
      return outcomes;
    });
    new AnomalyWatch(0).judge(() => all, mitigates, 5000);
    return all.map(({ anomalous, weight }) => `${anomalous} ${weight}`);
  };
  const well = ["false 1", "false 1", "false 1"];
  assert.deepEqual(
    judged([
      [100, 40],
      [100, 50],
      [100, 60],
    ]),
    well,
  );
  assert.deepEqual(
    judged([
      [100, 0],
      [100, 0],
      [5, 5],
    ]),
    well,
  );
  assert.deepEqual(
    judged([
      [100, 0],
      [100, 100],
    ]),
    ["false 1", "false 1"],
  );
  assert.deepEqual(
    judged(
      [
        [100, 0],
        [100, 0],
        [100, 90],
      ],
      false,
    ),
    ["false 1", "false 1", "true 1"],
  );
});

test("the balancer tells which targets are anomalous", async (context) => {
  const stage = createStage(context);
  const good = await stage.backend(() => ({ status: 200, headers: {}, body: "" }));
  const bad = await stage.backend(() => ({ status: 500, headers: {}, body: "" }));
  const targets = [target(good), target(good, { key: "second" }), target(bad, { key: "bad" })];
  await stage.forwardTo(targets, { algorithm: "weighted_random", anomalyMitigation: true });
  for (let turn = 0; turn < 120; turn++) await stage.get("/");
  assert.deepEqual(await stage.plane.anomalies(), [], "no period has ended");
});
