/** What of a unit runs, and how it fares: found among the machine's processes and in its boot directory. */
"use strict";

const fs = require("node:fs");
const { join } = require("node:path");
const { last, readIfThere } = require("./unit-file.cjs");

const root = process.env.FOGBANK_ROOT ?? "";
const boot = process.env.FOGBANK_BOOT ?? "/run/fogbank/boot";
/** Emptied at every boot. */
const stateFolder = join(boot, "units");
const hasProc = fs.existsSync("/proc/self/environ");

/** Numbers of processes that carry the variable with the value, which all their children inherit. */
function marked(variable, value) {
  const mark = `\0${variable}=${value}\0`;
  const machine = `\0FOGBANK_MACHINE_ID=${process.env.FOGBANK_MACHINE_ID ?? ""}\0`;
  return fs.readdirSync("/proc").filter((pid) => {
    const text = /^\d+$/.test(pid) && `\0${readIfThere(`/proc/${pid}/environ`) ?? ""}\0`;
    return (
      text &&
      text.includes(mark) &&
      text.includes(machine) &&
      !/^\d+ \(.*\) Z/s.test(readIfThere(`/proc/${pid}/stat`) ?? "")
    );
  });
}

const supervisorsOf = (unit) =>
  hasProc ? marked("FOGBANK_SUPERVISES", unit.name) : living(unit, 1);
const processesOf = (unit) =>
  hasProc
    ? [...new Set([...marked("FOGBANK_UNIT", unit.name), ...descended(unit)])]
    : living(unit, -1);

/**
 * The main process, what it started, and what shares its session: programs that give themselves a title
 * (nginx, postgres) write over the variables that mark them.
 */
function descended(unit) {
  const main = readIfThere(stateFile(unit, "main"))?.trim();
  if (!main) return [];
  const living = fs.readdirSync("/proc").flatMap((pid) => {
    const [, state, parent, , session] =
      /^\d+ \(.*\) (\S) (\d+) (\d+) (\d+)/s.exec(
        (/^\d+$/.test(pid) && readIfThere(`/proc/${pid}/stat`)) || "",
      ) ?? [];
    return state === undefined || state === "Z" ? [] : [{ pid, parent, session }];
  });
  const found = new Set(
    living.filter(({ pid, session }) => pid === main || session === main).map(({ pid }) => pid),
  );
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const { pid, parent } of living) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Without /proc (macOS): the supervisor by its number, its processes by their group. */
function living(unit, sign) {
  const pid = Number(readIfThere(stateFile(unit, "supervisor"))) * sign;
  try {
    return pid && process.kill(pid, 0) ? [pid] : [];
  } catch {
    return [];
  }
}

function signal(pids, what) {
  for (const pid of pids)
    try {
      process.kill(Number(pid), what);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
}

const { setTimeout: pause } = require("node:timers/promises");
const stateFile = ({ name }, file) => join(stateFolder, name, file);

/** "active", "activating", "failed" or "inactive", and why. */
function stateOf(unit) {
  const [state = "inactive", ...why] = (readIfThere(stateFile(unit, "state")) ?? "")
    .trim()
    .split(" ")
    .filter(Boolean);
  const held = why[0] === "exited" || state === "failed" || supervisorsOf(unit).length > 0;
  return held ? { state, why: why.join(" ") } : { state: "inactive", why: "dead" };
}

function setState(unit, text) {
  fs.mkdirSync(join(stateFolder, unit.name), { recursive: true });
  fs.writeFileSync(stateFile(unit, "state"), text);
}

/** Where a unit's output goes: the machine's console, unless the unit names a file. */
function openOutput(unit, key) {
  const value = last(
    unit,
    key,
    key === "StandardError" ? last(unit, "StandardOutput", "journal") : "journal",
  );
  const [, way, path] = /^(file|append|truncate):(.+)$/.exec(value) ?? [];
  if (path !== undefined) return fs.openSync(path, way === "truncate" ? "w" : "a");
  if (value === "null") return fs.openSync("/dev/null", "w");
  for (const console of [
    root === "" ? "/var/log/cloud-init-output.log" : join(boot, "../console.log"),
    `${root}/var/log/${unit.name}.log`,
  ])
    try {
      return fs.openSync(console, "a");
    } catch {
      // Not there, or not this user's: the next one.
    }
  return fs.openSync("/dev/null", "w");
}

module.exports = {
  hasProc,
  openOutput,
  pause,
  processesOf,
  setState,
  signal,
  stateFile,
  stateOf,
  supervisorsOf,
};
