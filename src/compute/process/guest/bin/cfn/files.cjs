/** Files of AWS::CloudFormation::Init. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-init.html#aws-resource-init-files */
"use strict";

const fs = require("node:fs");
const { dirname } = require("node:path");
const { at } = require("./stack.cjs");
const { download } = require("./download.cjs");
const { render } = require("./template.cjs");

async function contentOf(path, file, authentications) {
  const { content, source, encoding = "plain", context } = file;
  if ((content === undefined) === (source === undefined))
    throw new Error(`${path} needs either content or source`);
  let bytes;
  if (source !== undefined)
    bytes = await download(source, { all: authentications, named: file.authentication });
  else if (typeof content === "object") bytes = Buffer.from(JSON.stringify(content, undefined, 2));
  else if (encoding === "base64") bytes = Buffer.from(content, "base64");
  else if (encoding === "plain") bytes = Buffer.from(String(content));
  else throw new Error(`${path} has the encoding ${encoding}; it can be plain or base64`);
  return context ? Buffer.from(render(bytes.toString(), context)) : bytes;
}

/** A user's or group's number, from the machine's own files. */
function numberOf(kind, name) {
  if (/^\d+$/.test(name)) return Number(name);
  const line = fs
    .readFileSync(at(kind === "owner" ? "/etc/passwd" : "/etc/group"), "utf8")
    .split("\n")
    .find((one) => one.startsWith(`${name}:`));
  if (!line) throw new Error(`there is no ${kind} ${name}`);
  return Number(line.split(":")[2]);
}

function own(path, { owner, group }) {
  if (owner === undefined && group === undefined) return;
  if (process.getuid() !== 0) return;
  const uid = owner === undefined ? 0 : numberOf("owner", owner);
  fs.lchownSync(path, uid, group === undefined ? 0 : numberOf("group", group));
}

/** True when something is other than it was. What was there before is kept as FILE.bak. */
async function writeFile(name, file, authentications) {
  const path = at(name);
  const mode = file.mode === undefined ? undefined : String(file.mode);
  if (mode !== undefined && !/^[0-7]{3,6}$/.test(mode))
    throw new Error(`${name} has the mode ${mode}, which is none`);
  const bytes = await contentOf(name, file, authentications);
  fs.mkdirSync(dirname(path), { recursive: true });
  const present = fs.lstatSync(path, { throwIfNoEntry: false });
  // Six digits that begin with 12 mean a link to what the content names.
  if (mode?.length === 6 && mode.startsWith("12")) {
    const target = bytes.toString().trim();
    if (present?.isSymbolicLink() && fs.readlinkSync(path) === target) return false;
    fs.rmSync(path, { force: true });
    fs.symlinkSync(target, path);
    own(path, file);
    return true;
  }
  const same = present?.isFile() && fs.readFileSync(path).equals(bytes);
  if (present?.isFile() && !same) fs.copyFileSync(path, `${path}.bak`);
  if (present?.isSymbolicLink()) fs.rmSync(path);
  if (!same) fs.writeFileSync(path, bytes);
  if (mode !== undefined || !same) fs.chmodSync(path, parseInt((mode ?? "644").slice(-4), 8));
  own(path, file);
  return !same;
}

module.exports = { writeFile };
