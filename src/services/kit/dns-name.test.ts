import assert from "node:assert/strict";
import { test } from "node:test";
import { isSameDnsName } from "./dns-name.ts";

test("a name is the same however it is written", () => {
  const cases: [one: string, other: string, isSame: boolean][] = [
    ["WWW.example.com", "www.example.com.", true],
    ["*.example.com", "\\052.example.com.", true],
    ["0/25.2.0.192.in-addr.arpa", "0\\05725.2.0.192.in-addr.arpa.", true],
    ["A@b.example.com", "a\\100b.example.com.", true],
    ["a.b.example.com", "a\\056b.example.com.", false],
    ["a.example.com", "b.example.com", false],
    ["\\304.example.com", "\\344.example.com", false],
  ];
  for (const [one, other, isSame] of cases)
    assert.equal(isSameDnsName(one, other), isSame, `${one} ${other}`);
});
