import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "#store/memory.ts";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { createFakeWorld } from "../testing/fake-type.ts";
import { mortalStore } from "../testing/mortal-store.ts";
import { thingsTemplate } from "../testing/stacks.ts";

const first = thingsTemplate({
  A: { Fixed: "1", ReadyAfter: 1 },
  B: { Value: { Ref: "A" } },
  C: {},
  D: { Value: { "Fn::GetAtt": "B.Arn" }, Name: "mine" },
});
const second = thingsTemplate({
  A: { Fixed: "2", ReadyAfter: 1 },
  B: { Value: { Ref: "A" } },
  D: { Value: { "Fn::GetAtt": "B.Arn" }, Name: "mine" },
  E: { Value: { Ref: "A" } },
});
const failing = thingsTemplate({
  A: { Fixed: "2" },
  B: { Value: { Ref: "A" }, Fail: "update" },
  C: {},
  D: { Value: { "Fn::GetAtt": "B.Arn" }, Name: "mine" },
  E: {},
});

interface Case {
  name: string;
  /** Deployed before the process that dies starts. */
  before?: string;
  body?: string;
  status: string;
  things: number;
}

const cases: Case[] = [
  { name: "a create", body: first, status: "CREATE_COMPLETE", things: 4 },
  { name: "an update", before: first, body: second, status: "UPDATE_COMPLETE", things: 4 },
  {
    name: "a rollback",
    before: first,
    body: failing,
    status: "UPDATE_ROLLBACK_COMPLETE",
    things: 4,
  },
  { name: "a delete", before: first, status: "DELETE_COMPLETE", things: 0 },
];

for (const { name, before, body, status, things } of cases)
  test(`${name} that is killed at any moment is carried on, and makes nothing twice`, async () => {
    let survived = false;
    for (let transactions = 1; transactions < 200; transactions++) {
      if (survived) break;
      const world = createFakeWorld();
      const store = createMemoryStore();
      const living = (seed: number) =>
        createTestCloud({
          registry: world.registry,
          seed,
          store: { ...store, close: async () => {} },
        });
      if (before !== undefined) {
        const cloud = living(1);
        await cloud.clients
          .cloudformation(cloud.caller)
          .CreateStack({ StackName: "s", TemplateBody: before });
        await cloud.advance("30s");
        await cloud.stop();
      }
      const { mortal, death } = mortalStore(store, transactions);
      const doomed = createTestCloud({ registry: world.registry, store: mortal, seed: 2 });
      const client = doomed.clients.cloudformation(doomed.caller);
      const call = async () => {
        if (body === undefined) await client.DeleteStack({ StackName: "s" });
        else if (before === undefined)
          await client.CreateStack({ StackName: "s", TemplateBody: body });
        else await client.UpdateStack({ StackName: "s", TemplateBody: body });
        await doomed.advance("60s");
        survived = true;
      };
      await Promise.race([call(), death]);
      doomed.clock.stop();
      const cloud = living(3);
      await cloud.host.start();
      await cloud.advance("60s");
      const { StackSummaries = [] } = await cloud.clients
        .cloudformation(cloud.caller)
        .ListStacks({});
      const [stack] = StackSummaries;
      const begun = stack?.StackStatus !== "CREATE_COMPLETE" || before === undefined;
      if (stack && begun) {
        assert.equal(stack.StackStatus, status, `killed after ${transactions} transactions`);
        assert.deepEqual(
          world.things.size,
          things,
          `killed after ${transactions} transactions: ${[...world.things.keys()].join(" ")}`,
        );
      }
      await cloud.stop();
    }
    assert.ok(survived);
  });
