import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { changes, changeTimes, ofAccount } from "./records.ts";

test("changes can be asked after for thirty days, and then leave nothing behind", async () => {
  const cloud = createTestCloud();
  const route53 = cloud.clients.route53(cloud.caller);
  const { HostedZone, ChangeInfo } = await route53.CreateHostedZone({
    Name: "example.com",
    CallerReference: "1",
  });
  const HostedZoneId = HostedZone!.Id!.replace("/hostedzone/", "");
  const change = (value: number) =>
    route53.ChangeResourceRecordSets({
      HostedZoneId,
      ChangeBatch: {
        Changes: [
          {
            Action: "UPSERT",
            ResourceRecordSet: {
              Name: "www.example.com",
              Type: "A",
              TTL: 60,
              ResourceRecords: [{ Value: `192.0.2.${value}` }],
            },
          },
        ],
      },
    });
  for (let value = 1; value <= 230; value++) await change(value);
  await cloud.advance("29d");
  const late = await change(1);
  assert.equal((await route53.GetChange({ Id: ChangeInfo!.Id })).ChangeInfo!.Status, "INSYNC");
  await cloud.advance("1d");
  await assert.rejects(route53.GetChange({ Id: ChangeInfo!.Id }), { code: "NoSuchChange" });
  assert.ok(await route53.GetChange({ Id: late.ChangeInfo!.Id }));
  const left = () =>
    cloud.store.transaction(async (tx) => [
      (await changes.list(tx, ofAccount(cloud.caller))).length,
      (await changeTimes.list(tx, ofAccount(cloud.caller))).length,
    ]);
  assert.deepEqual(await left(), [1, 1]);
  await cloud.advance("29d");
  assert.deepEqual(await left(), [0, 0]);
  await cloud.stop();
});
