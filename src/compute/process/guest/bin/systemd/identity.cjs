/** As whom a unit's programs run. https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#User= */
"use strict";

const fs = require("node:fs");
const { join } = require("node:path");
const { Problem, all, last, words } = require("./unit-file.cjs");

const setpriv = (process.env.PATH ?? "")
  .split(":")
  .map((folder) => join(folder, "setpriv"))
  .find((path) => fs.existsSync(path));

/** Others can become nobody else: a machine without a root of its own has its host's users. */
const canSwitch =
  (process.env.FOGBANK_ROOT ?? "") === "" && process.getuid() === 0 && setpriv !== undefined;

const settings = canSwitch ? ["User", "Group", "RuntimeDirectory", "RuntimeDirectoryMode"] : [];

/** A line of /etc/passwd or /etc/group, by name or number. */
function entryOf(file, name) {
  const lines = fs.readFileSync(file, "utf8").split("\n");
  return lines.map((line) => line.split(":")).find(([own, , id]) => own === name || id === name);
}

/**
 * Undefined for a unit that runs as root. Makes its directories below /run. Throws a Problem for a user
 * or group that is not there.
 */
function identityOf(unit) {
  if (!canSwitch) return undefined;
  const [user, group] = [last(unit, "User", ""), last(unit, "Group", "")];
  const account = user === "" ? undefined : entryOf("/etc/passwd", user);
  const members = group === "" ? undefined : entryOf("/etc/group", group);
  if ((user !== "" && !account) || (group !== "" && !members))
    throw new Problem(
      `Failed to start ${unit.name}: Failed to determine ${account || user === "" ? "group" : "user"} credentials: No such process`,
      1,
    );
  const uid = account?.[2] ?? "0";
  const gid = members?.[2] ?? account?.[3] ?? "0";
  makeRuntimeDirectories(unit, Number(uid), Number(gid));
  if (!account && !members) return undefined;
  const prefix = [
    setpriv,
    ...(account ? [`--reuid=${uid}`] : []),
    `--regid=${gid}`,
    account ? "--init-groups" : "--clear-groups",
  ];
  const [name, , , , , home, shell] = account ?? [];
  const variables = account && { USER: name, LOGNAME: name, HOME: home, SHELL: shell };
  return { prefix, variables };
}

function makeRuntimeDirectories(unit, uid, gid) {
  const mode = Number.parseInt(last(unit, "RuntimeDirectoryMode", "0755"), 8);
  for (const name of all(unit, "RuntimeDirectory").flatMap(words)) {
    const path = join("/run", name);
    fs.mkdirSync(path, { recursive: true });
    fs.chmodSync(path, mode);
    fs.chownSync(path, uid, gid);
  }
}

/** The command as the identity runs it. */
function runAs(identity, command) {
  if (!identity || command.isPrivileged) return command;
  return { ...command, words: [...identity.prefix, ...command.words] };
}

module.exports = { identityOf, runAs, settings };
