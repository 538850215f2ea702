import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findHierarchies } from "./hierarchies.ts";
import { limitCpu, limitMemory, readMemoryBytes, readMemoryKills } from "./limits.ts";

const v2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
const hybrid = `32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
`;

test("one tree of version 2 has all controllers that it says it has", () => {
  const tree = { version: 2, directory: "/sys/fs/cgroup" };
  const found = findHierarchies(v2, "0::/system.slice/fogbank.service\n", "cpuset cpu io memory\n");
  assert.deepEqual(found, { unified: "/sys/fs/cgroup", cpu: tree, memory: tree });
  assert.equal(findHierarchies(v2, "0::/\n", "cpu\n").memory, undefined);
});

test("groups of version 1 are below Fogbank's own, inside what a container sees of the tree", () => {
  const own = "5:cpu,cpuacct:/user.slice\n4:memory:/docker/abc/job\n0::/\n";
  assert.deepEqual(findHierarchies(hybrid, own, ""), {
    unified: "/sys/fs/cgroup/unified",
    cpu: { version: 1, directory: "/sys/fs/cgroup/cpu,cpuacct/user.slice" },
    memory: { version: 1, directory: "/sys/fs/cgroup/memory/job" },
  });
  const outside = findHierarchies(hybrid, "4:memory:/elsewhere\n", "");
  assert.equal(outside.memory?.directory, "/sys/fs/cgroup/memory");
});

test("a host without control groups has none", () => {
  const none = { unified: undefined, cpu: undefined, memory: undefined };
  assert.deepEqual(findHierarchies("23 1 8:1 / / rw - ext4 /dev/sda rw\n", "", ""), none);
});

test("version 2 takes limits as a quota in a period and as bytes without swap", async (t) => {
  const group = mkdtempSync(join(tmpdir(), "fogbank-group-"));
  t.after(() => rmSync(group, { recursive: true }));
  const read = (file: string) => readFileSync(join(group, file), "utf8");
  writeFileSync(join(group, "memory.swap.max"), "max");
  await limitCpu(group, 2, 2);
  await limitMemory(group, 2, 2 ** 30);
  assert.equal(read("cpu.max"), "200000 100000");
  assert.equal(read("memory.max"), String(2 ** 30));
  assert.equal(read("memory.swap.max"), "0");
  // A machine must be able to boot at all.
  await limitCpu(group, 2, 0.001);
  assert.equal(read("cpu.max"), "10000 100000");
  await limitMemory(group, 2, 1);
  assert.equal(read("memory.max"), String(32 * 2 ** 20));
  writeFileSync(join(group, "memory.current"), "5000\n");
  writeFileSync(join(group, "memory.stat"), "anon 3000\nactive_file 500\ninactive_file 1500\n");
  writeFileSync(join(group, "memory.events"), "oom 3\noom_kill 2\noom_group_kill 0\n");
  assert.equal(readMemoryBytes(group, 2), 3500);
  assert.equal(readMemoryKills(group, 2), 2);
});
