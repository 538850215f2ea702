import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectRecord } from "../records.ts";
import { planKey } from "./plan.ts";
import { midnightAfter, type Rule } from "./rules.ts";

const dayMs = 86_400_000;
const start = Date.UTC(2026, 0, 5, 12);
const at = (days: number) => start + days * dayMs;

const version = (changes: Partial<ObjectRecord> = {}): ObjectRecord => ({
  versionId: "v",
  sequence: 9,
  modifiedMs: start,
  owner: "123456789012",
  sizeBytes: 200_000,
  etag: "e",
  content: new Uint8Array(),
  ...changes,
});
const older = (sequence: number, supersededMs: number) => version({ sequence, supersededMs });

const plan = (rule: Partial<Rule>, latest: ObjectRecord, others: ObjectRecord[], nowMs: number) =>
  planKey(
    { Rules: [{ ID: "r", Status: "Enabled", Prefix: "", ...rule }] },
    "logs/a",
    latest,
    others,
    nowMs,
  ).map((action) =>
    action.kind === "expire"
      ? "expire"
      : `${action.kind} ${action.version.sequence}${action.kind === "move" ? ` ${action.storageClass}` : ""}`,
  );

test("days are rounded up to the next midnight", () => {
  assert.equal(midnightAfter(start, 3), Date.UTC(2026, 0, 9));
  assert.equal(midnightAfter(Date.UTC(2026, 0, 5), 1), Date.UTC(2026, 0, 6));
});

const expire = { Expiration: { Days: 1 } };
const tagged = { ...expire, Filter: { Tag: { Key: "a", Value: "b" } }, Prefix: undefined };
const cases: [string, Partial<Rule>, ObjectRecord, ObjectRecord[], number, string[]][] = [
  ["an object expires at midnight", expire, version(), [], at(1.5), ["expire"]],
  ["and not before", expire, version(), [], at(1.49), []],
  ["only under the prefix", { ...expire, Prefix: "x" }, version(), [], at(9), []],
  ["only with the tag", tagged, version(), [], at(9), []],
  ["with the tag", tagged, version({ tags: { a: "b" } }), [], at(9), ["expire"]],
  ["not by a disabled rule", { ...expire, Status: "Disabled" }, version(), [], at(9), []],
  [
    "only above the size",
    { ...expire, Filter: { ObjectSizeGreaterThan: 200_000 }, Prefix: undefined },
    version(),
    [],
    at(9),
    [],
  ],
  ["on a date", { Expiration: { Date: at(2) } }, version(), [], at(2), ["expire"]],
  [
    "older versions go when they are outlived, but so many newer ones stay",
    { NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 1 } },
    version(),
    [older(8, at(0)), older(7, at(0)), older(6, at(0))],
    at(2),
    ["remove 7", "remove 6"],
  ],
  [
    "a marker over nothing goes",
    { Expiration: { ExpiredObjectDeleteMarker: true } },
    version({ deleteMarker: true }),
    [],
    at(0),
    ["remove 9"],
  ],
  [
    "a marker over something stays",
    { Expiration: { ExpiredObjectDeleteMarker: true } },
    version({ deleteMarker: true }),
    [older(8, at(0))],
    at(9),
    [],
  ],
  [
    "objects move to the coldest class that is due",
    {
      Transitions: [
        { Days: 30, StorageClass: "STANDARD_IA" },
        { Days: 60, StorageClass: "GLACIER" },
      ],
    },
    version(),
    [],
    at(61),
    ["move 9 GLACIER"],
  ],
  [
    "and never back",
    { Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" }] },
    version({ storageClass: "GLACIER" }),
    [],
    at(61),
    [],
  ],
  [
    "small objects do not move",
    { Transitions: [{ Days: 0, StorageClass: "GLACIER" }] },
    version({ sizeBytes: 1000 }),
    [],
    at(9),
    [],
  ],
  [
    "older versions move by their own rule",
    { NoncurrentVersionTransitions: [{ NoncurrentDays: 1, StorageClass: "GLACIER_IR" }] },
    version(),
    [older(8, at(0))],
    at(2),
    ["move 8 GLACIER_IR"],
  ],
];

for (const [name, rule, latest, others, nowMs, wanted] of cases)
  test(`lifecycle: ${name}`, () => {
    assert.deepEqual(plan(rule, latest, others, nowMs), wanted);
  });
