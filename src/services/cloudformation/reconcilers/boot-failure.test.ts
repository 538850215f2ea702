import assert from "node:assert/strict";
import { test } from "node:test";
import { bootFailure } from "./boot-failure.ts";

test("the cause of a failed boot is what was printed last before it", () => {
  const start = "Cloud-init v. 24.4 running 'modules:final' at Sat. Up 0.00 seconds.\n";
  const subp = "2026-11-28 05:49:02,000 - subp.py[WARNING]: Failed running part-001 [1]\n";
  const end =
    "2026-11-28 05:49:02,000 - util.py[WARNING]: Failed to run module scripts_user (part-001 exited with 1)\nCloud-init v. 24.4 finished at Sat.\n";
  const cases: [string, string | undefined][] = [
    ["", undefined],
    [`${start}all is well\nCloud-init v. 24.4 finished at Sat.\n`, undefined],
    [`${start}+ false\n${subp}${end}`, "part-001 exited with 1"],
    [
      `${start}one\ntwo\r\n\n  three  \n+ cfn-init\n${subp}${end}later`,
      "part-001 exited with 1: two | three",
    ],
    [`${start}${"x".repeat(500)}y\n${end}`, `part-001 exited with 1: ${"x".repeat(399)}y`],
  ];
  for (const [console, failure] of cases) assert.equal(bootFailure(console), failure);
});
