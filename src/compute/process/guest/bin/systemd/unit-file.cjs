/** Reads unit files as systemd does. https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html */
"use strict";

const fs = require("node:fs");
const { join } = require("node:path");

const root = process.env.FOGBANK_ROOT ?? "";
const unitFolder = `${root}/etc/systemd/system`;
const folders = [
  unitFolder,
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
];

/** What the caller is told, with the exit code that systemctl has for it. */
class Problem extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

function findUnit(name) {
  const template = name.replace(/@.*\./, "@.");
  for (const candidate of new Set([name, template]))
    for (const folder of folders) {
      const path = join(folder, candidate);
      if (fs.existsSync(path)) return readUnit(name, path, join(folder, `${candidate}.d`));
    }
  return undefined;
}

function readUnit(name, path, dropIns) {
  const more = fs.existsSync(dropIns)
    ? fs
        .readdirSync(dropIns)
        .filter((file) => file.endsWith(".conf"))
        .sort()
    : [];
  const unit = { name, path, settings: new Map() };
  for (const file of [path, ...more.map((one) => join(dropIns, one))])
    readSettings(fs.readFileSync(file, "utf8"), unit);
  return unit;
}

function readSettings(text, { name, settings }) {
  let section = "";
  const lines = text.split("\n").filter((line) => !/^\s*[#;]/.test(line));
  for (const line of lines.join("\n").replaceAll(/\\\n/g, " ").split("\n")) {
    const header = /^\s*\[(.+)\]\s*$/.exec(line);
    if (header) section = header[1];
    const [, key, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined) continue;
    const at = `${section}.${key.replace("StartLimitInterval", "StartLimitIntervalSec").replace("SecSec", "Sec")}`;
    // An empty value forgets what was said before.
    settings.set(
      at,
      value === "" ? [] : [...(settings.get(at) ?? []), withSpecifiers(value, name)],
    );
  }
}

function withSpecifiers(value, name) {
  const prefix = name.replace(/\.\w+$/, "");
  const [stem, instance = ""] = prefix.split("@");
  const meanings = {
    n: name,
    N: prefix,
    p: stem,
    i: instance,
    I: instance,
    t: "/run",
    h: process.env.HOME ?? "/root",
    u: "root",
    "%": "%",
  };
  return value.replaceAll(/%(.)/g, (whole, letter) => meanings[letter] ?? whole);
}

const all = (unit, key) => unit.settings.get(`Service.${key}`) ?? [];
const last = (unit, key, fallback) => all(unit, key).at(-1) ?? fallback;
const describe = (unit) => unit.settings.get("Unit.Description")?.at(-1) ?? unit.name;

/** "5", "500ms", "1min 30s" as seconds. */
function seconds(text) {
  const factors = { "": 1, s: 1, sec: 1, ms: 0.001, us: 1e-6, m: 60, min: 60, h: 3600 };
  let sum = 0;
  for (const [, number, unit] of String(text).matchAll(/([\d.]+)\s*([a-z]*)/gi))
    sum += Number(number) * (factors[unit.replace(/(onds?|utes?|ours?)$/, "")] ?? 1);
  return sum;
}

/** Words as systemd splits them: quotes and backslashes, but no shell. */
function words(text) {
  const found = [];
  for (const [part] of text.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+/g))
    found.push(
      part.replaceAll(
        /\\(.)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g,
        (_all, escaped, double, single) =>
          escaped === undefined
            ? unescaped(double ?? single)
            : ({ n: "\n", t: "\t", s: " " }[escaped] ?? escaped),
      ),
    );
  return found;
}

function unescaped(text) {
  return text.replaceAll(
    /\\(.)/g,
    (_all, letter) => ({ n: "\n", t: "\t", s: " " })[letter] ?? letter,
  );
}

/** A command line as { words, mayFail }; $VARIABLES are filled in from the unit's environment. */
function command(line, variables) {
  const [, prefix, rest] = /^([-@:+!]*)(.*)$/s.exec(line);
  const fill = (word) =>
    word.replaceAll(/\$\$|\$\{(\w+)\}/g, (whole, name) =>
      whole === "$$" ? "$" : (variables[name] ?? ""),
    );
  const filled = words(rest).flatMap((word) => {
    const [, alone] = /^\$(\w+)$/.exec(word) ?? [];
    return alone === undefined
      ? [fill(word)]
      : (variables[alone] ?? "").split(/\s+/).filter(Boolean);
  });
  if (filled.length === 0) throw new Problem(`the command "${line}" is empty`, 1);
  if (prefix.includes("@")) filled.splice(1, 1);
  return {
    words: filled,
    mayFail: prefix.includes("-"),
    /** "+" and "!" keep the rights that User= takes away. */
    isPrivileged: /[+!]/.test(prefix),
  };
}

/** The machine's own environment, as init got it, and what the unit adds; nothing of the caller's shell. */
function environmentOf(unit) {
  const variables = { ...machineEnvironment() };
  for (const line of all(unit, "Environment"))
    for (const word of words(line))
      variables[word.split("=")[0]] = word.slice(word.indexOf("=") + 1);
  for (const given of all(unit, "EnvironmentFile")) {
    const path = given.replace(/^-/, "");
    if (!fs.existsSync(path)) {
      if (given.startsWith("-")) continue;
      throw new Problem(`Failed to load environment files: ${path}: No such file or directory`, 1);
    }
    for (const line of fs.readFileSync(path, "utf8").split("\n")) {
      const [, name, value] = /^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (name !== undefined)
        variables[name] = value.replace(/^"(.*)"$|^'(.*)'$/s, (_all, a, b) => a ?? b);
    }
  }
  return variables;
}

function machineEnvironment() {
  const { FOGBANK_INIT: init = "1" } = process.env;
  const text = readIfThere(`/proc/${init}/environ`);
  if (!text?.includes("FOGBANK_MACHINE_ID=")) return process.env;
  const pairs = text.split("\0").filter((pair) => pair.includes("="));
  return {
    ...Object.fromEntries(
      pairs.map((pair) => [pair.split("=")[0], pair.slice(pair.indexOf("=") + 1)]),
    ),
    FOGBANK_INIT: init,
  };
}

function readIfThere(path) {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

module.exports = {
  Problem,
  all,
  command,
  describe,
  environmentOf,
  findUnit,
  last,
  readIfThere,
  seconds,
  unitFolder,
  words,
};
