import assert from "node:assert/strict";
import { test } from "node:test";
import { contains, formatCidr, isIpv6Cidr, overlap, parseCidr } from "./cidr.ts";

test("a block is read in its canonical form", () => {
  assert.equal(formatCidr(parseCidr("10.1.2.3/16")!), "10.1.0.0/16");
  assert.equal(formatCidr(parseCidr("0.0.0.0/0")!), "0.0.0.0/0");
  assert.equal(formatCidr(parseCidr("255.255.255.255/32")!), "255.255.255.255/32");
});

for (const text of [
  "10.0.0.0",
  "10.0.0.0/33",
  "10.0.0/8",
  "256.0.0.0/8",
  "a/8",
  "10.0.0.0/8/9",
  "",
])
  test(`"${text}" is no block`, () => assert.equal(parseCidr(text), undefined));

test("blocks overlap when one contains the other", () => {
  const [wide, narrow, other] = ["10.0.0.0/8", "10.255.0.0/16", "11.0.0.0/8"].map((text) =>
    parseCidr(text)!,
  );
  assert.ok(contains(wide!, narrow!) && !contains(narrow!, wide!));
  assert.ok(overlap(narrow!, wide!) && !overlap(wide!, other!));
});

test("an IPv6 block is told from nonsense", () => {
  assert.ok(isIpv6Cidr("::/0") && isIpv6Cidr("2001:db8::/32"));
  assert.ok(!isIpv6Cidr("10.0.0.0/8") && !isIpv6Cidr("::/129"));
});
