import assert from "node:assert/strict";
import { test } from "node:test";
import { createCpuAccount } from "./cpu-account.ts";
import { parseStat, type ProcessStat } from "./process-table.ts";

const stat = (pid: number, parentPid: number, cpuTicks: number): ProcessStat => ({
  pid,
  parentPid,
  cpuTicks,
  startTicks: pid,
  group: 1,
  session: 1,
  state: "S",
  memoryPages: 1,
});

test("time of living processes adds up", () => {
  const account = createCpuAccount(10);
  assert.equal(account.update([stat(1, 0, 100), stat(2, 1, 50)]), 11.5);
});

test("a child that ended and was waited for is not counted twice", () => {
  const account = createCpuAccount();
  account.update([stat(1, 0, 100), stat(2, 1, 50)]);
  assert.equal(account.update([stat(1, 0, 160)]), 1.6);
});

test("an orphan that ended elsewhere is remembered as it was last seen", () => {
  const account = createCpuAccount();
  account.update([stat(1, 0, 100), stat(9, 4711, 50)]);
  assert.equal(account.update([stat(1, 0, 100)]), 1.5);
  assert.equal(account.update([stat(1, 0, 120)]), 1.7);
});

test("the total never falls, and a number that is given out again is another process", () => {
  const account = createCpuAccount();
  account.update([stat(1, 0, 100), stat(9, 4711, 50)]);
  assert.equal(account.update([stat(1, 0, 100), { ...stat(9, 4711, 5), startTicks: 99 }]), 1.55);
  assert.equal(account.update([]), 1.55);
});

test("a process's name may hold anything", () => {
  const line = "77 (a) b (c) S 1 76 75 0 -1 4194560 79 0 1 0 5 6 7 8 20 0 1 0 257026 2654208 365 0";
  assert.deepEqual(parseStat(line), {
    pid: 77,
    state: "S",
    parentPid: 1,
    group: 76,
    session: 75,
    cpuTicks: 26,
    startTicks: 257026,
    memoryPages: 365,
  });
});
