import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeOf } from "./node-of.ts";

test("clients that connect from even ports come to the nodes of all zones, to each about as often", () => {
  for (const count of [1, 2, 3, 6]) {
    const zones = Array.from({ length: count }, (_none, index) => `zone-${index}`);
    const seen = new Map<string, number>();
    for (let port = 40_000; port < 52_000; port += 2) {
      const zone = nodeOf(zones, port);
      seen.set(zone, (seen.get(zone) ?? 0) + 1);
    }
    assert.equal(seen.size, count);
    for (const times of seen.values()) assert.ok(Math.abs(times - 6000 / count) < 100 / count);
  }
});

test("without a zone there is no node", () => {
  assert.equal(nodeOf([], 40_000), "");
});
