import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "./testing/test-cloud.ts";
import { createSuccession } from "./succession.ts";

const question = ["sns", "ListTopics", {}] as const;

test("what was under way and needs a service that did not begin any more is to try again", async () => {
  const cloud = createTestCloud();
  await cloud.host.stop();
  await assert.rejects(cloud.clients.sns(cloud.caller).ListTopics({}), {
    code: "ServiceUnavailable",
    status: 503,
  });
  await cloud.stop();
});

test("services that do not end well are followed by others all the same", async () => {
  const clouds = [createTestCloud(), createTestCloud(), createTestCloud()];
  const [first, ...others] = clouds.map(({ host }) => host);
  let forgets = 0;
  const services = createSuccession(
    { ...first!, stop: () => Promise.reject(new Error("no end")) },
    {
      createHost: () => others.shift()!,
      async forget() {
        if (++forgets === 2) throw new Error("not forgotten");
      },
    },
  );
  const { caller } = clouds[0]!;
  const facts = {
    ...caller,
    requestId: "1",
    client: { signal: new AbortController().signal },
    baseUrl: "",
    sourceIp: "127.0.0.1",
    userAgent: "",
  };
  const ask = () => services.present.invoke(...question, facts);
  const [unended, unforgotten] = [services.reset(), services.reset()];
  const asked = ask();
  assert.deepEqual(services.present.sites(), []);
  await assert.rejects(unended, { message: "no end" });
  await assert.rejects(unforgotten, { message: "not forgotten" });
  assert.deepEqual(await asked, { Topics: [] });
  assert.equal(services.next, undefined);
  assert.deepEqual(await ask(), { Topics: [] });
  assert.equal(services.present, clouds[2]!.host);
  await services.stop();
  for (const cloud of clouds) await cloud.stop();
});
