import assert from "node:assert/strict";
import { test } from "node:test";
import { startCloud } from "#cloud/cloud.ts";
import { explain } from "./trust.ts";

test("the root certificate is served, the same each time, and trust tells how to install it", async () => {
  const cloud = await startCloud({ logLevel: "silent" });
  const first = await fetch(`${cloud.endpoint}/_fogbank/ca.pem`);
  const pem = await first.text();
  assert.equal(await (await fetch(`${cloud.endpoint}/_fogbank/ca.pem`)).text(), pem);
  assert.equal(first.headers.get("x-fogbank-path"), null);
  await cloud.stop();
  const text = explain("http://127.0.0.1:4566", pem, "/home/me/my data/ca/root.pem");
  assert.match(text, /curl --cacert '\/home\/me\/my data\/ca\/root.pem'/);
  assert.match(text, /update-ca-certificates/);
  assert.match(explain("http://127.0.0.1:4566", pem, undefined), /curl -o fogbank-root.pem/);
});
