import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { createPlane } from "./plane.ts";
import { createSharedPlane } from "./shared-plane.ts";
import { wall } from "./application/testing/stage.ts";

test("all share one plane, and all are told when it is lost", async () => {
  const shared = createSharedPlane();
  const told: string[] = [];
  shared.onLoss(() => told.push("one"));
  shared.onLoss(() => told.push("other"));
  let lose = () => {};
  let made = 0;
  const open = () =>
    shared.get((lost) => {
      made++;
      lose = lost;
      return createPlane({
        wall,
        random: createSeededRandom(1),
        onError: (error) => assert.fail(String(error)),
      });
    });
  assert.equal(shared.present, undefined);
  const first = open();
  assert.equal(open(), first);
  assert.equal(shared.present, first);
  lose();
  assert.deepEqual([shared.present, told], [undefined, ["one", "other"]]);
  assert.notEqual(open(), first);
  assert.equal(made, 2);
  await first.close();
  await shared.close();
  assert.equal(shared.present, undefined);
});
