import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { createSeededRandom } from "#runtime/random.ts";
import { createWall } from "#runtime/wall.ts";
import { createLog } from "#runtime/log.ts";
import type { Environment } from "#services/kit/service.ts";
import { createDnsEngine } from "../dataplane/engine.ts";
import type { DnsPlane, DnsQuestion, ZoneChange, ZoneConfig } from "../dataplane/config.ts";
import { ofAccount } from "../records.ts";
import { createState } from "../state.ts";
import { zoneReconciler } from "./zone.ts";

/** A second reconciler beside a cloud's own, whose server says what it is told. */
function listenIn(cloud: ReturnType<typeof createTestCloud>) {
  const { clock, store } = cloud;
  const onError = (error: unknown) => {
    throw error;
  };
  const random = createSeededRandom(1);
  const engine = createDnsEngine({ random, wall: createWall(onError), onError });
  const told: (ZoneConfig | ZoneChange | string)[] = [];
  let isBroken = false;
  const plane: DnsPlane = {
    ...engine,
    async setZone(zone) {
      told.push(zone);
      await engine.setZone(zone);
    },
    async changeZone(change) {
      if (isBroken) throw new Error("the DNS server has ended");
      told.push(change);
      await engine.changeZone(change);
    },
    async removeZone(id) {
      told.push(id);
      await engine.removeZone(id);
    },
  };
  const env = { clock, store, random, log: createLog({ level: "silent" }) } as Environment;
  const state = { ...createState(env), plane: () => plane };
  const reconciler = zoneReconciler(env, state);
  const woken = new Set<string>();
  reconciler.subscribe!((_scope, [id]) => woken.add(String(id)));
  return {
    told,
    ask: (question: DnsQuestion) => engine.ask(question),
    break: (broken: boolean) => (isBroken = broken),
    /** True when the zone's records have changed since. */
    isWoken: (id: string) => woken.delete(id),
    reconcile: (id: string) => reconciler.reconcile(ofAccount(cloud.caller), [id]),
    end: () => state.endings.forEach((end) => void end()),
  };
}

test("the DNS server is told of the names that change, not of the zone again", async () => {
  const cloud = createTestCloud();
  const route53 = cloud.clients.route53(cloud.caller);
  const { HostedZone } = await route53.CreateHostedZone({
    Name: "example.com",
    CallerReference: "1",
  });
  const id = HostedZone!.Id!.replace("/hostedzone/", "");
  const change = (Action: "UPSERT" | "DELETE", Name: string) =>
    route53.ChangeResourceRecordSets({
      HostedZoneId: id,
      ChangeBatch: {
        Changes: [
          {
            Action,
            ResourceRecordSet: {
              Name,
              Type: "A",
              TTL: 60,
              ResourceRecords: [{ Value: "192.0.2.1" }],
            },
          },
        ],
      },
    });
  const other = listenIn(cloud);
  const codeOf = async (name: string) => {
    const question = { name, type: "A", clientAddress: "127.0.0.1" };
    return (await other.ask(question)).responseCode;
  };
  await change("UPSERT", "www.example.com");
  assert.ok(other.isWoken(id));
  await other.reconcile(id);
  assert.equal((other.told[0] as ZoneConfig).sets.length, 3);

  await change("UPSERT", "a.b.example.com");
  await change("DELETE", "www.example.com");
  assert.ok(other.isWoken(id));
  await other.reconcile(id);
  assert.deepEqual(
    (other.told[1] as ZoneChange).names.map(({ name, sets }) => [name, sets.length]),
    [
      ["a.b.example.com.", 1],
      ["www.example.com.", 0],
    ],
  );
  assert.equal(await codeOf("www.example.com."), "NXDOMAIN");
  assert.equal(await codeOf("b.example.com."), "NOERROR");

  // What did not arrive makes the next one whole.
  other.break(true);
  await change("UPSERT", "lost.example.com");
  await assert.rejects(async () => other.reconcile(id), { message: "the DNS server has ended" });
  other.break(false);
  await other.reconcile(id);
  assert.equal((other.told[2] as ZoneConfig).sets.length, 4);
  await other.reconcile(id);
  assert.equal(other.told.length, 3, "nothing changed");

  await change("DELETE", "lost.example.com");
  await change("DELETE", "a.b.example.com");
  await route53.DeleteHostedZone({ Id: id });
  await other.reconcile(id);
  assert.deepEqual(other.told[3], id);
  assert.equal(await codeOf("www.example.com."), "REFUSED");
  other.end();
  await cloud.stop();
});
