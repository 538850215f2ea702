/** Breaks a fleet by seed, then stops and demands that it is as it should be. One seed is one story. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startStory } from "./faults/story.ts";

/** "1-20", or another range to look for rarer stories, or one seed to see it again. */
const [first = 1, last = first] = (process.env["FOGBANK_SEEDS"] ?? "1-20").split("-").map(Number);
const troubles = 30;

for (let seed = first; seed <= last; seed++)
  test(`the fleet is whole again after the troubles of seed ${seed}`, async (t) => {
    const story = await startStory(seed);
    t.after(() => story.end());
    for (let count = 0; count < troubles; count++) await story.trouble();
    await story.calm("15m");
    const settled = await story.mustBeWhole();
    await story.calm("10m");
    assert.deepEqual(await story.mustBeWhole(), settled, "without trouble nobody is replaced");
    await story.mustGo();
  });
