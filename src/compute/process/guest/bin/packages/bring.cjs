/** Programs that user data takes for granted and that a host may lack: installed when they are first called. */
"use strict";

const fs = require("node:fs");
const { join } = require("node:path");
const { spawnSync } = require("node:child_process");

const programs = join(__dirname, "..");
/** Whoever asks again and again shall not wait for what cannot be had each time. */
const retryMs = 60_000;

/** A program of that name that is not one of these. */
function find(name) {
  const folders = `${process.env.PATH ?? ""}:/usr/local/bin:/usr/bin`.split(":").filter(Boolean);
  const own = fs.realpathSync(programs);
  return folders
    .filter((folder) => fs.existsSync(folder) && fs.realpathSync(folder) !== own)
    .map((folder) => join(folder, name))
    .find((path) => fs.existsSync(path) && fs.realpathSync(path) !== join(own, name));
}

/** The program's path, or why there is none. */
function bring(name, packageName) {
  const there = find(name);
  if (there) return { path: there };
  const note = join(process.env.TMPDIR ?? "/tmp", `.fogbank-without-${name}`);
  if (fs.existsSync(note) && new Date() - fs.statSync(note).mtime < retryMs)
    return { reason: fs.readFileSync(note, "utf8") };
  process.stderr.write(`Fogbank: installing ${packageName}, which this machine's host lacks\n`);
  const words = [join(programs, "dnf"), "install", "-y", packageName];
  const { stdout, stderr, error } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (error) throw error;
  const path = find(name);
  if (path) return { path };
  const reason = `${stdout}${stderr}`.trim().split("\n").slice(-2).join(" ");
  fs.writeFileSync(note, reason);
  return { reason };
}

/** Becomes the program, so that what is sent to this process reaches it. Does not return. */
function become(name, packageName, words) {
  const { path, reason } = bring(name, packageName);
  if (path !== undefined) process.execve(path, [path, ...words]);
  process.stderr.write(`${name}: command not found. ${reason}\n`);
  process.exit(127);
}

module.exports = { become };
