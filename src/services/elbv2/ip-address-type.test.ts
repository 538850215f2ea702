import assert from "node:assert/strict";
import { test } from "node:test";
import { addressesOf } from "./ip-address-type.ts";
import type { LoadBalancerRecord } from "./records.ts";

test("names lead to where listeners are or will be, and to ::1 where that has their own ports", () => {
  const host = "127.64.0.1";
  const own = { host, port: 80 };
  const balancer = (
    ipAddressType: LoadBalancerRecord["ipAddressType"],
    scheme = "internet-facing",
  ) => ({ ipAddressType, scheme }) as LoadBalancerRecord;
  const at = (port: number, ipv6Port?: number) => ({
    port,
    bound: { ...own, ...(ipv6Port !== undefined && { ipv6: { host: "::1", port: ipv6Port } }) },
  });
  const dualstack = balancer("dualstack");
  const without = "dualstack-without-public-ipv4";
  assert.deepEqual(addressesOf(dualstack, host, []), [host]);
  assert.deepEqual(addressesOf(balancer(without), host, []), []);
  assert.deepEqual(addressesOf(balancer("ipv4"), host, [at(80)]), ["127.64.0.1"]);
  assert.deepEqual(addressesOf(dualstack, host, [at(80, 80)]), ["127.64.0.1", "::1"]);
  assert.deepEqual(addressesOf(dualstack, host, [at(80, 80), at(443, 40_001)]), ["127.64.0.1"]);
  assert.deepEqual(addressesOf(balancer(without), host, [at(80, 80)]), ["::1"]);
  assert.deepEqual(addressesOf(balancer(without, "internal"), host, [at(80, 80)]), [
    "127.64.0.1",
    "::1",
  ]);
});
