import assert from "node:assert/strict";
import { test } from "node:test";
import type { Distribution } from "../launch/launch-records.ts";
import {
  chooseOffer,
  misfit,
  onDemandTarget,
  poolKey,
  spotGoes,
  type Offer,
} from "./allocation.ts";

const distribution = (changes: Partial<Distribution> = {}): Distribution => ({
  onDemandStrategy: "prioritized",
  onDemandBase: 0,
  onDemandPercentAboveBase: 100,
  spotStrategy: "lowest-price",
  spotPools: 2,
  ...changes,
});

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html#instances-distribution
test("the user guide's table of instances distributions", () => {
  const table: [base: number, percent: number, onDemand: number[]][] = [
    [10, 50, [10, 15, 20, 25]],
    [0, 0, [0, 0, 0, 0]],
    [0, 60, [6, 12, 18, 24]],
    [0, 100, [10, 20, 30, 40]],
    [12, 0, [10, 12, 12, 12]],
  ];
  for (const [onDemandBase, onDemandPercentAboveBase, onDemand] of table) {
    const given = distribution({ onDemandBase, onDemandPercentAboveBase });
    assert.deepEqual(
      [10, 20, 30, 40].map((capacity) => onDemandTarget(capacity, given)),
      onDemand,
    );
  }
  assert.equal(onDemandTarget(3, distribution({ onDemandPercentAboveBase: 50 })), 2);
});

const zone = "us-east-1a";
const offer = (instanceType: string, weight: number, price: number, depth = 5): Offer => ({
  instanceType,
  weight,
  rank: 0,
  onDemandPrice: price * 2,
  onDemand: true,
  spot: new Map([[zone, { price, depth }]]),
});
const ranked = (...offers: Offer[]) => offers.map((one, rank) => ({ ...one, rank }));

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups-instance-weighting.html#weights-price-per-unit-hour
test("the user guide's prices per unit hour: the lowest of them decides, and pools take turns", () => {
  const offers = ranked(
    offer("c5.2xlarge", 2, 0.18),
    offer("c5.4xlarge", 4, 0.341),
    offer("c5.12xlarge", 12, 0.779),
    offer("c5.18xlarge", 18, 1.207),
    offer("c5.24xlarge", 24, 1.555),
  );
  const allocation = { distribution: distribution(), offers };
  const present: { zone: string; spot: boolean; instanceType: string }[] = [];
  for (let round = 0; round < 4; round++) {
    const chosen = chooseOffer(allocation, zone, true, present, new Set())!;
    present.push({ zone, spot: true, instanceType: chosen.instanceType });
  }
  assert.deepEqual(
    present.map(({ instanceType }) => instanceType),
    ["c5.24xlarge", "c5.12xlarge", "c5.24xlarge", "c5.12xlarge"],
  );
  const third = new Set([poolKey(zone, "c5.24xlarge", true)]);
  assert.equal(
    chooseOffer(allocation, zone, true, present, third)!.instanceType,
    "c5.18xlarge",
    "the next cheapest pool stands in for one without capacity",
  );
});

test("each strategy takes its pool", () => {
  const offers = ranked(
    offer("cheap", 1, 0.1, 2),
    offer("preferred", 1, 0.4, 9),
    offer("deep", 1, 0.3, 10),
    offer("shallow", 1, 0.2, 5),
  );
  const chosen = (changes: Partial<Distribution>, spot = true) =>
    chooseOffer({ distribution: distribution(changes), offers }, zone, spot, [], new Set())!
      .instanceType;
  assert.equal(chosen({ spotStrategy: "lowest-price" }), "cheap");
  assert.equal(chosen({ spotStrategy: "capacity-optimized" }), "deep");
  assert.equal(chosen({ spotStrategy: "capacity-optimized-prioritized" }), "preferred");
  assert.equal(chosen({ spotStrategy: "price-capacity-optimized" }), "deep");
  assert.equal(chosen({ onDemandStrategy: "prioritized" }, false), "cheap");
  const backwards = ranked(offers[1]!, offers[0]!);
  const cheapest = {
    distribution: distribution({ onDemandStrategy: "lowest-price" }),
    offers: backwards,
  };
  assert.equal(chooseOffer(cheapest, zone, false, [], new Set())!.instanceType, "cheap");
});

test("what an allocation strategy would not take any more goes first", () => {
  const offers = ranked(
    offer("c5.large", 1, 0.1),
    offer("c4.large", 1, 0.2),
    offer("c3.large", 1, 0.3),
  );
  const allocation = { distribution: distribution({ spotPools: 1 }), offers };
  const of = (instanceType: string, spot: boolean) =>
    misfit(allocation, { zone, spot, instanceType });
  assert.deepEqual(
    ["c5.large", "c4.large", "c3.large", "m1.small"].map((type) => of(type, false)),
    [0, 1, 2, 3],
  );
  assert.ok(of("c5.large", true) < of("c4.large", true));
  assert.ok(of("c4.large", true) < of("c3.large", true));
});

test("scale-in takes the purchase option that has more than its share", () => {
  const given = {
    distribution: distribution({ onDemandBase: 2, onDemandPercentAboveBase: 50 }),
    offers: [],
  };
  const members = (onDemand: number, spot: number) => [
    ...Array.from({ length: onDemand }, () => ({ zone, spot: false })),
    ...Array.from({ length: spot }, () => ({ zone, spot: true })),
  ];
  // Of ten, six belong on demand; of eight, five.
  assert.equal(spotGoes(given, members(6, 4), 8), false);
  assert.equal(spotGoes(given, members(5, 4), 8), true);
  assert.equal(spotGoes(given, members(3, 0), 2), false);
});
