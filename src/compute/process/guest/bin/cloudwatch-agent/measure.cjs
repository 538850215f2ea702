/** What the machine's own processes use, and its file systems. */
"use strict";

const fs = require("node:fs");

const pageBytes = 4096;
const ticksPerSecond = 100;
const machine = `\0FOGBANK_MACHINE_ID=${process.env.FOGBANK_MACHINE_ID ?? ""}\0`;

function read(path) {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    // Gone meanwhile, or another user's.
    return undefined;
  }
}

/** The processes of this machine, which may share its host's list of them. */
function ownProcesses() {
  if (!fs.existsSync("/proc/self/stat")) throw new Error("this machine has no /proc to measure by");
  const found = [];
  for (const pid of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const stat = read(`/proc/${pid}/stat`);
    const environment = read(`/proc/${pid}/environ`);
    if (!stat || environment === undefined || !`\0${environment}\0`.includes(machine)) continue;
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    found.push({ pid, state: fields[0], ticks: fields.slice(11, 15).map(Number) });
  }
  return found;
}

function memory() {
  const limit = Number(process.env.FOGBANK_MEMORY_BYTES);
  const group = read("/sys/fs/cgroup/memory.max")?.trim();
  let total = limit;
  let used;
  if (!limit && group && group !== "max") {
    total = Number(group);
    used = Number(read("/sys/fs/cgroup/memory.current"));
  } else {
    total ||= Number(/MemTotal:\s+(\d+)/.exec(read("/proc/meminfo") ?? "")?.[1]) * 1024;
    used = ownProcesses().reduce((sum, { pid }) => sum + residentBytes(pid), 0);
  }
  const available = Math.max(0, total - used);
  return {
    total,
    used,
    free: available,
    available,
    used_percent: Math.min(100, (100 * used) / total),
    available_percent: (100 * available) / total,
  };
}

/** What processes share is divided among them where the kernel tells. */
function residentBytes(pid) {
  const share = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? "")?.[1];
  if (share !== undefined) return Number(share) * 1024;
  return Number((read(`/proc/${pid}/statm`) ?? "0 0").split(" ")[1]) * pageBytes;
}

function diskOf(path) {
  const { bsize, blocks, bfree, bavail, files, ffree } = fs.statfsSync(path);
  const used = (blocks - bfree) * bsize;
  const mount = mountOf(path);
  return {
    dimensions: { path, device: mount.device, fstype: mount.type },
    values: {
      total: blocks * bsize,
      used,
      free: bavail * bsize,
      used_percent: (100 * used) / (used + bavail * bsize),
      inodes_total: files,
      inodes_free: ffree,
      inodes_used: files - ffree,
    },
  };
}

function mountOf(path) {
  let best = { device: "rootfs", type: "rootfs", length: -1 };
  for (const line of (read("/proc/self/mounts") ?? "").split("\n")) {
    const [device, point, type] = line.split(" ");
    const inside = point && (path === point || path.startsWith(point === "/" ? "/" : `${point}/`));
    if (inside && point.length >= best.length)
      best = { device: device.replace(/^\/dev\//, ""), type, length: point.length };
  }
  return best;
}

/** A sampler of processor use since its last call; the first call only begins. */
function createCpuSampler() {
  const cpus = Number(process.env.FOGBANK_CPUS) || require("node:os").availableParallelism();
  let last;
  return () => {
    const ticks = new Map(
      ownProcesses().map(({ pid, ticks: [user, system] }) => [pid, [user, system]]),
    );
    const now = process.hrtime.bigint();
    const before = last;
    last = { ticks, now };
    if (!before) return undefined;
    const capacity = (Number(now - before.now) / 1e9) * ticksPerSecond * cpus;
    const part = (index) => {
      let used = 0;
      for (const [pid, counts] of ticks)
        used += counts[index] - (before.ticks.get(pid)?.[index] ?? 0);
      return Math.min(100, Math.max(0, (100 * used) / capacity));
    };
    const [user, system] = [part(0), part(1)];
    const active = Math.min(100, user + system);
    return {
      usage_user: user,
      usage_system: system,
      usage_active: active,
      usage_idle: 100 - active,
    };
  };
}

const states = {
  R: "running",
  S: "sleeping",
  I: "sleeping",
  D: "blocked",
  T: "stopped",
  t: "stopped",
  Z: "zombies",
};

function processes() {
  const counts = { blocked: 0, running: 0, sleeping: 0, stopped: 0, total: 0, zombies: 0 };
  for (const { state } of ownProcesses()) {
    counts.total++;
    if (states[state]) counts[states[state]]++;
  }
  return counts;
}

module.exports = { createCpuSampler, diskOf, memory, processes };
