import assert from "node:assert/strict";
import { test } from "node:test";
import { applyFilters } from "./filters.ts";

interface Thing {
  name: string;
  groups: string[];
  on: boolean;
  tags: Record<string, string>;
}

const things: Thing[] = [
  { name: "web-1", groups: ["a", "b"], on: true, tags: { env: "prod" } },
  { name: "web-22", groups: [], on: false, tags: { env: "test", "a*b": "1" } },
  { name: "db*", groups: ["b"], on: true, tags: {} },
];

const find = (Name: string, ...Values: string[]) =>
  applyFilters(
    things,
    [{ Name, Values }],
    { name: (one) => one.name, group: (one) => one.groups, on: (one) => one.on },
    (one) => one.tags,
  ).map((one) => one.name);

const rows: [string, string[], string[]][] = [
  ["name", ["web-*"], ["web-1", "web-22"]],
  ["name", ["web-?"], ["web-1"]],
  ["name", ["db\\*"], ["db*"]],
  ["name", ["web-1", "db*"], ["web-1", "db*"]],
  ["name", ["WEB-1"], []],
  ["name", ["web.1"], []],
  ["group", ["b"], ["web-1", "db*"]],
  ["on", ["true"], ["web-1", "db*"]],
  ["tag:env", ["prod", "test"], ["web-1", "web-22"]],
  ["tag-key", ["env"], ["web-1", "web-22"]],
  ["tag-key", ["a*b"], ["web-22"]],
  ["tag-value", ["1"], ["web-22"]],
];

for (const [name, values, found] of rows)
  test(`the filter ${name}=${values.join(",")} finds ${found.join(", ") || "nothing"}`, () => {
    assert.deepEqual(find(name, ...values), found);
  });

test("a filter that is not known is refused", () => {
  assert.throws(() => find("colour", "red"), {
    code: "InvalidParameterValue",
    message: "The filter 'colour' is invalid",
  });
});

test("more than 200 values are refused", () => {
  assert.throws(() => find("name", ...Array.from({ length: 201 }, String)), {
    code: "FilterLimitExceeded",
  });
});
