import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPolicy } from "./policy.ts";

const policyOf = (conditions: unknown, expiration = "2026-01-05T13:00:00Z") =>
  Buffer.from(JSON.stringify({ expiration, conditions })).toString("base64");
const nowMs = Date.UTC(2026, 0, 5, 12);
const check = (conditions: unknown, fields: Record<string, string>, expiration?: string) =>
  checkPolicy(policyOf(conditions, expiration), new Map(Object.entries(fields)), nowMs);

const bucket = "photos";
const refusals: [string, unknown, Record<string, string>, RegExp][] = [
  ["another bucket", [{ bucket: "music" }], { bucket }, /\["eq","\$bucket","music"\]/],
  [
    "another prefix",
    [["starts-with", "$key", "user/"]],
    { bucket, key: "a" },
    /Condition failed: \["starts-with","\$key","user\/"\]/,
  ],
  [
    "a field unheard of",
    [{ key: "a" }],
    { bucket, key: "a", acl: "x" },
    /Extra input fields: acl$/,
  ],
  ["a field left out", [{ acl: "private" }], { bucket }, /\["eq","\$acl","private"\]/],
];
for (const [what, conditions, fields, message] of refusals)
  test(`a policy does not allow ${what}`, () => {
    assert.throws(() => check(conditions, fields), { code: "AccessDenied", message });
  });

test("a policy allows what it names, and what needs no naming", () => {
  const conditions = [
    { bucket },
    ["starts-with", "$key", ""],
    ["eq", "$Content-Type", "image/png"],
    ["content-length-range", 1, 10],
  ];
  const fields = { bucket, key: "a", "content-type": "image/png", policy: "x", "x-ignore-me": "" };
  assert.deepEqual(check(conditions, fields), { minBytes: 1, maxBytes: 10 });
  assert.equal(check([], { bucket, signature: "x", awsaccesskeyid: "x" }), undefined);
});

test("a policy that has expired, or is none, is refused by name", () => {
  assert.throws(() => check([], { bucket }, "2026-01-05T12:00:00Z"), {
    code: "AccessDenied",
    message: "Invalid according to Policy: Policy expired.",
  });
  const code = "InvalidPolicyDocument";
  assert.throws(() => check([["near", "$key", "a"]], { bucket }), { code });
  assert.throws(() => check(undefined, { bucket }), { code });
  assert.throws(() => checkPolicy("%", new Map(), nowMs), { code });
});
