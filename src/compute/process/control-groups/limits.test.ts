import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readHierarchies } from "./hierarchies.ts";
import { limitCpu } from "./limits.ts";

test("in a group that has less than asked for, what it has is the limit", async (t) => {
  const { cpu } = await readHierarchies();
  if (cpu?.version !== 1 || process.getuid?.() !== 0)
    return t.skip("this host has no control groups of version 1, or not for everybody");
  if (!existsSync(join(cpu.directory, "cpu.cfs_quota_us"))) return t.skip("it limits no CPU");
  const above = mkdtempSync(join(cpu.directory, "fogbank-test-"));
  const group = join(above, "machine");
  t.after(() => {
    rmdirSync(group);
    rmdirSync(above);
  });
  mkdirSync(group);
  writeFileSync(join(above, "cpu.cfs_quota_us"), "20000");
  const quota = () => readFileSync(join(group, "cpu.cfs_quota_us"), "utf8").trim();
  await limitCpu(group, 1, 0.15);
  assert.equal(quota(), "15000");
  await limitCpu(group, 1, 2);
  assert.equal(quota(), "-1");
  await limitCpu(group, 1, 0.1);
  assert.equal(quota(), "10000");
});
