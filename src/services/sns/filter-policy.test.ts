import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { matchesFilterPolicy, parseFilterPolicy } from "./filter-policy.ts";

const attributes = {
  store: { Type: "String", Value: "example_corp" },
  price: { Type: "Number", Value: "210.75" },
  interests: { Type: "String.Array", Value: '["rugby","football"]' },
  ip: { Type: "String", Value: "10.0.0.17" },
};

/** Policies of the developer guide's pages on attribute and payload filtering. */
const byAttribute: [name: string, policy: object, matches: boolean][] = [
  ["exact", { store: ["example_corp"] }, true],
  ["exact, other", { store: ["other"] }, false],
  ["or within a key", { store: ["other", "example_corp"] }, true],
  ["and between keys", { store: ["example_corp"], price: [{ numeric: ["<", 100] }] }, false],
  ["numeric range", { price: [{ numeric: [">", 200, "<=", 210.75] }] }, true],
  ["an array's element", { interests: ["rugby"] }, true],
  ["prefix", { store: [{ prefix: "example" }] }, true],
  ["suffix", { store: [{ suffix: "_corp" }] }, true],
  ["anything-but", { store: [{ "anything-but": ["other"] }] }, true],
  ["anything-but prefix", { store: [{ "anything-but": { prefix: "exa" } }] }, false],
  ["equals-ignore-case", { store: [{ "equals-ignore-case": "EXAMPLE_CORP" }] }, true],
  ["exists", { store: [{ exists: true }], missing: [{ exists: false }] }, true],
  ["exists, not", { missing: [{ exists: true }] }, false],
  ["cidr", { ip: [{ cidr: "10.0.0.0/24" }] }, true],
  ["wildcard", { store: [{ wildcard: "ex*corp" }] }, true],
  ["$or", { $or: [{ store: ["x"] }, { price: [{ numeric: [">", 1] }] }] }, true],
  ["a missing attribute", { missing: ["x"] }, false],
];

describe("filter policies over attributes", () => {
  for (const [name, policy, matches] of byAttribute)
    test(name, () => {
      const parsed = parseFilterPolicy(JSON.stringify(policy), "MessageAttributes");
      const message = { message: "", attributes };
      assert.equal(matchesFilterPolicy(parsed, "MessageAttributes", message), matches);
    });
});

const body = {
  message: JSON.stringify({
    customer: { plan: "gold", tags: [{ name: "a" }, { name: "b" }] },
    total: 12,
    paid: true,
  }),
  attributes: {},
};

const byBody: [name: string, policy: object, matches: boolean][] = [
  ["nested", { customer: { plan: ["gold"] } }, true],
  ["through arrays", { customer: { tags: { name: ["b"] } } }, true],
  ["booleans", { paid: [true] }, true],
  ["numbers", { total: [{ numeric: ["=", 12] }] }, true],
  ["missing branch", { customer: { address: { city: ["x"] } } }, false],
  ["missing branch that must be missing", { other: { city: [{ exists: false }] } }, true],
];

describe("filter policies over the body", () => {
  for (const [name, policy, matches] of byBody)
    test(name, () => {
      const parsed = parseFilterPolicy(JSON.stringify(policy), "MessageBody");
      assert.equal(matchesFilterPolicy(parsed, "MessageBody", body), matches);
    });

  test("a body that is no JSON matches nothing", () => {
    const message = { message: "plain", attributes: {} };
    assert.equal(matchesFilterPolicy({ a: ["b"] }, "MessageBody", message), false);
  });
});

test("policies that cannot be are refused", () => {
  for (const text of [
    "[]",
    "nonsense",
    '{"a":[]}',
    '{"a":"b"}',
    '{"a":[{"like":"b"}]}',
    '{"a":{"b":["c"]}}',
  ])
    assert.throws(() => parseFilterPolicy(text, "MessageAttributes"), {
      code: "InvalidParameterException",
    });
});
