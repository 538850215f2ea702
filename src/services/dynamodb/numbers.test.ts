import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  addNumbers,
  compareNumbers,
  normalizeNumber,
  parseNumber,
  sortableNumber,
  subtractNumbers,
} from "./numbers.ts";

test("numbers come back as DynamoDB writes them", () => {
  const cases: [given: string, canonical: string][] = [
    ["1", "1"],
    ["-0", "0"],
    ["007", "7"],
    ["1.50", "1.5"],
    ["+3", "3"],
    ["1e3", "1000"],
    ["0.00012", "0.00012"],
    ["1E-130", "1E-130"],
    [
      "9.9999999999999999999999999999999999999E+125",
      "9.9999999999999999999999999999999999999E+125",
    ],
  ];
  for (const [given, canonical] of cases) assert.equal(normalizeNumber(given), canonical);
});

test("what is no number, or too large, is refused", () => {
  for (const text of ["", "abc", "1e126", "1e-131", `1${"2".repeat(38)}`])
    assert.throws(() => normalizeNumber(text), { code: "ValidationException" });
});

test("sums are exact", () => {
  assert.equal(addNumbers("0.1", "0.2"), "0.3");
  assert.equal(subtractNumbers("5", "7.5"), "-2.5");
  assert.equal(addNumbers("99999999999999999999999999999999999999", "1"), `1${"0".repeat(38)}`);
  assert.equal(addNumbers("1e50", "-1e50"), "0");
});

const number = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -60, max: 60 }))
  .map(([digits, power]) => `${digits}E${power}`);

test("the stored form sorts as the numbers do", () => {
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [left, right] = [sortableNumber(parseNumber(a)), sortableNumber(parseNumber(b))];
      const difference = subtractNumbers(a, b);
      // Rounding to 38 digits can swallow a difference, never turn it around.
      if (difference === "0") return;
      assert.equal(left < right, difference.startsWith("-"));
      assert.equal(Math.sign(compareNumbers(a, b)), difference.startsWith("-") ? -1 : 1);
    }),
  );
});
