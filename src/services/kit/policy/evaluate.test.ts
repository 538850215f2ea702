import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "./evaluate.ts";
import { parsePolicy } from "./document.ts";
import { matchesPattern } from "./pattern.ts";
import { asService, rootPrincipal } from "../principal.ts";

const root = rootPrincipal("123456789012", "us-east-1");
const ec2 = asService({ account: "123456789012", region: "us-east-1" }, "ec2.amazonaws.com");
const other = rootPrincipal("999999999999", "us-east-1");

function verdict(statement: object | object[], principal = root, context = {}, resource?: string) {
  const policy = parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statement }))!;
  return evaluate(policy, {
    principal,
    action: "sts:AssumeRole",
    context,
    ...(resource !== undefined && { resource }),
  });
}

test("wildcards match any characters or exactly one", () => {
  assert.ok(matchesPattern("arn:aws:s3:::a*z/?", "arn:aws:s3:::abcz/1"));
  assert.ok(matchesPattern("a*b*c", "axxbyyc"));
  assert.ok(!matchesPattern("a?c", "ac"));
  assert.ok(!matchesPattern("abc", "abcd"));
});

test("a principal is meant by its account, its ARN, its service name or a star", () => {
  const trust = (Principal: unknown) => ({ Effect: "Allow", Principal, Action: "sts:AssumeRole" });
  assert.equal(verdict(trust({ AWS: "arn:aws:iam::123456789012:root" })), "allow");
  assert.equal(verdict(trust({ AWS: ["123456789012"] })), "allow");
  assert.equal(verdict(trust("*"), other), "allow");
  assert.equal(verdict(trust({ AWS: "123456789012" }), other), "none");
  assert.equal(verdict(trust({ Service: "ec2.amazonaws.com" }), ec2.principal), "allow");
  assert.equal(verdict(trust({ Service: "ec2.amazonaws.com" })), "none");
  assert.equal(verdict(trust({ AWS: "123456789012" }), ec2.principal), "none");
});

test("a session of a role is meant by the role's ARN with its path", () => {
  const session = {
    type: "assumed-role" as const,
    account: "123456789012",
    arn: "arn:aws:sts::123456789012:assumed-role/web/i-1",
    userId: "AROAX:i-1",
  };
  const trust = (role: string) => ({
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::123456789012:role/${role}` },
    Action: "sts:*",
  });
  assert.equal(verdict(trust("team/web"), session), "allow");
  assert.equal(verdict(trust("we"), session), "none");
});

test("an explicit denial wins, whatever the order", () => {
  const allow = { Effect: "Allow", Action: "*", Resource: "*" };
  const deny = { Effect: "Deny", NotAction: "s3:*", Resource: "*" };
  assert.equal(verdict([deny, allow]), "deny");
  assert.equal(verdict([allow, deny]), "deny");
});

const conditionCases: [
  operator: string,
  policy: string | string[],
  actual: unknown,
  holds: boolean,
][] = [
  ["StringEquals", "a", "a", true],
  ["StringEquals", ["a", "b"], "b", true],
  ["StringEquals", "a", undefined, false],
  ["StringEqualsIfExists", "a", undefined, true],
  ["StringNotEquals", "a", undefined, true],
  ["StringNotEquals", ["a", "b"], "b", false],
  ["StringLike", "o-*", "o-1", true],
  ["ArnLike", "arn:aws:sns:*:123456789012:*", "arn:aws:sns:us-east-1:123456789012:t", true],
  ["ArnLike", "arn:aws:sns:*:t", "arn:aws:sns:us-east-1:123456789012:t", false],
  ["NumericLessThan", "10", "9", true],
  ["Bool", "true", "TRUE", true],
  ["IpAddress", "10.0.0.0/8", "10.1.2.3", true],
  ["IpAddress", "10.0.0.0/8", "11.1.2.3", false],
  ["NotIpAddress", "10.0.0.0/8", "11.1.2.3", true],
  ["DateGreaterThan", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", true],
  ["Null", "true", undefined, true],
  ["Null", "false", "x", true],
  ["ForAnyValue:StringEquals", ["a"], ["b", "a"], true],
  ["ForAllValues:StringEquals", ["a"], ["b", "a"], false],
  ["ForAllValues:StringEquals", ["a"], undefined, true],
  ["StringMatches", "a", "a", false],
];

for (const [operator, wanted, actual, holds] of conditionCases)
  test(`${operator} ${String(wanted)} ${holds ? "holds" : "fails"} for ${String(actual)}`, () => {
    const statement = {
      Effect: "Allow",
      Action: "*",
      Resource: "*",
      Condition: { [operator]: { "aws:Thing": wanted } },
    };
    assert.equal(verdict(statement, root, { "aws:thing": actual }), holds ? "allow" : "none");
  });

test("policy variables stand for the request's values", () => {
  const statement = {
    Effect: "Allow",
    Action: "*",
    Resource: "arn:aws:s3:::home/${aws:username}/*",
  };
  const context = { "aws:username": "ann" };
  assert.equal(verdict(statement, root, context, "arn:aws:s3:::home/ann/x"), "allow");
  assert.equal(verdict(statement, root, context, "arn:aws:s3:::home/bob/x"), "none");
});
